/** The claims of an access token. Checking its signature is up to the API. */
export interface Access {
  readonly expires: Date;
  /** `openid`, `email`, `profile`… */
  readonly scopes: readonly string[];
  readonly claims: Readonly<Record<string, unknown>>;
}

/**
 * Reads the claims of an access token, for display.
 * @throws if it is not a JSON Web Token.
 */
export function readAccess(token: string): Access {
  const claims = decode(token.split(".")[1] ?? "");
  return {
    expires: new Date(Number(claims.exp) * 1000),
    scopes: String(claims.scope ?? "")
      .split(" ")
      .filter(Boolean),
    claims,
  };
}

function decode(part: string): Record<string, unknown> {
  const binary = atob(part.replaceAll("-", "+").replaceAll("_", "/"));
  const bytes = Uint8Array.from(binary, (character) => character.charCodeAt(0));
  return JSON.parse(new TextDecoder().decode(bytes));
}
