import type { Unsubscribe } from "./unsubscribe.js";

/** The signed-in user, from the ID token's claims. */
export interface SessionUser {
  /** The subject: stable, and unique in the user pool. */
  readonly id: string;
  /** The name to display: name, user name or email address, whichever is available. */
  readonly name: string;
  readonly email: string | undefined;
  /** The user's groups in the user pool. */
  readonly groups: readonly string[];
}

/** A child's view of the page's only session. It never signs in or out by itself. */
export interface SessionView {
  /** `undefined` once no user is signed in. */
  readonly user: SessionUser | undefined;
  /**
   * An access token that is valid for a while longer. Waits for a renewal in progress. Request it before each request,
   * and store it nowhere.
   * @throws if no user is signed in, or the token has expired and cannot be renewed.
   */
  getAccessToken(): Promise<string>;
  /** OpenID Connect's UserInfo endpoint: returns the owner of the access token, as the user pool knows them now. */
  readonly userInfoUrl: string;
  /** Calls `listener` whenever `user` has changed. */
  onChange(listener: (user: SessionUser | undefined) => void): Unsubscribe;
}
