import type { ChildExport } from "@frontage/contract";
import { fetchText, isTransient, type RetryOptions, retry, TransientError } from "../retry.js";
import type { Version } from "./choice.js";
import { within } from "./within.js";

/** How modules are loaded into the page. A test provides its own. */
export interface Loading {
  /** Fetches a module, checks its integrity and runs it; rejects if that fails. */
  addScript(url: string, integrity: string, signal: AbortSignal): Promise<void>;
  /** Fetches a module into the browser's cache. If that fails, the error says why, which a script element does not. */
  fetch(url: string, signal: AbortSignal): Promise<unknown>;
  import(url: string): Promise<unknown>;
}

/** How long a module may take to load and run. */
const PATIENCE = 10_000;

/** The number of failures of each URL on this page. */
export type Failures = Map<string, number>;

/** Thrown for a module that was fetched but cannot be used: a second copy of it would be no better. */
export class UnusableError extends Error {
  override readonly name = "UnusableError";
}

/** A module's default export, and the URL that it has on this page. */
export interface Loaded {
  readonly exported: ChildExport;
  readonly url: string;
}

/**
 * Loads a version from the first of its URLs that works. When one fails, the next is tried at once; when all have
 * failed, those that may work later are tried again after a pause.
 */
export function loadVersion(
  version: Version,
  failures: Failures,
  loading: Loading,
  options: RetryOptions = {},
): Promise<Loaded> {
  const urls = new Set(version.urls);
  return retry(async (signal) => {
    let last: unknown = new Error(`Version ${version.version} has no URL`);
    for (const url of [...urls]) {
      try {
        return await loadUrl(url, version.integrity, failures.get(url) ?? 0, loading, signal);
      } catch (error) {
        // If nobody waits for it any more, it has not failed: it may still come, and be of use to the next visit.
        if (!options.signal?.aborted) {
          failures.set(url, (failures.get(url) ?? 0) + 1);
        }
        signal.throwIfAborted();
        if (error instanceof UnusableError) {
          throw error;
        }
        if (!isTransient(error)) {
          urls.delete(url);
        }
        last = isTransient(last) && !isTransient(error) ? last : error;
      }
    }
    throw last;
  }, options);
}

async function loadUrl(
  url: string,
  integrity: string | undefined,
  failed: number,
  loading: Loading,
  signal: AbortSignal,
): Promise<Loaded> {
  const fresh = freshUrl(url, failed);
  const load = (signal: AbortSignal) => loadModule(fresh, integrity, failed > 0, loading, signal);
  const module = await within(PATIENCE, `${fresh} did not come`, load, signal);
  return { exported: checked(module, fresh), url: fresh };
}

/** The browser remembers a failed module by its URL for the lifetime of the page: so the next attempt needs another one. */
function freshUrl(url: string, failures: number): string {
  if (failures === 0) {
    return url;
  }
  const fresh = new URL(url);
  fresh.searchParams.set("retry", String(failures));
  return fresh.href;
}

/**
 * `import()` cannot check integrity. A script element can, and leaves the checked module for `import()` to find under
 * the same URL. After an error of the element, `import()` would fetch again without a check: it must not be called.
 */
async function loadModule(
  url: string,
  integrity: string | undefined,
  again: boolean,
  loading: Loading,
  signal: AbortSignal,
): Promise<unknown> {
  if (integrity !== undefined) {
    await addScript(url, integrity, again, loading, signal);
    signal.throwIfAborted();
  }
  try {
    return await loading.import(url);
  } catch (error) {
    throw new UnusableError(`${url} failed while it ran: ${messageOf(error)}`, { cause: error });
  }
}

/**
 * An error of the element may mean a busy server, a file that is missing, or one that was tampered with. So the first
 * error counts as one that may pass. From then on the module is fetched first: that tells which of them it is, and the
 * element then finds the file in the browser's cache.
 */
async function addScript(
  url: string,
  integrity: string,
  again: boolean,
  loading: Loading,
  signal: AbortSignal,
): Promise<void> {
  if (!again) {
    return loading.addScript(url, integrity, signal).catch((cause: unknown) => {
      throw new TransientError(messageOf(cause), { cause });
    });
  }
  await loading.fetch(url, signal);
  signal.throwIfAborted();
  await loading.addScript(url, integrity, signal);
}

function checked(module: unknown, url: string): ChildExport {
  const exported = (module as { default?: unknown }).default;
  if (isElementClass(exported) || isModule(exported)) {
    return exported as ChildExport;
  }
  throw new UnusableError(`${url} exports neither an element class nor a mount function by default`);
}

export function isElementClass(exported: unknown): exported is new () => HTMLElement {
  return typeof exported === "function" && exported.prototype instanceof HTMLElement;
}

function isModule(exported: unknown): boolean {
  return typeof (exported as { mount?: unknown } | undefined)?.mount === "function";
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** The browser's own loading. */
export const browserLoading: Loading = {
  addScript: (url, integrity, signal) =>
    new Promise((resolve, reject) => {
      const script = document.createElement("script");
      script.type = "module";
      script.crossOrigin = "anonymous";
      script.integrity = integrity;
      script.src = url;
      script.addEventListener("load", () => resolve());
      script.addEventListener("error", () =>
        reject(new Error(`${url} could not be fetched, or differs from the release`)),
      );
      // The element is no longer needed after its event; the module stays.
      const remove = () => script.remove();
      for (const end of ["load", "error"]) {
        script.addEventListener(end, remove);
      }
      signal.addEventListener("abort", remove);
      document.head.append(script);
    }),
  // As the script element asks for it, or the cache would not have it for the element.
  fetch: (url, signal) => fetchText(url, { mode: "cors", credentials: "same-origin" }, signal),
  import: (url) => import(/* @vite-ignore */ url),
};
