import type { LoginConfig, SessionUser } from "@frontage/contract";
import {
  ErrorResponse,
  type IdTokenClaims,
  OidcClient,
  type SigninResponse,
  WebStorageStateStore,
} from "oidc-client-ts";
import type { Browser } from "./browser.js";

/** The path to which the login pages redirect the browser. */
export const CALLBACK_PATH = "/signed-in";

/** The token endpoint's response. It stays in memory: never store, log or display it. */
export interface Tokens {
  readonly access: string;
  readonly refresh: string | undefined;
  readonly id: string | undefined;
  /** Milliseconds since the epoch. */
  readonly expiresAt: number;
  /** Milliseconds. */
  readonly lifetime: number;
  readonly claims: IdTokenClaims;
  /** When the user signed in, in milliseconds since the epoch by this browser's clock: renewals keep it. */
  readonly since: number;
}

/** The result of a sign-in. */
export type Outcome =
  | { readonly kind: "signed-in"; readonly tokens: Tokens; readonly returnTo: string }
  /** The login pages have no session, or need to ask something: the user must sign in. */
  | { readonly kind: "login-required"; readonly returnTo: string }
  /** It could not be completed. The error may quote the token endpoint's response, so it is not part of this. */
  | { readonly kind: "failed"; readonly returnTo: string };

/**
 * The login pages and the token endpoint: authorization code with PKCE, with oidc-client-ts' protocol client. Its
 * `UserManager` is not used: it would keep a user in a store, renew in iframes, and put the ID token in the URL of a
 * sign-out.
 */
export class Login {
  readonly #config: LoginConfig;
  readonly #origin: string;
  readonly #client: OidcClient;

  constructor(config: LoginConfig, browser: Browser) {
    this.#config = config;
    this.#origin = new URL(browser.href()).origin;
    this.#client = new OidcClient({
      authority: config.issuer,
      client_id: config.clientId,
      redirect_uri: this.#origin + CALLBACK_PATH,
      response_type: "code",
      scope: config.scope,
      stateStore: new WebStorageStateStore({ prefix: "frontage:login:", store: browser.tab }),
      requestTimeoutInSeconds: 10,
      // Stated, so that no discovery document must be fetched from another origin.
      metadata: {
        issuer: config.issuer,
        authorization_endpoint: `${config.url}/oauth2/authorize`,
        token_endpoint: `${config.url}/oauth2/token`,
        revocation_endpoint: `${config.url}/oauth2/revoke`,
      },
    });
  }

  get userInfoUrl(): string {
    return `${this.#config.url}/oauth2/userInfo`;
  }

  /** The URL to send the browser to. Silently: it redirects straight back, signed in or not. */
  async begin(returnTo: string, silently: boolean): Promise<string> {
    // What sign-ins that were given up have left in the tab.
    await this.#client.clearStaleState();
    const request = await this.#client.createSigninRequest({
      state: { returnTo },
      ...(silently && { prompt: "none" }),
    });
    return request.url;
  }

  /** Takes the parameters that the login pages added to the URL, and exchanges the code. */
  async finish(href: string): Promise<Outcome> {
    let path = "/";
    try {
      const { state } = await this.#client.readSigninResponseState(href);
      path = returnTo(state.data);
      const response = await this.#client.processSigninResponse(href);
      return { kind: "signed-in", tokens: tokensOf(response, Date.now()), returnTo: path };
    } catch (error) {
      const asks = error instanceof ErrorResponse && ASK_THE_USER.has(error.error ?? "");
      return { kind: asks ? "login-required" : "failed", returnTo: path };
    }
  }

  /** A new access token for a refresh token, which rotation may also replace. */
  async renew(tokens: Tokens): Promise<Tokens> {
    if (tokens.refresh === undefined) {
      throw new Error("There is no refresh token to renew the session with");
    }
    // Without the ID token before: the client would compare `auth_time`, and some providers issue a new one, against OpenID
    // Connect Core 1.0, 12.2.
    const response = await this.#client.useRefreshToken({
      state: { refresh_token: tokens.refresh, session_state: null, profile: tokens.claims },
      timeoutInSeconds: 10,
    });
    if (
      ["sub", "iss", "aud", "azp"].some((claim) => differs(response.profile[claim], tokens.claims[claim]))
    ) {
      await this.revoke(tokensOf(response, tokens.since)).catch(() => undefined);
      throw new OtherUserError("The renewed ID token is another user's");
    }
    return tokensOf(response, tokens.since, tokens.refresh);
  }

  /** Revokes a refresh token and the tokens derived from it. */
  async revoke(tokens: Tokens): Promise<void> {
    if (tokens.refresh !== undefined) {
      await this.#client.revokeToken(tokens.refresh, "refresh_token");
    }
  }

  /** The URL at which the login pages end their own session. Cognito requires these two parameters instead of the standard's. */
  logoutUrl(): string {
    const query = new URLSearchParams({ client_id: this.#config.clientId, logout_uri: `${this.#origin}/` });
    return `${this.#config.url}/logout?${query}`;
  }
}

/** Thrown for a renewal that is another user's than the session. */
class OtherUserError extends Error {
  override readonly name = "OtherUserError";
}

/** Responses to `prompt=none` that are not failures. */
const ASK_THE_USER = new Set([
  "login_required",
  "interaction_required",
  "consent_required",
  "account_selection_required",
]);

/**
 * Whether a renewal ends the session: the token endpoint has said that the refresh token is no longer valid (RFC 6749, 5.2),
 * or given another user's tokens. Any other answer, such as a
 * gateway's 429, is about this request alone.
 */
export function isRefused(error: unknown): boolean {
  return (
    error instanceof OtherUserError || (error instanceof ErrorResponse && error.error === "invalid_grant")
  );
}

function differs(one: unknown, other: unknown): boolean {
  return JSON.stringify(one) !== JSON.stringify(other);
}

/** The name, email address and groups in a user pool's ID token. */
export function userOf(claims: IdTokenClaims): SessionUser {
  const groups = claims["cognito:groups"];
  const name = [claims.name, claims.given_name, claims.email, claims["cognito:username"]].find(isText);
  return {
    id: claims.sub,
    name: name ?? claims.sub,
    email: claims.email,
    groups: Array.isArray(groups) ? groups.filter(isText) : [],
  };
}

function isText(value: unknown): value is string {
  return typeof value === "string" && value !== "";
}

/** Only ever a path of this origin. */
function returnTo(state: unknown): string {
  const path = (state as { returnTo?: unknown } | undefined)?.returnTo;
  return typeof path === "string" && /^\/(?![/\\])/.test(path) ? path : "/";
}

function tokensOf(response: SigninResponse, since: number, refresh?: string): Tokens {
  const lifetime = (response.expires_in ?? 300) * 1000;
  return {
    access: response.access_token,
    refresh: response.refresh_token ?? refresh,
    id: response.id_token,
    expiresAt: Date.now() + lifetime,
    lifetime,
    claims: response.profile,
    since,
  };
}
