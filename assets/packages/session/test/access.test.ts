import { expect, it } from "vitest";
import { readAccess } from "../src/index.js";

function token(claims: object): string {
  const bytes = new TextEncoder().encode(JSON.stringify(claims));
  const part = btoa(String.fromCharCode(...bytes))
    .replaceAll("+", "-")
    .replaceAll("/", "_")
    .replaceAll("=", "");
  return `e30.${part}.signature`;
}

it("tells when a token ends and what it is for", () => {
  const { expires, scopes, claims } = readAccess(
    token({ exp: 1_900_000_000, scope: "openid email", name: "Zoë ÿ" }),
  );
  expect(expires.toISOString()).toBe("2030-03-17T17:46:40.000Z");
  expect(scopes).toEqual(["openid", "email"]);
  expect(claims.name).toBe("Zoë ÿ");
});

it("has no scopes where none are stated", () => {
  expect(readAccess(token({ exp: 1 })).scopes).toEqual([]);
});

it("throws for what is no token", () => {
  expect(() => readAccess("opaque")).toThrow();
});
