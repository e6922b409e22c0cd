import type { Unsubscribe } from "./unsubscribe.js";

/** Who is signed in, from the ID token's claims. */
export interface SessionUser {
  /** The subject: stable, and unique in the user pool. */
  readonly id: string;
  /** What to call the user on screen: name, user name or e-mail address, whichever there is. */
  readonly name: string;
  readonly email: string | undefined;
  /** The user pool's groups that the user is in. */
  readonly groups: readonly string[];
}

/** What a child sees of the page's one session. It never signs in or out by itself. */
export interface SessionView {
  /** `undefined` once nobody is signed in any more. */
  readonly user: SessionUser | undefined;
  /**
   * An access token that is valid for a while yet. Waits for a renewal that is under way.
   * Ask for it before each request, and keep it nowhere.
   * @throws if nobody is signed in, or the token has run out and cannot be renewed.
   */
  getAccessToken(): Promise<string>;
  /** OpenID Connect's UserInfo endpoint: it tells who has the access token, as the user pool knows it now. */
  readonly userInfoUrl: string;
  /** Calls `listener` whenever `user` has changed. */
  onChange(listener: (user: SessionUser | undefined) => void): Unsubscribe;
}
