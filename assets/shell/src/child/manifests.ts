import type { Manifest, TeamConfig } from "@frontage/contract";
import { parseManifest } from "@frontage/contract/validate";
import { fetchText, type RetryOptions, retry } from "../retry.js";

/** The URL of a team's manifest. */
export function manifestUrl(team: TeamConfig): string {
  return `${team.url}/manifest.json`;
}

/** A team's current manifest: a release takes effect on the next fetch, so the browser revalidates its cached copy. */
export function fetchManifest(team: TeamConfig, options?: RetryOptions): Promise<Manifest> {
  const init: RequestInit = { cache: "no-cache", credentials: "omit" };
  return retry(
    async (signal) => parseManifest(JSON.parse(await fetchText(manifestUrl(team), init, signal))),
    options,
  );
}
