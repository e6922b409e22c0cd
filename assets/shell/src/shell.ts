import type { ChildContext, ShellConfig, TeamConfig } from "@frontage/contract";
import { storageOf } from "@frontage/contract/storage";
import type { Session } from "@frontage/session";
import type { TogglesClient } from "@frontage/toggles";
import { clientId } from "./child/bucket.js";
import { entriesOf, type Version, versionsFor } from "./child/choice.js";
import type { Failures } from "./child/load.js";
import { fetchPreview, manifestToShow, manifestUrl, previewUrl } from "./child/manifests.js";
import type { Overrides } from "./child/overrides.js";
import type { Previews } from "./child/previews.js";
import type { Operators } from "./operators.js";
import { isTransient, type RetryOptions } from "./retry.js";
import type { Router } from "./router.js";
import type { ThemeSwitch } from "./theme.js";
import { teamsFor } from "./visibility.js";

/** The objects that the whole page shares. */
export interface Shell {
  readonly config: ShellConfig;
  readonly session: Session;
  readonly toggles: TogglesClient;
  /** Who may change toggles on the page; `undefined` if the system has no API for that. */
  readonly operators: Operators | undefined;
  readonly router: Router;
  readonly theme: ThemeSwitch;
  readonly overrides: Overrides;
  readonly previews: Previews;
  /** This browser's id, for canaries. */
  readonly client: string;
  readonly failures: Failures;
}

export const client = (): string => clientId(storageOf(() => localStorage));

/**
 * The versions of a child to try at this moment: a preview, a developer's own, or those in its manifest for this
 * browser.
 */
export async function versionsOf(
  shell: Shell,
  team: TeamConfig,
  options: RetryOptions,
): Promise<readonly Version[]> {
  const preview = await previewOf(shell, team, options);
  if (preview !== undefined) {
    return preview;
  }
  const override = shell.overrides.get(team.name);
  if (override !== undefined) {
    return [{ version: "override", urls: [override] }];
  }
  const manifest = await manifestToShow(team, options);
  const entries = entriesOf(manifest, shell.config.system, team.name);
  return versionsFor(entries, team.name, shell.client, manifestUrl(team));
}

/** The one version of a preview that this tab asks for, or nothing if it cannot be shown: the page then says why. */
async function previewOf(
  { previews, config, client }: Shell,
  team: TeamConfig,
  options: RetryOptions,
): Promise<readonly Version[] | undefined> {
  const name = previews.get(team.name);
  if (name === undefined) {
    return undefined;
  }
  try {
    const preview = await fetchPreview(team, name, options);
    if (Date.parse(preview.expires) <= Date.now()) {
      previews.end(team.name, "has expired");
      return undefined;
    }
    const entries = entriesOf(preview, config.system, team.name);
    previews.works(team.name);
    return versionsFor(entries, team.name, client, previewUrl(team, name));
  } catch (error) {
    options.signal?.throwIfAborted();
    if (error instanceof Error && isTransient(error.cause)) {
      previews.fails(team.name, "cannot be reached");
    } else {
      previews.end(team.name, "is not there");
    }
    console.warn(`${team.name} @${name}:`, error);
    return undefined;
  }
}

/** The context of a child. */
export function contextOf(
  { config, session, toggles, router, theme }: Shell,
  team: TeamConfig,
): ChildContext {
  const below = () => pathBelow(team.route, router.path);
  return {
    session,
    toggles,
    theme,
    basePath: team.route,
    get path() {
      return below() ?? "/";
    },
    navigate: (path, options) =>
      router.navigate(team.route + (path.startsWith("/") ? path : `/${path}`), "within", options),
    go: (path) => router.navigate(path),
    get applications() {
      return teamsFor(config, session.user).map(({ title, route }) => ({ title, route }));
    },
    guard: (isDirty) =>
      router.guards.add({ isDirty, stays: (path) => pathBelow(team.route, path) !== undefined }),
    setTitle: (text) => {
      if (below() !== undefined) {
        document.title = [text, team.title, config.title].filter(Boolean).join(" · ");
      }
    },
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
