import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { FrontageProvider, OpenFeature, type TogglesClient } from "../src/index.js";
import { item, World } from "./world.js";

const TOGGLES = [
  item("1", true),
  item("2", false),
  item("3", true, { variant: { S: "blue" }, value: { S: "#00f" } }),
];

let world: World;
let client: TogglesClient;

beforeEach(() => {
  vi.useFakeTimers();
  world = new World();
});

afterEach(async () => {
  client.stop();
  await OpenFeature.clearProviders();
  vi.useRealTimers();
});

/** A page that is connected, of a system that counts a share of page loads. */
async function connected(exposure?: number, toggles: readonly object[] = TOGGLES): Promise<void> {
  client = world.client(exposure === undefined ? {} : { exposure });
  client.start();
  world.socket.says(toggles);
  await OpenFeature.setProviderAndWait(new FrontageProvider(client));
}

/** What the page has told. */
function told(): unknown[] {
  const sent = world.sockets.flatMap(({ sent }) => sent).map((text) => JSON.parse(text));
  return sent.filter(({ action }) => action === "exposed");
}

describe("a page load that is chosen", () => {
  it("tells each answer once, together with the others", async () => {
    await connected(0.6);
    const flags = OpenFeature.getClient();
    for (let times = 0; times < 3; times += 1) {
      flags.getBooleanValue("Toggle 1", false);
      flags.getBooleanValue("2", false);
      flags.getStringValue("3", "");
      flags.getBooleanValue("unknown", false);
    }
    expect(told()).toEqual([]);
    await vi.advanceTimersByTimeAsync(5_000);
    expect(told()).toEqual([{ action: "exposed", toggles: { 1: ["on"], 2: ["off"], 3: ["blue"] } }]);
    world.socket.says(item("1", false));
    flags.getBooleanValue("1", false);
    flags.getBooleanValue("2", false);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(told().slice(1)).toEqual([{ action: "exposed", toggles: { 1: ["off"] } }]);
  });

  it("tells what is asked of the client itself, and not what is only shown", async () => {
    await connected(0.6);
    client.get("1");
    client.toggles.get("3");
    client.isActive("2");
    client.isActive("unknown");
    await vi.advanceTimersByTimeAsync(5_000);
    expect(told()).toEqual([{ action: "exposed", toggles: { 2: ["off"] } }]);
  });

  it.each(["hidden", "left"] as const)("tells what is left when the page is %s", async (notice) => {
    await connected(0.6);
    client.isActive("1");
    world.notices(notice);
    expect(told()).toEqual([{ action: "exposed", toggles: { 1: ["on"] } }]);
  });

  it("tells it once there is a connection", async () => {
    await connected(0.6);
    world.socket.breaks();
    client.isActive("1");
    await vi.advanceTimersByTimeAsync(5_000);
    world.notices("hidden");
    expect(told()).toEqual([]);
    world.socket.says(TOGGLES);
    await vi.advanceTimersByTimeAsync(5_000);
    expect(world.sockets).toHaveLength(2);
    expect(told()).toEqual([{ action: "exposed", toggles: { 1: ["on"] } }]);
  });

  it("tells in messages that API Gateway takes, and no id that makes them longer", async () => {
    const ids = Array.from({ length: 120 }, (_, index) => `${index}-${"ü".repeat(180)}`);
    await connected(
      0.6,
      [...ids, "x".repeat(200)].map((id) => item(id, true)),
    );
    for (const id of client.toggles.keys()) {
      client.isActive(id);
    }
    await vi.advanceTimersByTimeAsync(5_000);
    const messages = told() as { toggles: Record<string, string[]> }[];
    expect(messages.map(({ toggles }) => Object.keys(toggles).length)).toEqual([50, 50, 20]);
    expect(messages.flatMap(({ toggles }) => Object.keys(toggles)).sort()).toEqual(ids.sort());
    for (const message of messages) {
      expect(new TextEncoder().encode(JSON.stringify(message)).length).toBeLessThan(32_768);
    }
  });

  it("stays connected when API Gateway refuses", async () => {
    await connected(0.6);
    client.isActive("1");
    await vi.advanceTimersByTimeAsync(5_000);
    for (const message of ["Forbidden", "Too Many Requests", "Internal server error"]) {
      world.socket.says({ message, connectionId: "c=", requestId: "r=" });
    }
    expect([client.status, client.toggles.size, world.sockets.length]).toEqual(["live", 3, 1]);
    await vi.advanceTimersByTimeAsync(20_000);
    expect(told()).toHaveLength(1);
  });
});

describe("a page load that is not chosen", () => {
  it.each([undefined, 0.5])("tells nothing (%s)", async (exposure) => {
    await connected(exposure);
    OpenFeature.getClient().getBooleanValue("1", false);
    client.isActive("1");
    await vi.advanceTimersByTimeAsync(5_000);
    world.notices("left");
    expect(told()).toEqual([]);
    expect(client.asked).toBeUndefined();
  });
});
