import { noticeOf, type Result, type UserInfo } from "@frontage/api";
import type { ChildContext, SessionUser } from "@frontage/contract";
import { type ReactNode, useState } from "react";
import { Boundary } from "./boundary.jsx";
import { Fact } from "./fact.jsx";
import { useAccess, useTheme, useToggle, useUser, useUserInfo } from "./hooks.js";
import { NameForm } from "./name-form.jsx";
import { Passkeys } from "./passkeys.jsx";
import { SessionCard } from "./session-card.jsx";

interface Props {
  readonly context: ChildContext;
  readonly host: EventTarget;
}

/** The toggle's key in the system. */
const PASSKEYS = "3";

/** The whole application. */
export function App({ context, host }: Props): ReactNode {
  return (
    <Boundary host={host}>
      <Profile context={context} />
    </Boundary>
  );
}

function Profile({ context }: { readonly context: ChildContext }): ReactNode {
  const user = useUser(context);
  if (!user) return <SignedOut />;
  return <SignedIn key={user.id} user={user} context={context} />;
}

function SignedOut(): ReactNode {
  return (
    <fr-page level={2} heading="Profile">
      <fr-alert tone="info" heading="Nobody is signed in">
        Sign in to see your profile.
      </fr-alert>
    </fr-page>
  );
}

function SignedIn({
  user,
  context,
}: {
  readonly user: SessionUser;
  readonly context: ChildContext;
}): ReactNode {
  const [name, setName] = useState(user.name);
  const access = useAccess(context, user);
  const info = useUserInfo(context, user);
  const theme = useTheme(context);
  const passkeys = useToggle(PASSKEYS);
  return (
    <fr-page level={2} heading="Profile" lead="Your identity in every application">
      <div className="grid">
        <Person user={user} name={name} info={info} />
        <NameForm name={name} onName={setName} />
        {passkeys && <Passkeys />}
        <SessionCard access={access} />
        <Appearance theme={theme} />
      </div>
    </fr-page>
  );
}

function Person({
  user,
  name,
  info,
}: {
  readonly user: SessionUser;
  readonly name: string;
  readonly info: Result<UserInfo> | undefined;
}): ReactNode {
  return (
    <fr-card class="person">
      <div className="head">
        <span className="avatar" aria-hidden="true">
          {initials(name)}
        </span>
        <div>
          <h3 className="name">{name}</h3>
          <p className="minor">{user.email ?? "No e-mail address"}</p>
          <Groups groups={user.groups} />
        </div>
      </div>
      <dl className="facts">
        <Fact name="Signed in as">{user.name}</Fact>
        <Fact name="E-mail address">
          <Confirmation info={info} />
        </Fact>
        <Fact name="User id">
          <code>{user.id}</code>
        </Fact>
      </dl>
    </fr-card>
  );
}

/** Whether the user pool has confirmed the user's address. */
function Confirmation({ info }: { readonly info: Result<UserInfo> | undefined }): ReactNode {
  if (info === undefined) return "…";
  if (!info.ok) {
    const { tone, heading, text } = noticeOf(info.problem);
    return (
      <fr-alert tone={tone} heading={heading}>
        {text}
      </fr-alert>
    );
  }
  return info.value.emailConfirmed ? "Confirmed" : "Not confirmed yet";
}

function Groups({ groups }: { readonly groups: readonly string[] }): ReactNode {
  if (groups.length === 0) return null;
  return (
    <p className="groups">
      {groups.map((group) => (
        <fr-badge key={group} tone="accent">
          {group}
        </fr-badge>
      ))}
    </p>
  );
}

function Appearance({ theme }: { readonly theme: string }): ReactNode {
  return (
    <fr-card level={3} heading="Appearance">
      <div className="swatches" aria-hidden="true">
        <span className="surface" />
        <span className="accent" />
        <span className="positive" />
        <span className="warning" />
        <span className="danger" />
      </div>
      <p>
        The <strong className="theme">{theme}</strong> theme is in force. Every application follows it.
      </p>
    </fr-card>
  );
}

/** `Ada Lovelace` is `AL`. */
export function initials(name: string): string {
  const words = name.split(/[\s@._-]+/).filter(Boolean);
  const [first = "?"] = words;
  const last = words.length > 1 ? (words.at(-1) ?? "") : "";
  return (first.charAt(0) + last.charAt(0)).toUpperCase();
}
