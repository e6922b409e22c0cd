import { h } from "@frontage/ui/dom";
import { button, uniqueId } from "./control.js";

interface Question {
  readonly heading: string;
  readonly text: readonly (Node | string)[];
  /** The button that goes on. */
  readonly yes: string;
  readonly isDangerous?: boolean;
}

/** Asks before something that is hard to take back. The focus begins at the way back, and returns to where it was. */
export function confirmed(
  host: HTMLElement,
  { heading, text, yes, isDangerous }: Question,
): Promise<boolean> {
  const id = uniqueId();
  const back = button("Cancel", () => dialog.close("no"), { autofocus: "" });
  const go = button(yes, () => dialog.close("yes"), { variant: isDangerous ? "danger" : "primary" });
  const dialog = h(
    "dialog",
    { class: "question", role: "alertdialog", "aria-labelledby": id, "aria-describedby": `${id}-text` },
    h("h2", { id }, heading),
    h("div", { id: `${id}-text`, class: "fr-stack" }, ...text),
    h("div", { class: "fr-row actions" }, back, go),
  );
  host.append(dialog);
  return new Promise((answer) => {
    dialog.addEventListener("close", () => {
      dialog.remove();
      answer(dialog.returnValue === "yes");
    });
    dialog.showModal();
  });
}
