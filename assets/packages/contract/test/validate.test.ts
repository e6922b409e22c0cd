import { describe, expect, it } from "vitest";
import { parseConfig, parseManifest, parsePreview } from "../src/validate.js";

const config = {
  system: "acme",
  title: "Acme",
  login: {
    issuer: "https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_1",
    url: "https://acme.auth.eu-west-1.amazoncognito.com/",
    clientId: "abc",
    scope: "openid email profile",
  },
  toggles: { url: "wss://api.example/live", longestWait: 300, snapshotUrl: "/toggles.json", exposure: 0.01 },
  teams: [{ name: "shipping", title: "Shipping", route: "/shipping", url: "https://d1.cloudfront.net" }],
  overrides: false,
};

const manifest = {
  schema: "https://raw.githubusercontent.com/awslabs/frontend-discovery/main/schema/v1-pre.json",
  microFrontends: {
    "@acme/shipping": [
      {
        url: "https://d1.cloudfront.net/assets/main-1.js",
        fallbackUrl: "https://d1.cloudfront.net/releases/3f2a/main.js",
        metadata: { integrity: "sha384-AAAA", version: "1.4.0+3f2a" },
        extras: { kind: "element", title: "Shipping", contract: 1 },
        deployment: { traffic: 100, default: true },
      },
    ],
  },
};

describe("config.json", () => {
  it("is taken as it is, without the slashes that would be doubled", () => {
    expect(parseConfig(config)).toEqual({
      ...config,
      login: { ...config.login, url: "https://acme.auth.eu-west-1.amazoncognito.com" },
    });
  });

  it("of an earlier version says nothing of waits", () => {
    const { url } = config.toggles;
    expect(parseConfig({ ...config, toggles: { url } }).toggles).toEqual({ url });
  });

  it.each(["optional", "required"])("may say that a connection's token is %s", (connect) => {
    const toggles = { ...config.toggles, connect };
    expect(parseConfig({ ...config, toggles }).toggles).toEqual(toggles);
  });

  it("may name the API for operators", () => {
    const toggles = { ...config.toggles, api: "https://a1.execute-api.eu-west-1.amazonaws.com" };
    expect(parseConfig({ ...config, toggles: { ...toggles, api: `${toggles.api}/` } }).toggles).toEqual(
      toggles,
    );
  });

  it("may have fields of a later version", () => {
    expect(parseConfig({ ...config, later: 1 })).not.toHaveProperty("later");
  });

  it.each([
    [[], "config.json is []: must be an object"],
    [{ ...config, title: 1 }, "config.json: title is 1: must be a non-empty string"],
    [
      { ...config, login: { ...config.login, clientId: undefined } },
      "config.json: login.clientId is missing: must be a non-empty string",
    ],
    [
      { ...config, toggles: { ...config.toggles, connect: "never" } },
      'config.json: toggles.connect is "never": must be optional or required',
    ],
    [
      { ...config, toggles: { ...config.toggles, api: "wss://x" } },
      'config.json: toggles.api is "wss://x": must be a URL that begins with https:// or http://',
    ],
    [
      { ...config, toggles: { url: "https://x" } },
      'config.json: toggles.url is "https://x": must be a URL that begins with wss:// or ws://',
    ],
    [
      { ...config, toggles: { ...config.toggles, longestWait: 0 } },
      "config.json: toggles.longestWait is 0: must be above zero",
    ],
    [
      { ...config, toggles: { ...config.toggles, exposure: 0 } },
      "config.json: toggles.exposure is 0: must be above zero",
    ],
    [
      { ...config, teams: [{ ...config.teams[0], route: "shipping" }] },
      'config.json: teams[0].route is "shipping": must be a path such as /shipping',
    ],
    [
      { ...config, teams: [config.teams[0], config.teams[0]] },
      "config.json: two teams have the name shipping",
    ],
    [{ ...config, overrides: "yes" }, 'config.json: overrides is "yes": must be true or false'],
  ])("is refused with the field that is wrong (%#)", (value, message) => {
    expect(() => parseConfig(value)).toThrow(message);
  });
});

describe("manifest.json", () => {
  it("is taken as it is", () => {
    expect(parseManifest(manifest)).toEqual(manifest);
  });

  it.each([
    [null, "manifest.json is null: must be an object"],
    [{}, "manifest.json: microFrontends is missing: must be an object"],
    [{ microFrontends: { a: {} } }, "manifest.json: microFrontends.a is {}: must be an array"],
    [
      version({ metadata: { integrity: "e0d123e5f316bef78bfdf5a008837577", version: "1" } }),
      'metadata.integrity is "e0d123e5f316bef78bfdf5a008837577": must be subresource integrity',
    ],
    [version({ deployment: { traffic: 101, default: true } }), "deployment.traffic is 101: must be between"],
    [version({ extras: { kind: "iframe" } }), 'extras.kind is "iframe": must be element or module'],
  ])("is refused with the field that is wrong (%#)", (value, message) => {
    expect(() => parseManifest(value)).toThrow(message);
  });
});

describe("a preview", () => {
  const preview = { ...manifest, expires: "2026-01-31T12:00:00Z" };

  it("is a manifest with a time", () => {
    expect(parsePreview(preview)).toEqual(preview);
  });

  it.each([
    [manifest, "preview: expires is missing: must be a non-empty string"],
    [{ ...preview, expires: "soon" }, 'preview: expires is "soon": must be a time such as'],
    [{ ...preview, microFrontends: 1 }, "preview: microFrontends is 1: must be an object"],
  ])("is refused with the field that is wrong (%#)", (value, message) => {
    expect(() => parsePreview(value)).toThrow(message);
  });
});

function version(change: object): unknown {
  const [first] = manifest.microFrontends["@acme/shipping"];
  return { microFrontends: { "@acme/shipping": [{ ...first, ...change }] } };
}
