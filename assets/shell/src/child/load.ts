import type { ChildExport } from "@frontage/contract";
import type { Version } from "./choice.js";
import { within } from "./within.js";

/** How modules are loaded into the page. A test provides its own. */
export interface Loading {
  /** Fetches a module, checks its integrity and runs it; rejects if that fails. */
  addScript(url: string, integrity: string, signal: AbortSignal): Promise<void>;
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

/** Loads a version from the first of its URLs that works, and returns its default export. */
export async function loadVersion(
  version: Version,
  failures: Failures,
  loading: Loading,
): Promise<{ readonly exported: ChildExport; readonly url: string }> {
  let last: unknown = new Error(`Version ${version.version} has no URL`);
  for (const url of version.urls) {
    const fresh = freshUrl(url, failures.get(url) ?? 0);
    try {
      const module = await within(PATIENCE, `${fresh} did not arrive`, (signal) =>
        loadModule(fresh, version.integrity, loading, signal),
      );
      return { exported: checked(module, fresh), url: fresh };
    } catch (error) {
      failures.set(url, (failures.get(url) ?? 0) + 1);
      last = error;
      if (error instanceof UnusableError) {
        break;
      }
    }
  }
  throw last;
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
  loading: Loading,
  signal: AbortSignal,
): Promise<unknown> {
  if (integrity !== undefined) {
    await loading.addScript(url, integrity, signal);
    signal.throwIfAborted();
  }
  try {
    return await loading.import(url);
  } catch (error) {
    throw new UnusableError(`${url} failed while it ran: ${messageOf(error)}`, { cause: error });
  }
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
  import: (url) => import(/* @vite-ignore */ url),
};
