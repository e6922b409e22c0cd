import type { SessionView } from "@frontage/contract";
import { type Problem, problem, problemOf, type Result } from "./problem.js";

/** The options of requests. */
export interface ApiOptions {
  /** The session whose token is sent with each request. */
  readonly session: Pick<SessionView, "getAccessToken">;
  /**
   * What paths are below: `https://api.example.com/v1`, or `/api/shipping` at the page's own origin. A slash at its end, or
   * before a path, makes no difference. Only requests to its origin get the token.
   */
  readonly baseUrl: string;
  /** The maximum number of attempts for a request that may be repeated. Default: 4. */
  readonly attempts?: number;
  /** Milliseconds for each attempt. Default: 10,000. */
  readonly timeout?: number;
  /** For tests. */
  readonly fetch?: typeof fetch;
  readonly random?: () => number;
  readonly sleep?: (milliseconds: number, signal: AbortSignal | undefined) => Promise<void>;
}

export interface RequestOptions {
  /** The query: members without a value are omitted. */
  readonly query?: Readonly<Record<string, string | number | boolean | undefined>>;
  readonly headers?: Readonly<Record<string, string>>;
  /** Aborts the request: the result is a problem of the kind `aborted`. */
  readonly signal?: AbortSignal;
  /** Whether the request may be made twice. Default: yes except for POST and PATCH, as in HTTP. */
  readonly idempotent?: boolean;
}

type Method = "GET" | "PUT" | "DELETE" | "POST" | "PATCH";

const ATTEMPTS = 4;
const TIMEOUT = 10_000;
/** The maximum pause before the second attempt; it doubles. */
const PAUSE = 300;
/** The maximum pause, and the maximum that a server may ask for: beyond it the caller gets the problem. */
const LONGEST = 20_000;

/**
 * Requests to a JSON service on behalf of the signed-in user. The token is requested before each attempt, since it
 * changes every few minutes, and is stored nowhere. Failures are values; only a bug in the program throws.
 *
 * A request that may be made twice is retried after no response, a time-out, 429 and 5xx: after a random part of 300
 * ms, 600 ms, 1.2 s (full jitter, so that clients which failed together do not retry together), or when the server says
 * (`Retry-After`).
 */
export class Api {
  readonly #options: ApiOptions;
  readonly #base: URL;

  constructor(options: ApiOptions) {
    this.#options = options;
    this.#base = new URL(options.baseUrl.replace(/\/*$/, "/"), globalThis.location?.href);
  }

  get<T>(path: string, options?: RequestOptions): Promise<Result<T>> {
    return this.#request<T>("GET", path, undefined, options);
  }

  /** @param body A value that is sent as JSON, or a form or a file. */
  put<T>(path: string, body: unknown, options?: RequestOptions): Promise<Result<T>> {
    return this.#request<T>("PUT", path, body, options);
  }

  delete<T = void>(path: string, options?: RequestOptions): Promise<Result<T>> {
    return this.#request<T>("DELETE", path, undefined, options);
  }

  /** @param body As of `put`. */
  post<T>(path: string, body: unknown, options?: RequestOptions): Promise<Result<T>> {
    return this.#request<T>("POST", path, body, options);
  }

  /** @param body As of `put`. */
  patch<T>(path: string, body: unknown, options?: RequestOptions): Promise<Result<T>> {
    return this.#request<T>("PATCH", path, body, options);
  }

  async #request<T>(
    method: Method,
    path: string,
    body: unknown,
    options: RequestOptions = {},
  ): Promise<Result<T>> {
    const url = this.#url(path, options.query);
    const repeats = options.idempotent ?? (method !== "POST" && method !== "PATCH");
    const attempts = repeats ? (this.#options.attempts ?? ATTEMPTS) : 1;
    for (let attempt = 1; ; attempt += 1) {
      const { result, after } = await this.#attempt<T>(method, url, body, options);
      if (result.ok || !result.problem.passes || attempt >= attempts) return result;
      const pause = after ?? this.#jitter(attempt);
      if (pause > LONGEST) return result;
      try {
        await (this.#options.sleep ?? sleep)(pause, options.signal);
      } catch {
        return failed(problem("aborted"));
      }
    }
  }

  #url(path: string, query: RequestOptions["query"]): URL {
    const url = new URL(path.replace(/^\/+/, ""), this.#base);
    if (url.origin !== this.#base.origin) {
      throw new TypeError(`${url.origin} is not ${this.#base.origin}: the token is for that alone`);
    }
    for (const [name, value] of Object.entries(query ?? {})) {
      if (value !== undefined) url.searchParams.set(name, String(value));
    }
    return url;
  }

  async #attempt<T>(
    method: Method,
    url: URL,
    body: unknown,
    { headers, signal }: RequestOptions,
  ): Promise<{ result: Result<T>; after?: number }> {
    const limit = AbortSignal.timeout(this.#options.timeout ?? TIMEOUT);
    let token: string;
    try {
      token = await this.#options.session.getAccessToken();
    } catch (error) {
      // Any other error is a session that could not be renewed for now.
      const isOver = error instanceof Error && error.name === "SignedOutError";
      return { result: failed(problem(isOver ? "signed-out" : "offline")) };
    }
    try {
      const response = await (this.#options.fetch ?? fetch)(url, {
        method,
        headers: {
          Accept: "application/json",
          ...(body !== undefined && !isReady(body) && { "Content-Type": "application/json" }),
          ...headers,
          Authorization: `Bearer ${token}`,
        },
        ...(body !== undefined && { body: isReady(body) ? body : JSON.stringify(body) }),
        signal: signal ? AbortSignal.any([signal, limit]) : limit,
        credentials: "omit",
      });
      if (response.ok) return { result: await answerOf<T>(response) };
      const after = pauseOf(response);
      return { result: failed(await problemOf(response)), ...(after !== undefined && { after }) };
    } catch {
      const kind = signal?.aborted ? "aborted" : limit.aborted ? "timeout" : "offline";
      return { result: failed(problem(kind)) };
    }
  }

  #jitter(attempt: number): number {
    const most = Math.min(PAUSE * 2 ** (attempt - 1), LONGEST);
    return (this.#options.random ?? Math.random)() * most;
  }
}

/** Bodies that the browser sends as they are, with their own media type. All others are JSON. */
function isReady(body: unknown): body is FormData | Blob | URLSearchParams {
  return body instanceof FormData || body instanceof Blob || body instanceof URLSearchParams;
}

function failed(problem: Problem): { ok: false; problem: Problem } {
  return { ok: false, problem };
}

async function answerOf<T>(response: Response): Promise<Result<T>> {
  const { status } = response;
  const text = await response.text();
  if (text === "") return { ok: true, value: undefined as T, status };
  try {
    return { ok: true, value: JSON.parse(text) as T, status };
  } catch {
    return failed(problem("server", status));
  }
}

/** Milliseconds, from seconds or a date; `undefined` if the server does not say. */
function pauseOf(response: Response): number | undefined {
  const said = response.headers.get("Retry-After");
  if (said === null) return undefined;
  const pause = /^\d+$/.test(said) ? Number(said) * 1000 : Date.parse(said) - Date.now();
  return Number.isNaN(pause) ? undefined : Math.max(0, pause);
}

function sleep(milliseconds: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((done, aborted) => {
    if (signal?.aborted) return aborted(signal.reason);
    const stop = (): void => {
      clearTimeout(timer);
      aborted(signal?.reason);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener("abort", stop);
      done();
    }, milliseconds);
    signal?.addEventListener("abort", stop, { once: true });
  });
}
