import type { Manifest, TeamConfig } from "@frontage/contract";
import { parseManifest } from "@frontage/contract/validate";

const PATIENCE = 10_000;

/** Where a team's manifest is. */
export function manifestUrl(team: TeamConfig): string {
  return `${team.url}/manifest.json`;
}

/** A team's manifest as it is now: a release shows at the next look, so what the browser has is asked about again. */
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
