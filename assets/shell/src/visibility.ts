import type { SessionUser, ShellConfig, TeamConfig } from "@frontage/contract";

/**
 * The teams whose applications a person sees: those for everybody, and those of the person's groups. It is order, not
 * secrecy: the files of every site are public, and a team's API decides who gets data.
 */
export function teamsFor(config: ShellConfig, user: SessionUser | undefined): readonly TeamConfig[] {
  return config.teams.filter(({ groups }) => isIn(groups, user));
}

/** Whether a person sees the toggles and the releases. */
export function seesPlatform(config: ShellConfig, user: SessionUser | undefined): boolean {
  return isIn(config.operators, user);
}

/** No groups are everybody. */
function isIn(groups: readonly string[] | undefined, user: SessionUser | undefined): boolean {
  return groups === undefined || groups.some((group) => user?.groups.includes(group));
}
