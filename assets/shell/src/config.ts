import type { ShellConfig } from "@frontage/contract";
import { parseConfig } from "@frontage/contract/validate";

/**
 * What `apply` says of the system. A plain fetch, so that it meets the page's preload; the file's own headers have
 * the browser ask each time whether it is still so.
 */
export async function fetchConfig(): Promise<ShellConfig> {
  const response = await fetch("/config.json", { signal: AbortSignal.timeout(10_000) });
  if (!response.ok) {
    throw new Error(`/config.json answered ${response.status}`);
  }
  return parseConfig(await response.json());
}
