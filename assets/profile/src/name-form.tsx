import { type FormEvent, type ReactNode, useState } from "react";

interface Props {
  readonly name: string;
  readonly onName: (name: string) => void;
}

/** The user's display name here. It is kept in memory, until the page is closed. */
export function NameForm({ name, onName }: Props): ReactNode {
  const [draft, setDraft] = useState(name);
  const [saved, setSaved] = useState(false);
  const error = draft.trim() ? undefined : "Enter at least one letter.";
  const save = (): void => {
    if (error) return;
    onName(draft.trim());
    setSaved(true);
  };
  const change = (event: FormEvent<HTMLElement>): void => {
    setDraft((event.target as HTMLInputElement).value);
    setSaved(false);
  };
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    save();
  };
  return (
    <fr-card level={3} heading="Display name">
      <form className="name-form" onSubmit={submit}>
        <fr-field
          label="What should we call you?"
          name="name"
          autocomplete="nickname"
          value={draft}
          error={error ?? ""}
          hint="Kept until you close the page."
          onInput={change}
        />
        <div className="actions">
          <fr-button variant="primary" type="submit" disabled={error !== undefined || draft.trim() === name}>
            Save
          </fr-button>
          <span role="status" className="minor">
            {saved ? "Saved" : ""}
          </span>
        </div>
      </form>
    </fr-card>
  );
}
