import { TimeoutError, within } from "./child/within.js";

/** How long one request may take. */
const PATIENCE = 10_000;
/** How long all attempts together may take. */
const TOTAL = 20_000;
/** The longest pause before the second attempt. It doubles with each further one, */
const PAUSE = 300;
/** but never beyond this. */
const LONGEST_PAUSE = 5_000;
/** How long after the first failure `onBusy` is called: most are over sooner, and a notice would only flicker. */
const MOMENT = 1_000;

/** What the page says while it tries again. */
export const BUSY = "One moment · the server is busy or cannot be reached, trying again";

/** Time and chance. A test gives its own. */
export interface Clock {
  /** Milliseconds since some fixed moment. */
  now(): number;
  /** Rejects with the signal's reason as soon as that is aborted. */
  sleep(milliseconds: number, signal: AbortSignal): Promise<void>;
  /** From 0 to 1. */
  random(): number;
}

export interface RetryOptions {
  /** Ends everything at once, with its reason. */
  readonly signal?: AbortSignal | undefined;
  /** Called at most once, if there is no result a moment after the first failure. */
  readonly onBusy?: (() => void) | undefined;
  readonly clock?: Clock | undefined;
}

/** Thrown by an attempt that failed, where the next one may succeed. */
export class TransientError extends Error {
  override readonly name = "TransientError";
  /** How many milliseconds the server asks to wait before the next attempt. */
  readonly after: number;

  constructor(message: string, options: ErrorOptions & { readonly after?: number } = {}) {
    super(message, options);
    this.after = options.after ?? 0;
  }
}

export function isTransient(error: unknown): error is Error {
  return error instanceof TransientError || error instanceof TimeoutError;
}

/**
 * Makes attempts until one succeeds, one fails for good, or 20 seconds have passed; an attempt that still runs then is
 * cut off. The pause between attempts is a random part of a limit that doubles (full jitter), so that browsers which
 * failed together do not come back together.
 *
 * @throws the error of an attempt that failed for good; otherwise the last transient failure, with the number of
 * attempts and the time that they took.
 */
export async function retry<T>(
  attempt: (signal: AbortSignal) => Promise<T>,
  { signal, onBusy, clock = realClock }: RetryOptions = {},
): Promise<T> {
  const begun = clock.now();
  const over = new AbortController();
  const ended = signal ? AbortSignal.any([signal, over.signal]) : over.signal;
  let failure: Error | undefined;
  try {
    for (let count = 1; ; count++) {
      try {
        return await within(TOTAL - (clock.now() - begun), "There was no answer", attempt, signal);
      } catch (error) {
        signal?.throwIfAborted();
        if (!isTransient(error)) {
          throw error;
        }
        const elapsed = clock.now() - begun;
        // An attempt that was cut off does not say what is wrong; the one before it does.
        failure = elapsed >= TOTAL ? (failure ?? error) : error;
        const pause = pauseAfter(error, count, clock);
        if (elapsed + pause >= TOTAL) {
          throw gaveUp(failure, count, elapsed);
        }
        if (count === 1) {
          clock.sleep(MOMENT, ended).then(onBusy, () => undefined);
        }
        await clock.sleep(pause, ended);
      }
    }
  } finally {
    over.abort();
  }
}

/** Never less than the server asks for. If that is more than the time left, there is no further attempt. */
function pauseAfter(error: Error, count: number, clock: Clock): number {
  const after = error instanceof TransientError ? error.after : 0;
  return after + clock.random() * Math.min(LONGEST_PAUSE, PAUSE * 2 ** (count - 1));
}

function gaveUp(error: Error, count: number, elapsed: number): Error {
  const seconds = Math.max(1, Math.round(elapsed / 1000));
  const tried = count === 1 ? "once" : `${count} times in ${seconds} second${seconds === 1 ? "" : "s"}`;
  return new Error(`${error.message} (tried ${tried})`, { cause: error });
}

/** What a server, or a proxy in front of it, answers when the same request may succeed later. */
const TRANSIENT_STATUS = new Set([408, 425, 429, 500, 502, 503, 504]);

/**
 * Fetches a text, in one attempt.
 * @throws TransientError or TimeoutError if another attempt may succeed, an Error if not.
 */
export function fetchText(url: string, init: RequestInit, signal: AbortSignal): Promise<string> {
  const work = async (signal: AbortSignal) => {
    const response = await fetch(url, { ...init, signal }).catch(unreachable(url));
    if (!response.ok) {
      throw refusal(url, response);
    }
    return response.text().catch(unreachable(url));
  };
  return within(PATIENCE, `${url} did not answer`, work, signal);
}

/** Another origin's error page without CORS headers is a network error here, whatever its status. */
function unreachable(url: string): (cause: unknown) => never {
  return (cause) => {
    throw new TransientError(`${url} could not be reached`, { cause });
  };
}

function refusal(url: string, response: Response): Error {
  const message = `${url} answered ${response.status}`;
  return TRANSIENT_STATUS.has(response.status)
    ? new TransientError(message, { after: retryAfter(response) })
    : new Error(message);
}

/** Milliseconds, from seconds or a date; 0 where the server does not say. */
function retryAfter({ headers }: Response): number {
  const said = headers.get("Retry-After") ?? "0";
  const pause = /^\d+$/.test(said) ? Number(said) * 1000 : Date.parse(said) - Date.now();
  return Number.isNaN(pause) ? 0 : Math.max(0, pause);
}

export const realClock: Clock = {
  now: () => performance.now(),
  sleep: (milliseconds, signal) =>
    new Promise((done, ended) => {
      if (signal.aborted) {
        ended(signal.reason);
        return;
      }
      const stop = () => {
        clearTimeout(timer);
        ended(signal.reason);
      };
      const timer = setTimeout(() => {
        signal.removeEventListener("abort", stop);
        done();
      }, milliseconds);
      signal.addEventListener("abort", stop, { once: true });
    }),
  random: () => Math.random(),
};
