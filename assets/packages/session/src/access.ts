/** What an access token says of itself. Its signature is for the API to check. */
export interface Access {
  readonly expires: Date;
  /** `openid`, `email`, `profile`… */
  readonly scopes: readonly string[];
  readonly claims: Readonly<Record<string, unknown>>;
}

/**
 * Reads the claims of an access token, for showing them.
 * @throws if it is no JSON Web Token.
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
