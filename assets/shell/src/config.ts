import type { ShellConfig } from "@frontage/contract";
import { parseConfig } from "@frontage/contract/validate";

/**
 * The configuration written by `apply`. A plain fetch, so that it matches the page's preload; the file's own headers
 * make the browser revalidate it each time.
 */
export async function fetchConfig(): Promise<ShellConfig> {
  const response = await fetch("/config.json", { signal: AbortSignal.timeout(10_000) });
  if (!response.ok) {
    throw new Error(`/config.json responded with ${response.status}`);
  }
  return parseConfig(await response.json());
}
