import type { Manifest, Preview, TeamConfig } from "@frontage/contract";
import { storageOf } from "@frontage/contract/storage";
import { parseManifest, parsePreview } from "@frontage/contract/validate";
import { fetchText, type RetryOptions, retry } from "../retry.js";
import { within } from "./within.js";

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

/**
 * The manifest by which a team's child is shown: the current one, or the last that this tab has seen if the site does not
 * answer soon. What it names is likely in memory or in the browser's cache.
 */
export async function manifestToShow(team: TeamConfig, options?: RetryOptions): Promise<Manifest> {
  const last = lastSeen(team);
  const fetching = fetchManifest(team, options).then((manifest) => {
    seen.setItem(keyOf(team), JSON.stringify(manifest));
    return manifest;
  });
  if (last === undefined) {
    return fetching;
  }
  try {
    return await within(PATIENCE, `${manifestUrl(team)} did not come`, () => fetching);
  } catch (error) {
    options?.signal?.throwIfAborted();
    console.warn(`${team.name}:`, error);
    return last;
  }
}

/** How long a child whose manifest is known waits for a newer one. */
const PATIENCE = 2_000;

/** Outlives a reload of the tab. */
const seen = storageOf(() => sessionStorage);

function keyOf(team: TeamConfig): string {
  return `frontage:manifest:${team.url}`;
}

function lastSeen(team: TeamConfig): Manifest | undefined {
  const text = seen.getItem(keyOf(team));
  return text === null ? undefined : parseManifest(JSON.parse(text));
}

/** A preview of a team, as it is now. */
export function fetchPreview(team: TeamConfig, name: string, options?: RetryOptions): Promise<Preview> {
  return fetchDocument(previewUrl(team, name), parsePreview, options);
}

function fetchDocument<T>(url: string, parse: (value: unknown) => T, options?: RetryOptions): Promise<T> {
  const init: RequestInit = { cache: "no-cache", credentials: "omit" };
  return retry(async (signal) => parse(JSON.parse(await fetchText(url, init, signal))), options);
}
