import { afterEach, beforeEach, expect, it, vi } from "vitest";
import type { Notice, TogglesClient, TogglesOptions } from "../src/index.js";
import { Browser, type Tab } from "./browser.js";
import { item, removal, World } from "./world.js";

const FORBIDDEN = '{"message":"Forbidden","connectionId":"a","requestId":"b"}';

/** A tab with the client in it. */
interface Page {
  readonly client: TogglesClient;
  readonly tab: Tab;
  /** What happens to this page alone. */
  notices(notice: Notice): void;
}

let world: World;
let browser: Browser;
let pages: Page[];

beforeEach(() => {
  vi.useFakeTimers({ now: new Date("2030-01-01") });
  world = new World();
  browser = new Browser();
  pages = [];
});

afterEach(() => {
  for (const { client } of pages) {
    client.stop();
  }
  vi.useRealTimers();
});

const seconds = (count: number) => vi.advanceTimersByTimeAsync(count * 1000);

async function open(more: Partial<TogglesOptions> = {}, id?: string): Promise<Page> {
  const tab = browser.tab();
  let watcher: ((notice: Notice) => void) | undefined;
  const watch = (listener: (notice: Notice) => void) => {
    watcher = listener;
    return () => {
      watcher = undefined;
    };
  };
  const surroundings = { isOnline: () => true, watch };
  const client = world.client({ sharing: tab.sharing, surroundings, ...more });
  const page = { client, tab, notices: (notice: Notice) => watcher?.(notice) };
  pages.push(page);
  client.identify(id === undefined ? undefined : { id, groups: [] });
  client.start();
  await seconds(0);
  return page;
}

/** Five tabs; the first one leads. */
async function five(): Promise<[Page, Page, ...Page[]]> {
  const first = await open();
  const second = await open();
  world.socket.says([item("1", true), item("2", true, { revision: { N: "5" } })]);
  await Promise.all([open(), open(), open()]);
  // Longer than tabs look after a leader that was not live at first, and than a state needs to settle.
  await seconds(70);
  return [first, second, ...pages.slice(2)];
}

const known = (of: readonly Page[] = pages) =>
  of.map(({ client }) =>
    [...client.toggles.values()].map(({ id, isActive }) => `${id}=${isActive}`).join(" "),
  );
const statuses = (of: readonly Page[] = pages) => new Set(of.map(({ client }) => client.status));
const all = (text: string, count = 5) => Array.from({ length: count }, () => text);

it("five tabs have one socket, and a change reaches all of them", async () => {
  await five();
  expect(world.sockets).toHaveLength(1);
  expect(statuses()).toEqual(new Set(["live"]));
  expect(known()).toEqual(all("1=true 2=true"));
  world.socket.says(item("1", false));
  world.socket.says(removal("2", 9));
  await seconds(0);
  expect(known()).toEqual(all("1=false"));
  await open();
  world.socket.says(item("2", true, { revision: { N: "8" } }));
  await seconds(0);
  expect(known()).toEqual(all("1=false", 6));
  expect(world.sockets).toHaveLength(1);
});

it("a tab that knows toggles from an earlier visit loses those that are gone", async () => {
  await five();
  world.storage.set(
    "frontage:toggles:wss://toggles.example/live",
    JSON.stringify({ at: Date.now(), toggles: [{ featureId: "old", isActive: true }] }),
  );
  const late = await open();
  expect(known([late])).toEqual(["1=true 2=true"]);
});

it.each([
  ["is closed", ({ client }: Page) => client.stop()],
  ["is left", ({ notices }: Page) => notices("left")],
  ["dies", ({ tab }: Page) => tab.dies()],
])("the leader %s: another tab goes on, and nobody misses what changed meanwhile", async (_, end) => {
  const [leader, ...others] = await five();
  const heard: string[] = [];
  for (const { client } of others) {
    client.onStatus((status) => heard.push(status));
  }
  end(leader);
  await seconds(0);
  expect(world.sockets).toHaveLength(2);
  world.socket.says([item("1", false), item("2", true)]);
  await seconds(0);
  expect(known(others)).toEqual(all("1=false 2=true", 4));
  world.socket.says(item("2", false));
  await seconds(5);
  expect(known(others)).toEqual(all("1=false 2=false", 4));
  expect(heard).toEqual([]);
  expect(world.sockets).toHaveLength(2);
});

it("tabs are stale if the one that takes over cannot connect", async () => {
  const [leader, ...others] = await five();
  leader.client.stop();
  await seconds(0);
  world.socket.breaks();
  await seconds(2.9);
  expect(statuses(others)).toEqual(new Set(["live"]));
  await seconds(0.2);
  expect(statuses(others)).toEqual(new Set(["stale"]));
});

it("a frozen leader is replaced as soon as another tab is used, and follows once it runs again", async () => {
  const [leader, user] = await five();
  const others = pages.slice(1);
  leader.tab.freezes();
  world.sockets[0]?.says(item("1", false));
  await seconds(60);
  expect(known([user])).toEqual(["1=true 2=true"]);
  user.notices("used");
  await seconds(5);
  expect(world.sockets).toHaveLength(2);
  world.socket.says([item("1", false), item("2", true)]);
  await seconds(0);
  expect(known(others)).toEqual(all("1=false 2=true", 4));
  leader.tab.thaws();
  await seconds(0);
  expect(world.sockets[0]?.closed).toBe(true);
  world.socket.says(item("2", false));
  await seconds(0);
  expect(known()).toEqual(all("1=false 2=false"));
  expect(world.sockets).toHaveLength(2);
});

it("a leader that runs is not replaced, however much other tabs are used", async () => {
  const [, user] = await five();
  for (const notice of ["used", "shown", "online", "network", "used", "hidden", "offline"] as const) {
    user.notices(notice);
    await seconds(6);
  }
  await seconds(120);
  expect(world.sockets).toHaveLength(1);
});

it("the use of any tab finds a half-open connection within a minute", async () => {
  const [, user] = await five();
  world.socket.says(FORBIDDEN);
  await seconds(1);
  user.notices("used");
  await seconds(60);
  expect(world.sockets[0]?.closed).toBe(true);
  expect(statuses()).toEqual(new Set(["stale"]));
});

it("a tab that is used has a hidden leader, whose timers are late, look at its connection again", async () => {
  const [, user] = await five();
  world.socket.says(FORBIDDEN);
  const before = world.socket.sent.length;
  user.notices("online");
  await seconds(1);
  expect(world.socket.sent).toHaveLength(before + 1);
  vi.setSystemTime(Date.now() + 15_000);
  await seconds(4);
  expect(world.sockets[0]?.closed).toBe(true);
});

it("tabs that are not live have a hidden leader, whose timers are late, connect when it is due", async () => {
  await five();
  world.random = 1;
  for (const wait of [1, 3, 9]) {
    world.socket.breaks();
    await seconds(wait);
  }
  world.socket.breaks();
  const count = world.sockets.length;
  vi.setSystemTime(Date.now() + 27_000);
  await seconds(5);
  expect(world.sockets).toHaveLength(count + 1);
});

it("one tab stores the state", async () => {
  const set = vi.spyOn(world.storage, "set");
  await five();
  set.mockClear();
  world.socket.says(item("1", false));
  await seconds(2);
  for (const page of pages) {
    page.notices("hidden");
  }
  expect(set).toHaveBeenCalledTimes(2);
});

it("another partition has its own connection and its own stored state", async () => {
  await five();
  const other = await open({ partition: "grace" });
  expect(world.sockets).toHaveLength(2);
  expect(known([other])).toEqual([""]);
  world.socket.says([item("3", true)]);
  await seconds(2);
  expect(known()).toEqual([...all("1=true 2=true"), "3=true"]);
  expect([...world.storage.keys()].filter((key) => !key.endsWith("answers"))).toEqual([
    "frontage:toggles:wss://toggles.example/live",
    "frontage:toggles:wss://toggles.example/live:grace",
  ]);
});

it("a page in the back/forward cache has no connection, no lock and no channel, and connects when it returns", async () => {
  const page = await open();
  world.socket.says([item("1", true)]);
  page.notices("left");
  expect(world.socket.closed).toBe(true);
  expect(page.tab.channels.size).toBe(0);
  expect(page.client.status).toBe("stale");
  const next = await open();
  expect(world.sockets).toHaveLength(2);
  world.socket.says([item("1", false)]);
  page.notices("returned");
  await seconds(0);
  expect(known([page, next])).toEqual(all("1=false", 2));
  expect(statuses()).toEqual(new Set(["live"]));
  expect(world.sockets).toHaveLength(2);
});

it("a page without locks has a connection of its own", async () => {
  const tab = browser.tab();
  const locks = { request: () => Promise.reject(new DOMException("denied", "SecurityError")) };
  const page = await open({ sharing: { ...tab.sharing, locks } });
  world.socket.says([item("1", true)]);
  expect(statuses([page])).toEqual(new Set(["live"]));
});

/** A tab in which somebody has signed in. */
const openFor = (id: string) => open({ connect: "optional", credentials: async () => `token-of-${id}` }, id);

const offered = () => world.sockets.map(({ how, closed }) => [String(how[1]), closed]);

it("tabs of one user share a connection, and none with those of another user or of nobody", async () => {
  const nobody = await open({ connect: "optional" });
  world.socket.says([item("1", false)]);
  const ada = [await openFor("ada"), await openFor("ada")];
  world.socket.says([item("1", true)]);
  const bob = [await openFor("bob"), await openFor("bob")];
  await seconds(2);
  expect(offered()).toEqual([
    ["frontage.toggles.v1", false],
    ["frontage.toggles.v1,jwt.token-of-ada", false],
    ["frontage.toggles.v1,jwt.token-of-bob", false],
  ]);
  expect(known([nobody, ...ada, ...bob])).toEqual(["1=false", "1=true", "1=true", "", ""]);
  world.sockets[0]?.says(item("2", true));
  world.sockets[2]?.says([item("1", false), item("3", true)]);
  await seconds(0);
  expect(known([nobody, ...ada, ...bob])).toEqual([
    "1=false 2=true",
    ...all("1=true", 2),
    ...all("1=false 3=true", 2),
  ]);
});

it("a user who signs out in all tabs leaves nothing, and they are nobody's", async () => {
  const ada = [await openFor("ada"), await openFor("ada"), await openFor("ada")];
  world.socket.says([item("secret", true)]);
  await seconds(2);
  expect([...world.storage.values()].join()).toContain("secret");
  for (const { client } of ada) {
    client.identify(undefined);
  }
  await seconds(2);
  expect(known(ada)).toEqual(all("", 3));
  expect([...world.storage.values()].join()).not.toContain("secret");
  expect(offered().filter(([, closed]) => !closed)).toEqual([["frontage.toggles.v1", false]]);
  world.socket.says([item("1", false)]);
  await seconds(0);
  expect(known(ada)).toEqual(all("1=false", 3));
});

it("a user's new groups change the answers in all tabs, by the one that leads", async () => {
  const ada = [await openFor("ada"), await openFor("ada")];
  world.socket.says([item("1", false)]);
  const before = world.sockets.length;
  ada[1]?.client.identify({ id: "ada", groups: ["beta"] });
  await seconds(0);
  expect(world.sockets).toHaveLength(before);
  ada[0]?.client.identify({ id: "ada", groups: ["beta"] });
  await seconds(0);
  expect(world.sockets).toHaveLength(before + 1);
  expect(statuses()).toEqual(new Set(["live"]));
  world.socket.says([item("1", true)]);
  await seconds(0);
  expect(known()).toEqual(all("1=true", 2));
  expect(world.sockets[before - 1]?.closed).toBe(true);
});

it("a page that comes back after its user has signed out is nobody's", async () => {
  const page = await openFor("ada");
  world.socket.says([item("secret", true)]);
  page.notices("left");
  page.client.identify(undefined);
  expect(known()).toEqual([""]);
  const before = world.sockets.length;
  page.notices("returned");
  await seconds(0);
  expect(world.sockets).toHaveLength(before + 1);
  expect(offered().at(-1)).toEqual(["frontage.toggles.v1", false]);
  expect([...world.storage.values()].join()).not.toContain("secret");
});

it("what the tabs that follow were asked for is told over the one connection", async () => {
  await five();
  const chosen = await open({ exposure: 1 });
  const leader = pages[0];
  chosen.client.isActive("1");
  await seconds(5);
  const told = () => world.sockets.flatMap(({ sent }) => sent.filter((text) => text.includes("exposed")));
  expect(told()).toEqual(['{"action":"exposed","toggles":{"1":["on"]}}']);
  leader?.tab.dies();
  chosen.client.isActive("2");
  await seconds(5);
  world.socket.says([item("1", true), item("2", true)]);
  await seconds(5);
  expect(world.sockets).toHaveLength(2);
  expect(told()).toHaveLength(2);
});
