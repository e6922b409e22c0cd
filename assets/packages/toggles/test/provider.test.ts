import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { FrontageProvider, OpenFeature, ProviderEvents, type TogglesClient } from "../src/index.js";
import { item, removal, World } from "./world.js";

let world: World;
let client: TogglesClient;
let events: string[];

const TOGGLES = [
  item("1", true),
  item("2", true, { value: { S: "blue" } }),
  item("3", true, { value: { N: "12" } }),
  item("4", true, { value: { M: { a: { N: "1" } } } }),
  item("5", false, { value: { S: "red" } }),
  { featureId: { S: "6" } },
];

beforeEach(() => {
  vi.useFakeTimers();
  world = new World();
  client = world.client();
  events = [];
  OpenFeature.clearHandlers();
  for (const event of [ProviderEvents.Ready, ProviderEvents.Stale, ProviderEvents.Error] as const) {
    OpenFeature.addHandler(event, () => void events.push(event));
  }
  OpenFeature.addHandler(ProviderEvents.ConfigurationChanged, (details) => {
    const { flagsChanged } = details as { flagsChanged: string[] };
    events.push(`changed ${flagsChanged.join(", ")}`);
  });
});

afterEach(async () => {
  client.stop();
  await OpenFeature.clearProviders();
  vi.useRealTimers();
});

async function ready(): Promise<void> {
  client.start();
  world.socket.says(TOGGLES);
  await OpenFeature.setProviderAndWait(new FrontageProvider(client));
  await vi.advanceTimersByTimeAsync(1);
}

describe("the provider", () => {
  it("serves each type, with the reason", async () => {
    await ready();
    const flags = OpenFeature.getClient();
    expect(flags.getBooleanDetails("1", false)).toMatchObject({ value: true, reason: "STATIC" });
    expect(flags.getBooleanValue("Toggle 1", false)).toBe(true);
    expect(flags.getStringValue("2", "")).toBe("blue");
    expect(flags.getNumberValue("3", 0)).toBe(12);
    expect(flags.getObjectValue("4", {})).toEqual({ a: 1 });
    expect(flags.getStringDetails("5", "green")).toMatchObject({ value: "green", reason: "DISABLED" });
    expect(flags.getStringDetails("1", "green")).toMatchObject({ value: "green", reason: "DEFAULT" });
  });

  it("says of a toggle that is off that it is disabled", async () => {
    await ready();
    const flags = OpenFeature.getClient();
    expect(flags.getBooleanDetails("5", true)).toMatchObject({ value: false, reason: "DISABLED" });
    expect(flags.getStringDetails("5", "green")).toMatchObject({ value: "green", reason: "DISABLED" });
  });

  it("has the variant that the service chose, whose value has one type", async () => {
    await ready();
    world.socket.says([
      item("blue", true, { variant: { S: "b" }, value: { S: "#00f" } }),
      item("off", false, { variant: { S: "off" }, value: { BOOL: false } }),
    ]);
    const flags = OpenFeature.getClient();
    expect(flags.getStringDetails("blue", "")).toMatchObject({
      value: "#00f",
      variant: "b",
      reason: "STATIC",
    });
    expect(flags.getBooleanDetails("blue", false)).toMatchObject({
      value: false,
      errorCode: "TYPE_MISMATCH",
    });
    expect(client.isActive("blue")).toBe(true);
    expect(flags.getBooleanDetails("off", true)).toMatchObject({
      value: false,
      variant: "off",
      reason: "STATIC",
    });
    expect(flags.getBooleanDetails("1", false)).not.toHaveProperty("variant");
  });

  it("has the toggle's metadata, without what OpenFeature's cannot have", async () => {
    await ready();
    const metadata = {
      M: { team: { S: "shipping" }, cost: { N: "0.5" }, more: { M: {} }, none: { NULL: true } },
    };
    world.socket.says(item("1", true, { metadata }));
    expect(OpenFeature.getClient().getBooleanDetails("1", false).flagMetadata).toEqual({
      team: "shipping",
      cost: 0.5,
      featureId: "1",
      featureName: "Toggle 1",
    });
  });

  it("a context changes no answer, asks nobody, and makes what is stale no fresher", async () => {
    await ready();
    const flags = OpenFeature.getClient();
    const before = flags.getBooleanDetails("1", false);
    await OpenFeature.setContext({ targetingKey: "grace", groups: ["beta"] });
    await vi.advanceTimersByTimeAsync(1);
    expect(flags.getBooleanDetails("1", false)).toEqual(before);
    expect(flags.providerStatus).toBe("READY");
    expect(world.sockets).toHaveLength(1);
    expect(world.socket.sent).toEqual([]);
    world.socket.breaks();
    await OpenFeature.setContext({ targetingKey: "ada" });
    await vi.advanceTimersByTimeAsync(1);
    expect(flags.providerStatus).toBe("STALE");
    await OpenFeature.setContext({});
  });

  it("gives the default with an error code for what is missing or of another type", async () => {
    await ready();
    const flags = OpenFeature.getClient();
    expect(flags.getBooleanDetails("nope", true)).toMatchObject({ value: true, errorCode: "FLAG_NOT_FOUND" });
    expect(flags.getNumberDetails("nope", 7)).toMatchObject({ value: 7, errorCode: "FLAG_NOT_FOUND" });
    expect(flags.getBooleanDetails("6", true)).toMatchObject({ value: true, errorCode: "TYPE_MISMATCH" });
    expect(flags.getNumberDetails("2", 7)).toMatchObject({ value: 7, errorCode: "TYPE_MISMATCH" });
    expect(flags.getObjectDetails("2", [])).toMatchObject({ value: [], errorCode: "TYPE_MISMATCH" });
  });

  it("gives the default instead of a rounded number, and all digits as a text", async () => {
    await ready();
    world.socket.says(item("3", true, { value: { N: "9007199254740993" } }));
    const flags = OpenFeature.getClient();
    expect(flags.getNumberDetails("3", 7)).toMatchObject({ value: 7, errorCode: "TYPE_MISMATCH" });
    expect(flags.getStringValue("3", "")).toBe("9007199254740993");
  });

  it("is ready only when all arrays of a big first state are here", async () => {
    client.start();
    const set = OpenFeature.setProviderAndWait(new FrontageProvider(client));
    await vi.advanceTimersByTimeAsync(0);
    world.socket.says([item("1", true, { text: { S: "x".repeat(130_000) } })]);
    expect(OpenFeature.getClient().providerStatus).toBe("NOT_READY");
    await vi.advanceTimersByTimeAsync(900);
    world.socket.says([item("2", true)]);
    await set;
    expect(OpenFeature.getClient().providerStatus).toBe("READY");
    expect(OpenFeature.getClient().getBooleanValue("2", false)).toBe(true);
  });

  it("reads of each change only what has changed", async () => {
    await ready();
    const get = vi.spyOn(client, "get");
    world.socket.says(item("1", false));
    expect(get.mock.calls).toEqual([["1"]]);
  });

  it("tells of changes by every key that a flag may be asked for", async () => {
    await ready();
    world.socket.says(item("1", false, { featureName: { S: "Renamed" } }));
    world.socket.says(removal("2"));
    expect(events).toEqual([ProviderEvents.Ready, "changed 1, Toggle 1, Renamed", "changed 2, Toggle 2"]);
    expect(OpenFeature.getClient().getBooleanValue("Renamed", true)).toBe(false);
  });

  it("is stale without a connection, serves what it knows, and is ready again with one", async () => {
    await ready();
    world.socket.breaks();
    expect(OpenFeature.getClient().providerStatus).toBe("STALE");
    expect(OpenFeature.getClient().getBooleanDetails("1", false)).toMatchObject({
      value: true,
      reason: "CACHED",
    });
    await vi.advanceTimersByTimeAsync(1_000);
    world.socket.says(TOGGLES);
    expect(events).toEqual([ProviderEvents.Ready, ProviderEvents.Stale, ProviderEvents.Ready]);
  });

  it("begins with the state of an earlier visit, and says that it is stale", async () => {
    await ready();
    client.stop();
    await OpenFeature.clearProviders();
    events = [];
    client = world.client();
    await OpenFeature.setProviderAndWait(new FrontageProvider(client));
    await vi.advanceTimersByTimeAsync(1);
    expect(events).toEqual([ProviderEvents.Ready, ProviderEvents.Stale]);
    expect(OpenFeature.getClient().getBooleanDetails("1", false).reason).toBe("CACHED");
  });

  it("waits for the first state, and fails if none comes; a later one makes it ready", async () => {
    client.start();
    const set = OpenFeature.setProviderAndWait(new FrontageProvider(client));
    const failed = expect(set).rejects.toThrow("No toggles have arrived yet");
    await vi.advanceTimersByTimeAsync(10_000);
    await failed;
    expect(OpenFeature.getClient().providerStatus).toBe("ERROR");
    world.socket.says([]);
    expect(OpenFeature.getClient().providerStatus).toBe("READY");
  });

  it("listens no longer once another one has taken its place", async () => {
    await ready();
    await OpenFeature.clearProviders();
    events = [];
    world.socket.says(item("1", false));
    expect(events).toEqual([]);
  });
});
