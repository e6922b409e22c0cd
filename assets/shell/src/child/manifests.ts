import type { Manifest, TeamConfig } from "@frontage/contract";
import { parseManifest } from "@frontage/contract/validate";

const PATIENCE = 10_000;

/** The URL of a team's manifest. */
export function manifestUrl(team: TeamConfig): string {
  return `${team.url}/manifest.json`;
}

/** A team's current manifest: a release takes effect on the next fetch, so the browser revalidates its cached copy. */
export async function fetchManifest(team: TeamConfig, signal?: AbortSignal): Promise<Manifest> {
  const patience = AbortSignal.timeout(PATIENCE);
  const response = await fetch(manifestUrl(team), {
    cache: "no-cache",
    credentials: "omit",
    signal: signal ? AbortSignal.any([signal, patience]) : patience,
  });
  if (!response.ok) {
    throw new Error(`${manifestUrl(team)} answered ${response.status}`);
  }
  return parseManifest(await response.json());
}
