import type { Manifest, ManifestEntry } from "@frontage/contract";
import { bucket } from "./bucket.js";

/** A version of a child, with the URLs to try in order. */
export interface Version {
  /** The manifest's: `1.4.0+3f2a…`. */
  readonly version: string;
  readonly urls: readonly string[];
  /** Absent only for an override: a developer's own module. */
  readonly integrity?: string;
  readonly contract?: number;
}

/** All versions of a team's child. @throws if the manifest has none. */
export function entriesOf(manifest: Manifest, system: string, team: string): readonly ManifestEntry[] {
  const entries = manifest.microFrontends[`@${system}/${team}`];
  if (!entries?.length) {
    throw new Error(`The manifest has no release of @${system}/${team}`);
  }
  return entries;
}

/** The version for all clients outside a canary. */
export function defaultOf(entries: readonly ManifestEntry[]): ManifestEntry | undefined {
  return entries.find((entry) => entry.deployment?.default) ?? entries[0];
}

/** The version for a browser: a canary takes the first of its hundredths, the default all the others. */
export function chosenOf(
  entries: readonly ManifestEntry[],
  team: string,
  client: string,
): ManifestEntry | undefined {
  const place = bucket(team, client);
  const usual = defaultOf(entries);
  let end = 0;
  for (const entry of entries) {
    if (entry !== usual) {
      end += entry.deployment?.traffic ?? 0;
      if (place < end) {
        return entry;
      }
    }
  }
  return usual;
}

/** The versions to try: the browser's own, then the default. `base` is the manifest's URL. */
export function versionsFor(
  entries: readonly ManifestEntry[],
  team: string,
  client: string,
  base: string,
): Version[] {
  const wanted = new Set([chosenOf(entries, team, client), defaultOf(entries)]);
  return [...wanted].filter((entry) => entry !== undefined).map((entry) => versionOf(entry, base));
}

function versionOf({ url, fallbackUrl, metadata, extras }: ManifestEntry, base: string): Version {
  const urls = [url, fallbackUrl].filter((each) => each !== undefined);
  return {
    version: metadata.version,
    integrity: metadata.integrity,
    urls: [...new Set(urls.map((each) => new URL(each, base).href))],
    ...(extras?.contract !== undefined && { contract: extras.contract }),
  };
}
