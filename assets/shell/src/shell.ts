import type { ChildContext, ShellConfig, TeamConfig } from "@frontage/contract";
import type { Session } from "@frontage/session";
import type { TogglesClient } from "@frontage/toggles";
import { clientId } from "./child/bucket.js";
import { entriesOf, type Version, versionsFor } from "./child/choice.js";
import type { Failures } from "./child/load.js";
import { fetchManifest, manifestUrl } from "./child/manifests.js";
import type { Overrides } from "./child/overrides.js";
import type { RetryOptions } from "./retry.js";
import type { Router } from "./router.js";
import type { ThemeSwitch } from "./theme.js";

/** The objects that the whole page shares. */
export interface Shell {
  readonly config: ShellConfig;
  readonly session: Session;
  readonly toggles: TogglesClient;
  readonly router: Router;
  readonly theme: ThemeSwitch;
  readonly overrides: Overrides;
  /** This browser's id, for canaries. */
  readonly client: string;
  readonly failures: Failures;
}

export const client = (): string => clientId(localStorage);

/** The versions of a child to try at this moment: a developer's own, or those in its manifest for this browser. */
export async function versionsOf(
  shell: Shell,
  team: TeamConfig,
  options: RetryOptions,
): Promise<readonly Version[]> {
  const override = shell.overrides.get(team.name);
  if (override !== undefined) {
    return [{ version: "override", urls: [override] }];
  }
  const manifest = await fetchManifest(team, options);
  const entries = entriesOf(manifest, shell.config.system, team.name);
  return versionsFor(entries, team.name, shell.client, manifestUrl(team));
}

/** The context of a child. */
export function contextOf({ session, toggles, router, theme }: Shell, team: TeamConfig): ChildContext {
  const below = () => pathBelow(team.route, router.path);
  return {
    session,
    toggles,
    theme,
    basePath: team.route,
    get path() {
      return below() ?? "/";
    },
    navigate: (path) => router.navigate(team.route + (path.startsWith("/") ? path : `/${path}`), "within"),
    onNavigate: (listener) =>
      router.onNavigate(() => {
        const path = below();
        if (path !== undefined) {
          listener(path);
        }
      }),
  };
}

/** The rest of `path` below a route, or `undefined` if it is not below it: `/shippings` is not. */
export function pathBelow(route: string, path: string): string | undefined {
  const [pathname = "", query] = path.split("?", 2);
  if (pathname !== route && !pathname.startsWith(`${route}/`)) {
    return undefined;
  }
  return (pathname.slice(route.length) || "/") + (query === undefined ? "" : `?${query}`);
}
