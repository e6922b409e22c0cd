import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { FrontageProvider, OpenFeature, type TogglesClient, type TogglesOptions } from "../src/index.js";
import { Browser } from "./browser.js";
import { item, removal, World } from "./world.js";

let world: World;
let client: TogglesClient;
/** What the edge answers. */
let edge: { status: number; body: string; etag?: string };
let requests: { url: string; etag: string | undefined }[];

beforeEach(() => {
  vi.useFakeTimers({ now: new Date("2030-01-01") });
  world = new World();
  requests = [];
  edge = { status: 200, body: JSON.stringify([item("1", true)]) };
});

afterEach(() => {
  client.stop();
  vi.useRealTimers();
});

const seconds = (count: number) => vi.advanceTimersByTimeAsync(count * 1000);
const known = (of = client) =>
  [...of.toggles.values()].map(({ id, isActive }) => `${id}=${isActive}`).join(" ");
const revised = (id: string, isActive: boolean, revision: number) =>
  item(id, isActive, { revision: { N: `${revision}` } });

async function answer(url: string, init: RequestInit): Promise<Response> {
  const etag = (init.headers as Record<string, string>)["If-None-Match"];
  requests.push({ url, etag });
  if (edge.etag !== undefined && etag === edge.etag) {
    return new Response(null, { status: 304 });
  }
  return new Response(edge.body, { status: edge.status, headers: edge.etag ? { ETag: edge.etag } : {} });
}

async function start(more: Partial<TogglesOptions> = {}): Promise<void> {
  client = world.client({ snapshotUrl: "/toggles.json", fetch: answer as typeof fetch, ...more });
  client.start();
  await seconds(0);
}

function publish(...items: object[]): void {
  edge.body = JSON.stringify(items);
}

/** Lets every attempt to connect fail. */
async function blocked(count: number): Promise<void> {
  for (let second = 0; second < count; second++) {
    world.socket.breaks();
    await seconds(1);
  }
}

describe("the snapshot", () => {
  it("is shown before the socket is open, and not asked for again once it is live", async () => {
    await start();
    expect(known()).toBe("1=true");
    expect(client.status).toBe("polling");
    world.socket.says([item("1", false)]);
    expect(known()).toBe("1=false");
    expect(client.status).toBe("live");
    await seconds(300);
    expect(requests).toHaveLength(1);
  });

  it("that comes after the socket's state is not taken", async () => {
    let respond: (response: Response) => void = () => undefined;
    const signals: (AbortSignal | null | undefined)[] = [];
    const slow = (_: string, { signal }: RequestInit) => {
      signals.push(signal);
      return new Promise<Response>((resolve) => {
        respond = resolve;
      });
    };
    await start({ fetch: slow as typeof fetch });
    world.socket.says([item("1", false)]);
    expect(signals[0]?.aborted).toBe(true);
    respond(new Response(edge.body));
    await seconds(300);
    expect(known()).toBe("1=false");
    expect(client.status).toBe("live");
    expect(signals).toHaveLength(1);
  });

  it("makes OpenFeature ready", async () => {
    await start();
    await OpenFeature.setProviderAndWait(new FrontageProvider(client));
    await seconds(1);
    expect(OpenFeature.getClient().providerStatus).toBe("READY");
    expect(OpenFeature.getClient().getBooleanDetails("1", false)).toMatchObject({
      value: true,
      reason: "STATIC",
    });
    await OpenFeature.clearProviders();
  });

  it("is polled where WebSockets are blocked: a change arrives within 30 s", async () => {
    await start();
    publish(item("1", false), item("2", true));
    await blocked(30);
    expect(known()).toBe("1=false 2=true");
    publish(item("2", true));
    await blocked(30);
    expect(known()).toBe("2=true");
    expect(client.status).toBe("polling");
    expect(requests.length).toBeLessThanOrEqual(4);
  });

  it("is asked for with the last answer's ETag", async () => {
    edge.etag = '"a"';
    await start();
    await blocked(30);
    edge = { status: 200, body: JSON.stringify([item("1", false)]), etag: '"b"' };
    await blocked(30);
    expect(known()).toBe("1=false");
    await blocked(30);
    expect(requests.map(({ etag }) => etag)).toEqual([undefined, '"a"', '"a"', '"b"']);
    expect(client.status).toBe("polling");
  });

  it.each([
    ["a page", 200, "<!doctype html>"],
    ["an error", 503, "[]"],
    ["missing", 404, "[]"],
  ])("that is %s is none, and asked for ever less often", async (_, status, body) => {
    edge = { status, body };
    await start();
    await seconds(600);
    expect(client.status).toBe("offline");
    expect(known()).toBe("");
    expect(requests.length).toBeGreaterThan(3);
    expect(requests.length).toBeLessThan(8);
  });

  it("is no longer polling a minute after the last good answer", async () => {
    await start();
    edge.status = 503;
    await seconds(40);
    expect(client.status).toBe("polling");
    await seconds(60);
    expect(client.status).toBe("offline");
    expect(known()).toBe("1=true");
  });

  it("is given up if it does not come within ten seconds", async () => {
    let aborted = 0;
    const silent = (_: string, { signal }: { signal: AbortSignal }) =>
      new Promise<Response>((_, reject) =>
        signal.addEventListener("abort", () => {
          aborted += 1;
          reject(signal.reason);
        }),
      );
    await start({ fetch: silent as unknown as typeof fetch });
    await seconds(9.9);
    expect(aborted).toBe(0);
    await seconds(0.2);
    expect(aborted).toBe(1);
  });

  it("is asked for by the next use if the timer of a hidden page is late", async () => {
    await start();
    vi.setSystemTime(Date.now() + 26_900);
    world.notices("used");
    await seconds(0);
    expect(requests).toHaveLength(1);
    vi.setSystemTime(Date.now() + 200);
    world.notices("used");
    await seconds(0);
    expect(requests).toHaveLength(2);
  });

  it("is spread: requests of two clients do not stay together", async () => {
    world.random = 0;
    await start();
    await seconds(24.1);
    expect(requests).toHaveLength(2);
    world.random = 1;
    await seconds(24);
    expect(requests).toHaveLength(3);
    await seconds(29.8);
    expect(requests).toHaveLength(3);
    await seconds(0.2);
    expect(requests).toHaveLength(4);
  });
});

describe("a snapshot that is older than what a connection has said", () => {
  async function lost(): Promise<void> {
    await start();
    world.socket.says([revised("1", false, 7), item("2", false), revised("3", true, 7)]);
    world.socket.says(removal("3", 8));
    world.socket.says(removal("4"));
    world.socket.breaks();
  }

  it("overrides nothing", async () => {
    await lost();
    publish(revised("1", true, 6), item("2", true), revised("3", true, 7), item("4", true));
    await seconds(10);
    expect(requests).toHaveLength(2);
    expect(known()).toBe("1=false 2=false");
    expect(client.status).toBe("polling");
  });

  it("takes what is newer, and deletes nothing at first", async () => {
    await lost();
    publish(revised("1", true, 9), revised("3", false, 9));
    await seconds(10);
    expect(known()).toBe("1=true 2=false 3=false");
  });

  it("is right half a minute later, but for lower revisions", async () => {
    await lost();
    publish(revised("1", true, 6), item("5", true));
    await seconds(40);
    expect(known()).toBe("1=false 5=true");
  });

  it("is not taken for newer by the next visit", async () => {
    await lost();
    client.stop();
    publish(revised("1", true, 6), item("2", true));
    await start();
    expect(known()).toBe("1=false 2=false");
  });
});

it("one tab of a browser polls for all, and a later one has the toggles at once", async () => {
  const browser = new Browser();
  await start({ sharing: browser.tab().sharing });
  const others = [browser.tab(), browser.tab()].map(({ sharing }) =>
    world.client({ snapshotUrl: "/toggles.json", fetch: answer as typeof fetch, sharing }),
  );
  for (const other of others) {
    other.start();
  }
  await seconds(0);
  expect(others.map((other) => [known(other), other.status])).toEqual([
    ["1=true", "polling"],
    ["1=true", "polling"],
  ]);
  publish(item("1", false));
  await blocked(30);
  expect(others.map((other) => known(other))).toEqual(["1=false", "1=false"]);
  expect(requests).toHaveLength(2);
  for (const other of others) {
    other.stop();
  }
});

it("a real server is polled, and not modified until its toggles are", async () => {
  vi.useRealTimers();
  const statuses: number[] = [];
  const server = createServer((request, response) => {
    const isKnown = request.headers["if-none-match"] === '"one"';
    statuses.push(isKnown ? 304 : 200);
    response.writeHead(isKnown ? 304 : 200, { ETag: '"one"', "Content-Type": "application/json" });
    response.end(isKnown ? undefined : JSON.stringify([item("1", true)]));
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  client = world.client({ snapshotUrl: `http://127.0.0.1:${port}/toggles.json` });
  const polled = new Promise((resolve) =>
    client.onStatus((status) => status === "polling" && resolve(status)),
  );
  client.start();
  await polled;
  expect(known()).toBe("1=true");
  client.stop();
  client.start();
  await vi.waitFor(() => expect(statuses).toEqual([200, 304]));
  server.close();
});

describe("a user's own answers", () => {
  async function asAda(): Promise<void> {
    await start({ connect: "optional", credentials: async () => "token" });
    client.identify({ id: "ada", groups: ["beta"] });
    await seconds(0);
  }

  it("are overridden by the snapshot, which has nobody's, only with a later change of the toggle", async () => {
    publish(item("1", false, { revision: { N: "5" } }), item("2", false), item("3", false));
    await asAda();
    world.socket.says([item("1", true, { revision: { N: "5" } }), item("2", true), item("3", true)]);
    await blocked(100);
    expect(client.status).toBe("polling");
    expect(known()).toBe("1=true 2=true 3=true");
    publish(
      item("1", false, { revision: { N: "6" } }),
      item("2", false, { revision: { N: "6" } }),
      item("4", true),
    );
    await blocked(60);
    expect(known()).toBe("1=false 2=false 4=true");
    publish(
      item("1", true, { revision: { N: "6" } }),
      item("2", false, { revision: { N: "6" } }),
      item("4", false),
    );
    await blocked(60);
    expect(known()).toBe("1=true 2=false 4=false");
  });

  it("are nobody's where WebSockets have always been blocked", async () => {
    publish(item("1", false));
    await asAda();
    expect(known()).toBe("1=false");
    publish(item("1", true));
    await blocked(60);
    expect(known()).toBe("1=true");
  });
});
