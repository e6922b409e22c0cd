import type { TeamConfig } from "@frontage/contract";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { fetchManifest } from "../src/child/manifests.js";
import { TimeoutError } from "../src/child/within.js";
import { fetchConfig } from "../src/config.js";
import { type Clock, fetchText, realClock, retry, TransientError } from "../src/retry.js";

/** When the notice is due. */
const MOMENT = 1_000;

/** A clock on which nothing takes time but the pauses between attempts. */
class FakeClock implements Clock {
  time = 0;
  chance = 1;
  readonly pauses: number[] = [];
  now = () => this.time;
  random = () => this.chance;
  sleep = async (milliseconds: number, signal: AbortSignal) => {
    signal.throwIfAborted();
    if (milliseconds !== MOMENT) {
      this.pauses.push(milliseconds);
      this.time += milliseconds;
    }
  };
}

const busy = (after = 0) => Promise.reject(new TransientError("/x answered 503", { after }));

let clock: FakeClock;

beforeEach(() => {
  vi.useFakeTimers();
  clock = new FakeClock();
});

afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

/** What comes of a promise while time passes. */
async function outcome(promise: Promise<unknown>, milliseconds = 60_000): Promise<unknown> {
  const caught = promise.catch((error: Error) => error);
  await vi.advanceTimersByTimeAsync(milliseconds);
  return caught;
}

describe("what is tried again", () => {
  it("ends with the first success", async () => {
    const attempt = vi.fn(async () => "it").mockImplementationOnce(() => busy());
    expect(await retry(attempt, { clock })).toBe("it");
    expect(attempt).toHaveBeenCalledTimes(2);
  });

  it("pauses up to twice as long each time, and never more than 20 seconds in all", async () => {
    const error = await outcome(retry(() => busy(), { clock }));
    expect(clock.pauses).toEqual([300, 600, 1_200, 2_400, 4_800, 5_000, 5_000]);
    expect(error).toMatchObject({ message: "/x answered 503 (tried 8 times in 19 seconds)" });
  });

  it("pauses for a random part of that", async () => {
    clock.chance = 0.5;
    await outcome(
      retry(
        vi.fn(async () => "it").mockImplementationOnce(() => busy()),
        { clock },
      ),
    );
    expect(clock.pauses).toEqual([150]);
  });

  it("waits for as long as the server asks, and gives up at once where that is too long", async () => {
    const attempt = vi.fn(async () => "it");
    await outcome(
      retry(
        attempt.mockImplementationOnce(() => busy(2_000)),
        { clock },
      ),
    );
    expect(clock.pauses).toEqual([2_300]);
    attempt.mockClear();
    const error = await outcome(
      retry(
        attempt.mockImplementationOnce(() => busy(120_000)),
        { clock },
      ),
    );
    expect(error).toMatchObject({ message: "/x answered 503 (tried once)" });
    expect(attempt).toHaveBeenCalledOnce();
  });

  it("does not hide a failure that is one for good", async () => {
    const reason = new Error("/x answered 404");
    const attempt = vi.fn(() => Promise.reject(reason)).mockImplementationOnce(() => busy());
    expect(await outcome(retry(attempt, { clock }))).toBe(reason);
    expect(attempt).toHaveBeenCalledTimes(2);
  });

  it("cuts off an attempt that still runs when the time is up, and says what was wrong before", async () => {
    const signals: AbortSignal[] = [];
    const attempt = (signal: AbortSignal) => {
      signals.push(signal);
      return signals.length < 3 ? busy() : new Promise<never>(() => undefined);
    };
    const error = await outcome(retry(attempt), 20_000);
    expect(error).toMatchObject({ message: "/x answered 503 (tried 3 times in 20 seconds)" });
    expect(signals.every(({ aborted }) => aborted)).toBe(true);
  });
});

describe("the notice", () => {
  it("comes a second after the first failure, once", async () => {
    const onBusy = vi.fn();
    const end = vi.fn();
    retry(() => busy(), { onBusy }).catch(end);
    await vi.advanceTimersByTimeAsync(999);
    expect(onBusy).not.toHaveBeenCalled();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(onBusy).toHaveBeenCalledOnce();
    expect(end).toHaveBeenCalledOnce();
  });

  it("does not come if it is over sooner, or nothing has failed", async () => {
    const onBusy = vi.fn();
    await outcome(
      retry(
        vi.fn(async () => "it").mockImplementationOnce(() => busy()),
        { onBusy },
      ),
    );
    await outcome(retry(() => realClock.sleep(5_000, new AbortController().signal), { onBusy }));
    expect(onBusy).not.toHaveBeenCalled();
  });
});

describe("an abort", () => {
  it.each<[string, () => Promise<never>, number]>([
    ["a pause", () => busy(10_000), 5_000],
    ["an attempt that does not heed it", () => new Promise(() => undefined), 5_000],
  ])("ends %s at once, with its reason, and every timer", async (_, attempt, when) => {
    const end = new AbortController();
    const onBusy = vi.fn();
    const caught = retry(attempt, { signal: end.signal, onBusy }).catch((error: unknown) => error);
    await vi.advanceTimersByTimeAsync(when);
    onBusy.mockClear();
    end.abort("left");
    expect(await caught).toBe("left");
    expect(vi.getTimerCount()).toBe(0);
    expect(onBusy).not.toHaveBeenCalled();
  });

  it("before the start keeps it from starting", async () => {
    const attempt = vi.fn();
    const caught = retry(attempt, { signal: AbortSignal.abort("left") }).catch((error: unknown) => error);
    expect(await caught).toBe("left");
    expect(attempt).not.toHaveBeenCalled();
  });
});

describe("a request", () => {
  const ask = () => fetchText("/x", {}, new AbortController().signal);

  it.each([408, 425, 429, 500, 502, 503, 504])("may succeed after %d", async (status) => {
    vi.stubGlobal("fetch", async () => new Response("", { status }));
    const error = await outcome(ask());
    expect(error).toBeInstanceOf(TransientError);
    expect(error).toMatchObject({ message: `/x answered ${status}`, after: 0 });
  });

  it.each([400, 401, 403, 404, 410, 501])("will not after %d", async (status) => {
    vi.stubGlobal("fetch", async () => new Response("", { status }));
    expect(await outcome(ask())).not.toBeInstanceOf(TransientError);
  });

  it.each([
    ["3", 3_000],
    ["Fri, 28 Nov 2025 12:00:05 GMT", 5_000],
    ["Fri, 28 Nov 2025 11:00:00 GMT", 0],
    ["soon", 0],
  ])("notes when the server wants the next one: %s", async (said, after) => {
    vi.setSystemTime("2025-11-28T12:00:00Z");
    vi.stubGlobal("fetch", async () => new Response("", { status: 503, headers: { "Retry-After": said } }));
    expect(await ask().catch((error: unknown) => error)).toMatchObject({ after });
  });

  it("may succeed after a network error, also in the middle of the body", async () => {
    vi.stubGlobal("fetch", () => Promise.reject(new TypeError("Failed to fetch")));
    expect(await outcome(ask())).toMatchObject({
      name: "TransientError",
      message: "/x could not be reached",
    });
    const response = { ok: true, text: () => Promise.reject(new TypeError("network error")) };
    vi.stubGlobal("fetch", async () => response);
    expect(await outcome(ask())).toBeInstanceOf(TransientError);
  });

  it("has ten seconds, and is then stopped", async () => {
    let stopped: AbortSignal | undefined | null;
    vi.stubGlobal("fetch", (_: string, { signal }: RequestInit) => {
      stopped = signal;
      return new Promise(() => undefined);
    });
    const error = await outcome(ask(), 10_000);
    expect(error).toBeInstanceOf(TimeoutError);
    expect(error).toMatchObject({ message: "/x did not answer within 10 seconds" });
    expect(stopped?.aborted).toBe(true);
  });
});

/** What a server answers, one after another, and the requests that it got. */
function server(...answers: (number | "offline" | object)[]): { url: string; init: RequestInit }[] {
  const asked: { url: string; init: RequestInit }[] = [];
  vi.stubGlobal("fetch", async (url: string, init: RequestInit) => {
    asked.push({ url, init });
    const answer = answers[Math.min(asked.length, answers.length) - 1];
    if (answer === "offline") {
      throw new TypeError("Failed to fetch");
    }
    return typeof answer === "number"
      ? new Response("", { status: answer })
      : new Response(JSON.stringify(answer));
  });
  return asked;
}

describe("config.json", () => {
  const config = {
    system: "acme",
    title: "Acme",
    login: { issuer: "https://i", url: "https://l", clientId: "c", scope: "openid" },
    toggles: { url: "wss://t" },
    teams: [],
  };

  it("is asked for again after transient failures, of the server itself", async () => {
    const asked = server(503, "offline", config);
    expect(await outcome(fetchConfig({ clock }))).toMatchObject({ title: "Acme" });
    // The first one has to meet the page's preload; the next must not meet its failure.
    expect(asked.map(({ init }) => init.cache)).toEqual(["default", "reload", "reload"]);
  });

  it.each<[string, number | object, string]>([
    ["is not there", 404, "/config.json answered 404"],
    ["may not be read", 403, "/config.json answered 403"],
    ["is not a configuration", {}, "config.json: system is missing: must be a non-empty string"],
  ])("that %s is not asked for again", async (_, answer, message) => {
    const asked = server(answer);
    expect(await outcome(fetchConfig({ clock }))).toMatchObject({ message });
    expect(asked).toHaveLength(1);
  });
});

describe("a manifest", () => {
  const team = { url: "https://d1.example" } as TeamConfig;

  it("is asked for again after transient failures", async () => {
    const asked = server(503, "offline", { microFrontends: {} });
    expect(await outcome(fetchManifest(team, { clock }))).toEqual({ microFrontends: {} });
    expect(asked.map(({ url }) => url)).toEqual(Array(3).fill("https://d1.example/manifest.json"));
  });

  it("that is invalid or missing is not asked for again", async () => {
    for (const answer of [{}, 404]) {
      const asked = server(answer);
      expect(await outcome(fetchManifest(team, { clock }))).toBeInstanceOf(Error);
      expect(asked).toHaveLength(1);
    }
  });

  it("is not waited for once nobody wants it", async () => {
    server(503);
    const end = new AbortController();
    const caught = fetchManifest(team, { signal: end.signal }).catch((error: unknown) => error);
    await vi.advanceTimersByTimeAsync(3_000);
    end.abort("left");
    expect(await caught).toBe("left");
    expect(vi.getTimerCount()).toBe(0);
  });
});
