import type { ShellConfig } from "@frontage/contract";
import { parseConfig } from "@frontage/contract/validate";
import { fetchText, type RetryOptions, retry } from "./retry.js";

/**
 * What `apply` says of the system. First a plain fetch, so that it meets the page's preload; the file's own headers have
 * the browser ask each time whether it is still so. Each further attempt asks the server, whatever the browser has
 * kept of the one before.
 */
export function fetchConfig(options?: RetryOptions): Promise<ShellConfig> {
  let cache: RequestCache = "default";
  return retry(async (signal) => {
    const init = { cache };
    cache = "reload";
    return parseConfig(JSON.parse(await fetchText("/config.json", init, signal)));
  }, options);
}
