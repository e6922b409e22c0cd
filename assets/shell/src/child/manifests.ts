import type { Manifest, Preview, TeamConfig } from "@frontage/contract";
import { parseManifest, parsePreview } from "@frontage/contract/validate";
import { fetchText, type RetryOptions, retry } from "../retry.js";

/** The URL of a team's manifest. */
export function manifestUrl(team: TeamConfig): string {
  return `${team.url}/manifest.json`;
}

/** The URL of a preview of a team. */
export function previewUrl(team: TeamConfig, name: string): string {
  return `${team.url}/previews/${name}.json`;
}

/** A team's current manifest: a release takes effect on the next fetch, so the browser revalidates its cached copy. */
export function fetchManifest(team: TeamConfig, options?: RetryOptions): Promise<Manifest> {
  return fetchDocument(manifestUrl(team), parseManifest, options);
}

/** A preview of a team, as it is now. */
export function fetchPreview(team: TeamConfig, name: string, options?: RetryOptions): Promise<Preview> {
  return fetchDocument(previewUrl(team, name), parsePreview, options);
}

function fetchDocument<T>(url: string, parse: (value: unknown) => T, options?: RetryOptions): Promise<T> {
  const init: RequestInit = { cache: "no-cache", credentials: "omit" };
  return retry(async (signal) => parse(JSON.parse(await fetchText(url, init, signal))), options);
}
