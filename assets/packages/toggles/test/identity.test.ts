import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { WebSocket } from "ws";
import {
  FrontageProvider,
  OpenFeature,
  type SocketClass,
  TogglesClient,
  type TogglesOptions,
} from "../src/index.js";
import { type Context, Pool, PROTOCOL, Service } from "./service.js";
import { item } from "./world.js";

const ADA = { id: "ada", groups: ["beta"] };
const BOB = { id: "bob", groups: [] };

let service: Service;
let storage: Map<string, string>;
let clients: TogglesClient[];

/** `beta` is on for the group, `everybody` for all. */
const rules = ({ groups = [] }: Context) => [
  item("beta", groups.includes("beta"), { revision: { N: "7" } }),
  item("everybody", true),
];

beforeEach(async () => {
  service = await Service.start();
  service.answers = rules;
  storage = new Map();
  clients = [];
});

afterEach(async () => {
  for (const client of clients) {
    client.stop();
  }
  await service.stop();
});

function client(more: Partial<TogglesOptions> = {}): TogglesClient {
  const made = new TogglesClient({
    url: service.url,
    WebSocket: WebSocket as unknown as SocketClass,
    storage: {
      getItem: (key: string) => storage.get(key) ?? null,
      setItem: (key: string, value: string) => void storage.set(key, value),
      removeItem: (key: string) => void storage.delete(key),
    } as Storage,
    sharing: null,
    surroundings: { isOnline: () => true, watch: () => () => undefined },
    random: () => 0.001,
    ...more,
  });
  clients.push(made);
  return made;
}

const known = (of: TogglesClient) =>
  [...of.toggles.values()].map(({ id, isActive }) => `${id}=${isActive}`).join(" ");
const becomes = (of: TogglesClient, text: string) => expect.poll(() => known(of)).toBe(text);
const live = (of: TogglesClient) => expect.poll(() => of.status).toBe("live");
const token = (sub: string, groups: readonly string[] = []) => service.pool.token(sub, groups);

describe("a public service", () => {
  it("is connected to as ever, whoever is signed in", async () => {
    const constructed: unknown[][] = [];
    class Noted extends WebSocket {
      constructor(...how: [string, string[]?]) {
        constructed.push(how);
        super(...how);
      }
    }
    const credentials = vi.fn(async () => token("ada"));
    const one = client({ credentials, id: "browser-1", WebSocket: Noted as unknown as SocketClass });
    one.start();
    await live(one);
    one.identify(ADA);
    expect(one.status).toBe("live");
    expect(constructed).toEqual([[service.url]]);
    expect(credentials).not.toHaveBeenCalled();
    expect(service.attempts).toEqual([{ url: "/live", protocols: [], status: 101 }]);
  });
});

describe("an optional token", () => {
  beforeEach(() => {
    service.connect = "optional";
  });

  it("is not sent for nobody, who has a stable id; and is once somebody signs in", async () => {
    const jwt = token("ada", ["beta"]);
    const one = client({ connect: "optional", id: "browser 1", credentials: async () => jwt });
    one.start();
    await becomes(one, "beta=false everybody=true");
    expect([...service.clients.values()]).toEqual([{ targetingKey: "browser 1" }]);
    one.identify(ADA);
    expect(known(one)).toBe("beta=false everybody=true");
    expect(one.status).toBe("stale");
    await becomes(one, "beta=true everybody=true");
    await expect
      .poll(() => [...service.clients.values()])
      .toEqual([{ targetingKey: "ada", groups: ["beta"] }]);
    expect(service.attempts).toEqual([
      { url: "/live?id=browser+1", protocols: [PROTOCOL], status: 101 },
      { url: "/live", protocols: [PROTOCOL, `jwt.${jwt}`], status: 101 },
    ]);
  });

  it("leaves the URL as it is without an id", async () => {
    const one = client({ connect: "optional" });
    one.start();
    await live(one);
    expect(service.attempts[0]?.url).toBe("/live");
  });

  it("signing out takes the user's answers from the page and the storage at once", async () => {
    const one = client({ connect: "optional", credentials: async () => token("ada", ["beta"]) });
    one.identify(ADA);
    one.start();
    await becomes(one, "beta=true everybody=true");
    await expect.poll(() => [...storage.values()].join()).toContain('"beta"');
    const seen: string[] = [];
    one.onStatus((status) => seen.push(`${status} ${known(one)}`));
    one.onChange(({ changed }) => seen.push(`${changed} ${known(one)}`));
    one.identify(undefined);
    expect(seen).toEqual(["stale ", "beta,everybody "]);
    expect([...storage.values()].join()).not.toContain("beta");
    await becomes(one, "beta=false everybody=true");
    await expect.poll(() => [...service.clients.values()]).toEqual([{}]);
  });

  it("a user's answers are shown at the next visit to nobody else", async () => {
    const first = client({ connect: "optional", credentials: async () => token("ada", ["beta"]) });
    first.identify(ADA);
    first.start();
    await becomes(first, "beta=true everybody=true");
    first.stop();
    const crashed = new Map(storage);

    const again = client({ connect: "optional" });
    again.identify(ADA);
    expect(known(again)).toBe("beta=true everybody=true");
    expect(again.status).toBe("stale");

    const bob = client({ connect: "optional" });
    bob.identify(BOB);
    expect(known(bob)).toBe("");
    expect([...storage.values()].join()).not.toContain("beta");

    storage = crashed;
    const nobody = client({ connect: "optional" });
    nobody.start();
    expect(known(nobody)).toBe("");
    expect([...storage.values()].join()).not.toContain("beta");
  });

  it("of a user whose groups have changed: the new answers take the place of the old ones, and nothing is stale", async () => {
    let groups: string[] = [];
    const one = client({ connect: "optional", credentials: async () => token("ada", groups) });
    one.identify({ id: "ada", groups: ["a", "b"] });
    one.start();
    await becomes(one, "beta=false everybody=true");
    await live(one);
    const seen: string[] = [];
    one.onStatus((status) => seen.push(status));
    one.identify({ id: "ada", groups: ["b", "a"] });
    expect(service.attempts).toHaveLength(1);
    groups = ["beta"];
    one.identify(ADA);
    await becomes(one, "beta=true everybody=true");
    await expect.poll(() => service.clients.size).toBe(1);
    expect(service.attempts).toHaveLength(2);
    expect(seen).toEqual([]);
  });

  it("that is refused is asked for anew for each attempt, and the connection that serves goes on", async () => {
    const foreign = new Pool();
    const tokens: string[] = [];
    const one = client({
      connect: "optional",
      credentials: async () => tokens.shift() ?? token("ada", ["beta"]),
    });
    tokens.push(token("ada"), foreign.token("ada", ["beta"]), service.pool.token("ada", [], { exp: 1 }));
    one.identify(BOB);
    one.start();
    await live(one);
    one.identify({ ...BOB, groups: ["beta"] });
    await becomes(one, "beta=true everybody=true");
    expect(one.status).toBe("live");
    expect(service.attempts.map(({ status }) => status)).toEqual([101, 401, 401, 101]);
  });

  it("is in no storage, URL or log", async () => {
    const logs = (["log", "info", "warn", "error", "debug"] as const).map((name) => vi.spyOn(console, name));
    const bad = service.pool.token("ada", [], { exp: 1 });
    const good = token("ada", ["beta"]);
    const tokens = [bad, good];
    const one = client({ connect: "optional", credentials: async () => tokens.shift() });
    one.identify(ADA);
    one.start();
    await becomes(one, "beta=true everybody=true");
    one.stop();
    const left = JSON.stringify([
      [...storage],
      service.attempts.map(({ url }) => url),
      logs.map((log) => log.mock.calls),
    ]);
    for (const part of [...bad.split("."), ...good.split(".")]) {
      expect(left).not.toContain(part);
    }
    vi.restoreAllMocks();
  });
});

describe("a required token", () => {
  beforeEach(() => {
    service.connect = "required";
  });

  it("nobody attempts to connect until somebody signs in", async () => {
    const one = client({
      connect: "required",
      id: "browser-1",
      credentials: async () => token("ada", ["beta"]),
    });
    const opened = vi.fn();
    one.onStatus(opened);
    one.start();
    expect(one.status).toBe("stale");
    one.identify(ADA);
    await becomes(one, "beta=true everybody=true");
    expect(service.attempts.map(({ status }) => status)).toEqual([101]);
    one.identify(undefined);
    expect(known(one)).toBe("");
    await expect.poll(() => service.clients.size).toBe(0);
    expect(service.attempts).toHaveLength(1);
    expect(one.status).toBe("stale");
  });

  it("whose user has none yet is not attempted: there is one later", async () => {
    const answers = [undefined, undefined, token("ada", ["beta"])];
    const one = client({ connect: "required", credentials: async () => answers.shift() });
    one.identify(ADA);
    one.start();
    await becomes(one, "beta=true everybody=true");
    expect(service.attempts.map(({ status }) => status)).toEqual([101]);
  });

  it("nobody has the snapshot", async () => {
    const answer = async () => new Response(JSON.stringify(rules({})));
    const one = client({ connect: "required", snapshotUrl: "/toggles.json", fetch: answer as typeof fetch });
    one.start();
    await becomes(one, "beta=false everybody=true");
    expect(one.status).toBe("polling");
    expect(service.attempts).toEqual([]);
  });

  it("makes OpenFeature ready when somebody signs in", async () => {
    const one = client({ connect: "required", credentials: async () => token("ada", ["beta"]) });
    one.start();
    const set = OpenFeature.setProviderAndWait(new FrontageProvider(one));
    const flags = OpenFeature.getClient();
    expect(flags.getBooleanDetails("beta", false)).toMatchObject({ value: false, reason: "ERROR" });
    one.identify(ADA);
    await set;
    expect(flags.getBooleanDetails("beta", false)).toMatchObject({ value: true, reason: "STATIC" });
    one.identify(undefined);
    expect(flags.getBooleanDetails("beta", false)).toMatchObject({ errorCode: "FLAG_NOT_FOUND" });
    expect(flags.providerStatus).toBe("STALE");
    await OpenFeature.clearProviders();
  });
});
