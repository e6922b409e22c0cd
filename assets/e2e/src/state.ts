import { TEAMS, type Team } from "./pages.js";
import { frontage } from "./system.js";

/** What tests change of the system that they share. All else that they do ends with their browser. */
interface State {
  readonly releases: Readonly<Record<Team, Release>>;
  readonly toggles: readonly Toggle[];
}

/** What a team's clients get. */
interface Release {
  readonly current: string;
  readonly canary: string | undefined;
}

/** A toggle, by the names of its attributes. */
type Toggle = Readonly<Record<string, unknown>> & { readonly featureId: string };

/** Notes the state of the system before the first test. The workers inherit it. */
export async function record(): Promise<void> {
  process.env.FRONTAGE_E2E_STATE = JSON.stringify(await read());
}

/** Puts the system back to that state. */
export async function restore(): Promise<void> {
  const text = process.env.FRONTAGE_E2E_STATE;
  if (!text) throw new Error("The global set-up has not run");
  const then = JSON.parse(text) as State;
  const now = await read();
  for (const team of TEAMS) await restoreRelease(team, then.releases[team], now.releases[team]);
  await restoreToggles(then.toggles, now.toggles);
}

async function read(): Promise<State> {
  const [toggles, ...releases] = await Promise.all([
    list<Toggle>("toggles", "list"),
    ...TEAMS.map(async (team) => [team, await releaseOf(team)] as const),
  ]);
  return { releases: Object.fromEntries(releases) as Record<Team, Release>, toggles };
}

async function releaseOf(team: Team): Promise<Release> {
  const releases = await list<{ version: string; standing: string }>("release", "list", team);
  const version = (wanted: string) => releases.find(({ standing }) => standing === wanted)?.version;
  const current = version("current");
  if (current === undefined) throw new Error(`${team} has no release`);
  return { current, canary: version("canary") };
}

async function list<T>(...command: string[]): Promise<T[]> {
  return JSON.parse(await frontage(...command, "--format", "json")) as T[];
}

/** A rollback ends a canary, too. The first test finds none. */
async function restoreRelease(team: Team, then: Release, now: Release): Promise<void> {
  if (now.current !== then.current || now.canary !== then.canary) {
    await frontage("release", "rollback", team, then.current);
  }
}

async function restoreToggles(then: readonly Toggle[], now: readonly Toggle[]): Promise<void> {
  const text = (toggle: Toggle) => JSON.stringify(toggle);
  const differing = (from: readonly Toggle[], others: readonly Toggle[]) =>
    from.filter((toggle) => !others.some((other) => text(other) === text(toggle)));
  // Deleted first: setting a toggle leaves its further attributes.
  for (const { featureId } of differing(now, then)) await frontage("toggles", "delete", featureId);
  for (const { featureId, featureName, isActive } of differing(then, now)) {
    await frontage("toggles", "set", featureId, isActive ? "on" : "off", "--name", `${featureName}`);
  }
}
