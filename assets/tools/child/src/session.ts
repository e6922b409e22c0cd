import type { SessionUser, SessionView } from "@frontage/contract";
import { Listeners } from "@frontage/contract/listeners";
import { SignedOutError } from "@frontage/session";

/** The user of the stand-in session. */
export const SOMEBODY: SessionUser = {
  id: "5b7f0e1c-93b4-4d7a-8d6e-2f1f6f0a9c11",
  name: "Ada Lovelace",
  email: "ada@example.com",
  groups: ["customers"],
};

/** The lifetime of a stand-in token: the same as of the real client's. */
const LIFETIME = 10 * 60;

/** A session that needs no login pages. No API accepts its tokens: they are not signed. */
export class LocalSession implements SessionView {
  readonly changes = new Listeners<SessionUser | undefined>();
  #user: SessionUser | undefined;

  constructor(user: SessionUser | undefined = SOMEBODY) {
    this.#user = user;
  }

  get user(): SessionUser | undefined {
    return this.#user;
  }

  /** An endpoint that accepts any token. */
  get userInfoUrl(): string {
    const { id, email } = this.#user ?? SOMEBODY;
    const info = { sub: id, email, email_verified: "true" };
    return `data:application/json,${encodeURIComponent(JSON.stringify(info))}`;
  }

  async getAccessToken(): Promise<string> {
    if (!this.#user) throw new SignedOutError("Nobody is signed in");
    return token(this.#user);
  }

  onChange(listener: (user: SessionUser | undefined) => void): () => void {
    return this.changes.add(listener);
  }

  /** Signs another user in, or signs out. */
  set(user: SessionUser | undefined): void {
    this.#user = user;
    this.changes.notify(user);
  }
}

function token({ id, groups }: SessionUser): string {
  const now = Math.floor(Date.now() / 1000);
  const claims = {
    sub: id,
    token_use: "access",
    scope: "openid email profile",
    auth_time: now,
    iat: now,
    exp: now + LIFETIME,
    client_id: "standing-in",
    "cognito:groups": groups,
  };
  return `${encode({ alg: "none" })}.${encode(claims)}.`;
}

function encode(part: object): string {
  const bytes = new TextEncoder().encode(JSON.stringify(part));
  return btoa(String.fromCharCode(...bytes))
    .replaceAll("+", "-")
    .replaceAll("/", "_")
    .replaceAll("=", "");
}
