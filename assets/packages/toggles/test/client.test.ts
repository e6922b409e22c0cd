import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { TogglesClient } from "../src/index.js";
import { item, removal, World } from "./world.js";

let world: World;
let client: TogglesClient;

beforeEach(() => {
  vi.useFakeTimers({ now: new Date("2030-01-01") });
  world = new World();
  client = world.client();
});

afterEach(() => {
  client.stop();
  vi.useRealTimers();
});

const seconds = (count: number) => vi.advanceTimersByTimeAsync(count * 1000);
const minutes = (count: number) => seconds(count * 60);
/** Toggle 1 with a revision. */
const revised = (isActive: boolean, revision: number) =>
  item("1", isActive, { revision: { N: `${revision}` } });
const known = () => Object.fromEntries([...client.toggles].map(([id, { isActive }]) => [id, isActive]));

function live(...items: object[]): void {
  client.start();
  world.socket.says(items);
}

describe("the state", () => {
  it("is the first array of the connection; further arrays add to it", () => {
    live(item("1", true));
    world.socket.says([item("10", false), item("9", false)]);
    expect(known()).toEqual({ "1": true, "9": false, "10": false });
    expect([...client.toggles.keys()]).toEqual(["1", "9", "10"]);
    expect(client.status).toBe("live");
  });

  it("follows changes and removals, and tells which toggles they were", () => {
    live(item("1", true), item("2", true));
    const changes: (readonly string[])[] = [];
    client.onChange(({ changed }) => changes.push(changed));
    world.socket.says(item("1", false));
    world.socket.says(item("1", false));
    world.socket.says(removal("2"));
    world.socket.says(item("3", true));
    expect(known()).toEqual({ "1": false, "3": true });
    expect(changes).toEqual([["1"], ["2"], ["3"]]);
  });

  it("is decoded from DynamoDB's JSON", () => {
    live(
      item("1", true, {
        text: { S: "a" },
        count: { N: "1.5" },
        none: { NULL: true },
        map: { M: { b: { L: [{ N: "1" }, { S: "x" }] }, a: { BOOL: false } } },
        set: { SS: ["x", "y"] },
        numbers: { NS: ["1", "2"] },
      }),
    );
    expect(client.get("1")?.attributes).toMatchObject({
      text: "a",
      count: 1.5,
      none: null,
      map: { a: false, b: [1, "x"] },
      set: ["x", "y"],
      numbers: [1, 2],
    });
  });

  it("drops a toggle with a lower revision than the last one, and takes one without", () => {
    live(revised(true, 5));
    world.socket.says(revised(false, 6));
    world.socket.says(revised(true, 5));
    world.socket.says([revised(true, 4), item("2", true)]);
    expect(known()).toEqual({ "1": false, "2": true });
    world.socket.says(revised(true, 6));
    expect(known()).toEqual({ "1": true, "2": true });
    world.socket.says(removal("1"));
    world.socket.says(revised(true, 5));
    expect(known()).toEqual({ "2": true });
    world.socket.says(revised(false, 7));
    world.socket.says(item("1", true));
    world.socket.says(revised(false, 3));
    expect(known()).toEqual({ "1": false, "2": true });
  });

  it("keeps the revision of a removal: nothing older brings the toggle back or takes it away", () => {
    live(revised(true, 5), item("2", true));
    world.socket.says(removal("1", 7));
    expect(known()).toEqual({ "2": true });
    world.socket.says(revised(true, 6));
    world.socket.says([revised(true, 6), item("3", true)]);
    expect(known()).toEqual({ "2": true, "3": true });
    world.socket.says(revised(true, 8));
    world.socket.says(removal("1", 7));
    expect(known()).toEqual({ "1": true, "2": true, "3": true });
    world.socket.says(removal("1"));
    expect(known()).toEqual({ "2": true, "3": true });
  });

  it("adds an array of several changed toggles at any time, and drops the older ones in it", async () => {
    live(revised(true, 5), item("2", true));
    await minutes(5);
    const changes: (readonly string[])[] = [];
    client.onChange(({ changed }) => changes.push(changed));
    world.socket.says([revised(false, 4), item("2", false), item("3", true)]);
    await minutes(1);
    expect(changes).toEqual([["2", "3"]]);
    expect(known()).toEqual({ "1": true, "2": false, "3": true });
  });

  it.each([
    ["1.5", 1.5],
    ["1.50", 1.5],
    ["-0.000001", -0.000001],
    ["9007199254740991", 9007199254740991],
    ["1E+30", 1e30],
    ["0.1", 0.1],
    ["-0", -0],
    ["9007199254740993", "9007199254740993"],
    ["12345678901234567890", "12345678901234567890"],
    ["0.1000000000000000055511151231257827", "0.1000000000000000055511151231257827"],
    ["1E+400", "1E+400"],
    ["", ""],
  ])("never has a number that is not the table's: %s", (text, expected) => {
    live(item("1", true, { value: { N: text }, several: { NS: [text] } }));
    expect(client.get("1")?.attributes).toMatchObject({ value: expected, several: [expected] });
  });

  it("is taken from a table that was restored, once the connection was lost", async () => {
    live(revised(true, 9));
    world.socket.breaks();
    await seconds(30.2);
    world.socket.says([revised(false, 3)]);
    expect(known()).toEqual({ "1": false });
  });

  it("has toggles with an attribute that is called isRemoved", () => {
    live(item("1", true));
    world.socket.says(item("1", false, { isRemoved: { S: "true" } }));
    expect(known()).toEqual({ "1": false });
  });

  it("is not disturbed by what is no toggle", () => {
    live(item("1", true));
    for (const odd of ["", "{", "null", "7", '{"message":"Forbidden","connectionId":"a","requestId":"b"}']) {
      world.socket.says(odd);
    }
    world.socket.says({ isActive: { BOOL: true } });
    expect(known()).toEqual({ "1": true });
  });

  it("is found by id or by name", () => {
    live(item("1", true), { featureId: { S: "2" } });
    expect(client.isActive("Toggle 1")).toBe(true);
    expect(client.isActive("1")).toBe(true);
    expect(client.isActive("2")).toBe(false);
    expect(client.isActive("2", true)).toBe(true);
    expect(client.get("2")?.name).toBe("2");
    expect(client.isActive("unknown", true)).toBe(true);
  });

  it("has of several toggles with one name the one with the first id, and warns of them once", () => {
    const warn = vi.spyOn(console, "warn").mockImplementation(() => undefined);
    const named = (id: string, isActive: boolean, name = "same") =>
      item(id, isActive, { featureName: { S: name } });
    live(named("10", false), named("9", true));
    expect(client.get("same")?.id).toBe("9");
    expect(client.isActive("same")).toBe(true);
    expect(warn.mock.calls).toEqual([
      ['The toggles 9, 10 are all named "same": 9 is used. Ask for an id instead.'],
    ]);
    world.socket.says(named("2", false));
    expect(client.get("same")?.id).toBe("2");
    world.socket.says(named("2", false, "other"));
    world.socket.says(removal("9"));
    expect(client.get("same")?.id).toBe("10");
    expect(client.get("other")?.id).toBe("2");
    world.socket.says(named("other", true));
    expect(client.get("other")?.id).toBe("other");
    world.socket.says(removal("10"));
    world.socket.says(removal("other"));
    expect(client.get("same")).toBeUndefined();
    expect(warn).toHaveBeenCalledOnce();
  });

  it("costs per message what the message contains, not what the client knows", async () => {
    const all = Array.from({ length: 2_000 }, (_, index) => item(`${index}`, true));
    live(...all);
    await seconds(2);
    const set = vi.spyOn(world.storage, "set");
    const stringify = vi.spyOn(JSON, "stringify");
    const before = client.toggles;
    for (let index = 0; index < 100; index++) {
      const text = `{"featureId":{"S":"${index}"},"isActive":{"BOOL":false}}`;
      world.socket.says(text);
    }
    // The known item and the new one, for each message.
    expect(stringify).toHaveBeenCalledTimes(200);
    expect(set).not.toHaveBeenCalled();
    expect(client.toggles).toBe(before);
    expect(client.isActive("99")).toBe(false);
    await seconds(2);
    expect(set).toHaveBeenCalledOnce();
    expect(stringify).toHaveBeenCalledTimes(201);
    stringify.mockRestore();
  });

  it("goes on for the others when a listener throws", () => {
    const report = vi.fn();
    vi.stubGlobal("reportError", report);
    const seen = vi.fn();
    client.onChange(() => {
      throw new Error("mine");
    });
    client.onChange(seen);
    live(item("1", true));
    expect(seen).toHaveBeenCalledOnce();
    expect(report).toHaveBeenCalledOnce();
    vi.unstubAllGlobals();
  });
});

describe("a lost connection", () => {
  it("is stale, then offline, and live again with what has changed meanwhile", async () => {
    live(item("1", true), item("2", true));
    const statuses: string[] = [];
    client.onStatus((status) => statuses.push(status));
    world.socket.breaks();
    expect(client.isActive("1")).toBe(true);
    await seconds(30.2);
    world.socket.says([item("1", false)]);
    expect(statuses).toEqual(["stale", "offline", "live"]);
    expect(client.isActive("1")).toBe(false);
    await seconds(34.9);
    expect(known()).toEqual({ "1": false, "2": true });
    await seconds(0.2);
    expect(known()).toEqual({ "1": false });
  });

  it.each([0, 1.5, 30])(
    "does not drop toggles while a big state is coming in, an array each %d s",
    async (gap) => {
      live(item("1", true), item("2", true), item("3", true), item("4", true));
      const changes: (readonly string[])[] = [];
      world.socket.breaks();
      await seconds(1);
      client.onChange(({ changed }) => changes.push(changed));
      for (const id of ["1", "2", "3"]) {
        world.socket.says([item(id, true)]);
        await seconds(gap);
      }
      await seconds(36);
      expect(changes).toEqual([["4"]]);
    },
  );

  it("is live once the last array of a big state has come", async () => {
    const big = { text: { S: "é".repeat(33_000) } };
    client.start();
    world.socket.says([item("1", true, big)]);
    await seconds(0.9);
    world.socket.says([item("2", true, big)]);
    await seconds(0.9);
    expect(client.status).toBe("stale");
    world.socket.says([item("3", true)]);
    expect(client.status).toBe("live");
    expect(known()).toEqual({ "1": true, "2": true, "3": true });
  });

  it("is live if a big state ends with a big array", async () => {
    client.start();
    world.socket.says([item("1", true, { text: { S: "x".repeat(70_000) } })]);
    await seconds(0.9);
    expect(client.status).toBe("stale");
    await seconds(0.2);
    expect(client.status).toBe("live");
  });

  it("is opened again after waits with full jitter, from one second up to the longest", async () => {
    const waits: number[] = [];
    client.start();
    world.random = 1;
    for (let failure = 0; failure < 8; failure++) {
      const before = Date.now();
      const count = world.sockets.length;
      world.socket.breaks();
      while (world.sockets.length === count) {
        await seconds(0.5);
      }
      waits.push((Date.now() - before) / 1000);
    }
    expect(waits).toEqual([1, 3, 9, 27, 81, 243, 300, 300]);
    world.random = 0;
    world.socket.breaks();
    await seconds(0);
    expect(world.sockets).toHaveLength(10);
  });

  it("begins with short waits again only after a stable connection", async () => {
    world.random = 1;
    client.start();
    for (const wait of [1, 3, 9]) {
      world.socket.breaks();
      await seconds(wait);
    }
    world.socket.says([]);
    await seconds(59);
    world.socket.breaks();
    await seconds(26.9);
    expect(world.sockets).toHaveLength(4);
    await seconds(0.1);
    expect(world.sockets).toHaveLength(5);
    world.socket.says([]);
    await seconds(61);
    world.socket.breaks();
    await seconds(1);
    expect(world.sockets).toHaveLength(6);
  });

  it("waits no longer than it is told to", async () => {
    client = world.client({ longestWait: 5 });
    client.start();
    world.random = 1;
    for (const wait of [1, 3, 5, 5]) {
      const count = world.sockets.length;
      world.socket.breaks();
      await seconds(wait - 0.1);
      expect(world.sockets).toHaveLength(count);
      await seconds(0.1);
      expect(world.sockets).toHaveLength(count + 1);
    }
  });

  it("that the service has closed, perhaps everybody's, is opened again over more than a second", async () => {
    live(item("1", true));
    await seconds(61);
    world.random = 1;
    world.socket.breaks(true);
    await seconds(8.9);
    expect(world.sockets).toHaveLength(1);
    await seconds(0.1);
    expect(world.sockets).toHaveLength(2);
  });

  it("is opened sooner if somebody looks at the page or the network is back, but never at once", async () => {
    world.random = 1;
    client.start();
    for (const wait of [1, 3, 9, 27]) {
      world.socket.breaks();
      await seconds(wait);
    }
    world.socket.breaks();
    world.notices("used");
    world.notices("hidden");
    await seconds(10);
    expect(world.sockets).toHaveLength(5);
    world.notices("shown");
    await seconds(0.9);
    expect(world.sockets).toHaveLength(5);
    await seconds(0.1);
    expect(world.sockets).toHaveLength(6);
    world.socket.breaks();
    world.notices("online");
    await seconds(4.9);
    expect(world.sockets).toHaveLength(6);
    await seconds(0.1);
    expect(world.sockets).toHaveLength(7);
  });

  it("that never tells its state is given up", async () => {
    client.start();
    await seconds(30);
    expect(world.sockets[0]?.closed).toBe(true);
    await seconds(1);
    expect(world.sockets).toHaveLength(2);
  });
});

describe("rolling over", () => {
  it("does not go back to a state that was read before the last change", async () => {
    world.random = 0;
    live(revised(true, 5));
    await minutes(90.1);
    const seen: unknown[] = [];
    client.onChange(() => seen.push(known()));
    world.sockets[0]?.says(revised(false, 6));
    world.socket.says([revised(true, 5)]);
    world.socket.says(revised(false, 6));
    expect(seen).toEqual([{ "1": false }]);
  });

  it.each([
    [0, 90],
    [1, 118],
  ])("comes between 90 and 118 minutes (%d)", async (random, expected) => {
    world.random = random;
    live(item("1", true));
    await minutes(expected - 0.1);
    expect(world.sockets).toHaveLength(1);
    await minutes(0.2);
    expect(world.sockets).toHaveLength(2);
  });

  it("switches once the new connection's state has come, without a moment of staleness", async () => {
    live(item("1", true));
    const statuses = vi.fn();
    client.onStatus(statuses);
    await minutes(104.1);
    const [old, next] = world.sockets;
    old?.says(item("1", false));
    next?.says(item("1", true));
    expect(client.isActive("1")).toBe(false);
    expect(old?.closed).toBe(false);
    next?.says([item("1", false), item("2", true)]);
    expect(old?.closed).toBe(true);
    expect(known()).toEqual({ "1": false, "2": true });
    expect(statuses).not.toHaveBeenCalled();
  });

  it("is tried again, while the old connection serves", async () => {
    live(item("1", true));
    await minutes(104.1);
    world.socket.breaks();
    await seconds(13);
    expect(world.sockets).toHaveLength(2);
    await seconds(0.6);
    expect(world.sockets).toHaveLength(3);
    expect(client.status).toBe("live");
    world.sockets[0]?.says(item("1", false));
    expect(client.isActive("1")).toBe(false);
  });
});

describe("an idle connection", () => {
  const FORBIDDEN = '{"message":"Forbidden","connectionId":"a","requestId":"b"}';
  /** A live connection to an endpoint that has answered its first keep-alive, 30 s after the state. */
  async function proven(): Promise<void> {
    live(item("1", true));
    await seconds(30);
    world.socket.says(FORBIDDEN);
  }

  it("is proven half a minute after its state, then kept alive within the ten minutes that it may be idle", async () => {
    world.random = 1;
    live(item("1", true));
    await seconds(29.9);
    expect(world.socket.sent).toHaveLength(0);
    await seconds(0.1);
    expect(world.socket.sent).toEqual(['{"action":"keep-alive"}']);
    world.socket.says(FORBIDDEN);
    await minutes(8);
    world.socket.says(item("1", false));
    await minutes(8);
    expect(world.socket.sent).toHaveLength(1);
    await minutes(0.5);
    expect(world.socket.sent).toHaveLength(2);
  });

  it("that stops answering is replaced", async () => {
    world.random = 0;
    await proven();
    await minutes(7);
    await seconds(16);
    expect(world.sockets[0]?.closed).toBe(true);
    expect(client.status).toBe("stale");
    expect(world.sockets).toHaveLength(2);
  });

  it("that is half open from the start is found, since an earlier visit had answers", async () => {
    await proven();
    client.stop();
    client = world.client();
    live(item("1", true));
    await seconds(44.9);
    expect(client.status).toBe("live");
    await seconds(0.2);
    expect(client.status).toBe("stale");
  });

  it("whose endpoint never answers stays", async () => {
    live(item("1", true));
    await minutes(60);
    world.notices("online");
    await minutes(1);
    expect(world.sockets[0]?.closed).toBe(false);
    expect(client.status).toBe("live");
  });

  it.each(["shown", "used", "network"] as const)(
    "that is half open is found within a minute of use: %s",
    async (use) => {
      await proven();
      await seconds(5);
      world.notices(use);
      await seconds(39.9);
      expect(client.status).toBe("live");
      await seconds(0.2);
      expect(client.status).toBe("stale");
      await seconds(1);
      expect(world.sockets).toHaveLength(2);
    },
  );

  it("is asked once, however often the page is used", async () => {
    await proven();
    for (let second = 0; second < 40; second++) {
      world.notices("used");
      await seconds(1);
    }
    expect(world.socket.sent).toHaveLength(2);
    world.socket.says(FORBIDDEN);
    await seconds(60);
    expect(world.socket.sent).toHaveLength(2);
  });

  it("is asked at once when the network is back", async () => {
    await proven();
    world.notices("online");
    await seconds(14.9);
    expect(client.status).toBe("live");
    await seconds(0.2);
    expect(client.status).toBe("stale");
  });

  it("is given up by the next use if the timer of a hidden page is late", async () => {
    await proven();
    world.notices("online");
    vi.setSystemTime(Date.now() + 14_900);
    world.notices("used");
    expect(client.status).toBe("live");
    vi.setSystemTime(Date.now() + 100);
    world.notices("used");
    expect(client.status).toBe("stale");
    vi.setSystemTime(Date.now() + 1_000);
    world.notices("used");
    expect(world.sockets).toHaveLength(2);
  });

  it("is asked when the machine wakes up", async () => {
    await proven();
    vi.setSystemTime(Date.now() + 300_000);
    await seconds(20);
    expect(world.socket.sent).toHaveLength(2);
    await seconds(15.1);
    expect(client.status).toBe("stale");
  });

  it("is not asked for the page being hidden, nor for a timer that a hidden page gets late", async () => {
    await proven();
    world.notices("hidden");
    vi.setSystemTime(Date.now() + 60_000);
    await seconds(60);
    expect(world.socket.sent).toHaveLength(1);
  });
});

describe("the browser", () => {
  it("that goes offline is believed, and the service tried all the same", async () => {
    live(item("1", true));
    world.goes("offline");
    expect(client.status).toBe("offline");
    expect(world.sockets[0]?.closed).toBe(true);
    await seconds(1);
    world.socket.says([item("1", true)]);
    expect(client.status).toBe("live");
  });

  it("that slept for longer than a connection may be idle gets a new one when it is looked at", async () => {
    live(item("1", true));
    world.notices("shown");
    expect(world.sockets).toHaveLength(1);
    vi.setSystemTime(Date.now() + 3_600_000);
    world.notices("shown");
    expect(world.sockets).toHaveLength(2);
  });

  it("keeps the last known state for the next visit, as stale", () => {
    live(item("1", true), item("2", false));
    client.stop();
    client = world.client();
    expect(known()).toEqual({ "1": true, "2": false });
    expect(client.status).toBe("stale");
  });

  it("does not show what it knew more than a day ago, or will know", () => {
    live(item("1", true));
    client.stop();
    const day = 24 * 3_600_000;
    vi.setSystemTime(Date.now() + day);
    expect(world.client().toggles.size).toBe(1);
    expect(world.client({ maxAge: 3_600 }).toggles.size).toBe(0);
    vi.setSystemTime(Date.now() + 1);
    expect(world.client().toggles.size).toBe(0);
    vi.setSystemTime(Date.now() - 2 * day);
    expect(world.client().toggles.size).toBe(0);
  });

  it.each(["hidden", "left"] as const)(
    "keeps the state when the page is %s, as old as the last moment it was live",
    async (end) => {
      live(item("1", true));
      await minutes(30);
      world.notices(end);
      vi.setSystemTime(Date.now() + 3_600_000);
      expect(world.client({ maxAge: 3_600 }).toggles.size).toBe(1);
    },
  );

  it("does not take what is cached for what was live", async () => {
    live(item("1", true));
    world.socket.breaks();
    await seconds(0.6);
    await minutes(30);
    client.stop();
    expect(world.client({ maxAge: 1_800 }).toggles.size).toBe(0);
  });

  it("whose storage is broken has no state, and no error", () => {
    world.storage.set("frontage:toggles:wss://toggles.example/live", "{");
    client = world.client();
    expect(known()).toEqual({});
  });
});
