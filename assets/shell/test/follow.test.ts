import type { SessionUser, TogglesConfig } from "@frontage/contract";
import type { SessionState } from "@frontage/session";
import { OpenFeature, type TogglesClient } from "@frontage/toggles";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { follow } from "../src/follow.js";

const ADA: SessionUser = { id: "ada", name: "Ada", email: undefined, groups: ["beta"] };

/** A session of the page, which a test speaks for. */
class FakeSession {
  state: SessionState = "starting";
  user: SessionUser | undefined;
  #listener: (user: SessionUser | undefined) => void = () => undefined;
  onChange = (listener: (user: SessionUser | undefined) => void) => {
    this.#listener = listener;
    return () => undefined;
  };
  getIdToken = async () => `token-of-${this.user?.id}-in-${this.user?.groups}`;
  becomes(state: SessionState, user?: SessionUser): void {
    this.state = state;
    this.user = user;
    this.#listener(user);
  }
}

let session: FakeSession;
let constructed: unknown[][];
let open: Set<object>;
let toggles: TogglesClient | undefined;

beforeEach(() => {
  vi.useFakeTimers();
  session = new FakeSession();
  constructed = [];
  open = new Set();
  vi.stubGlobal(
    "WebSocket",
    class {
      constructor(...how: unknown[]) {
        constructed.push(how);
        open.add(this);
      }
      close(): void {
        open.delete(this);
      }
    },
  );
});

afterEach(async () => {
  toggles?.stop();
  await OpenFeature.clearProviders();
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

async function start(connect?: TogglesConfig["connect"]): Promise<void> {
  toggles = follow({ url: "wss://t.example/live", ...(connect && { connect }) }, session, "browser-1");
  await vi.advanceTimersByTimeAsync(0);
}

async function becomes(state: SessionState, user?: SessionUser): Promise<void> {
  session.becomes(state, user);
  await vi.advanceTimersByTimeAsync(0);
}

it("public toggles are followed at once, whoever signs in", async () => {
  await start();
  await becomes("signed-in", ADA);
  expect(constructed).toEqual([["wss://t.example/live"]]);
  expect(open.size).toBe(1);
});

it("optional: as nobody, as who signs in, again with other groups, and as nobody after that", async () => {
  await start("optional");
  expect(constructed).toEqual([]);
  await becomes("signed-out");
  await becomes("starting");
  expect(open.size).toBe(1);
  await becomes("signed-in", ADA);
  await becomes("signed-in", { ...ADA, name: "Ada L." });
  await becomes("signed-in", { ...ADA, groups: [] });
  await becomes("signed-out");
  expect(constructed).toEqual([
    ["wss://t.example/live?id=browser-1", ["frontage.toggles.v1"]],
    ["wss://t.example/live", ["frontage.toggles.v1", "jwt.token-of-ada-in-beta"]],
    ["wss://t.example/live", ["frontage.toggles.v1", "jwt.token-of-ada-in-"]],
    ["wss://t.example/live?id=browser-1", ["frontage.toggles.v1"]],
  ]);
  expect(open.size).toBe(1);
});

it("required: there is a connection as long as somebody is signed in", async () => {
  await start("required");
  await becomes("signed-out");
  expect(constructed).toEqual([]);
  expect(document.documentElement.dataset.toggles).toBe("stale");
  await becomes("signed-in", ADA);
  expect(constructed).toEqual([
    ["wss://t.example/live", ["frontage.toggles.v1", "jwt.token-of-ada-in-beta"]],
  ]);
  await becomes("signed-out");
  expect(open.size).toBe(0);
  expect(constructed).toHaveLength(1);
});
