import type { Toggle } from "./answers.js";
import { whomOf } from "./rules/targeting.js";

/** What of the list is shown. */
export const SHOWS = {
  all: "All",
  on: "On",
  off: "Off",
  rules: "With rules",
  protected: "Protected",
  awaiting: "Awaiting approval",
} as const;

export type Show = keyof typeof SHOWS;

export interface Filter {
  readonly search: string;
  readonly show: Show;
}

/** The filter in the query of the page's URL. */
export function filterOf(query: string): Filter {
  const all = new URLSearchParams(query);
  const show = all.get("show") ?? "all";
  return { search: all.get("search") ?? "", show: show in SHOWS ? (show as Show) : "all" };
}

/** The URL of the list with a filter. */
export function pathOf({ search, show }: Filter): string {
  const query = new URLSearchParams({
    ...(search && { search }),
    ...(show !== "all" && { show }),
  }).toString();
  return query ? `/toggles?${query}` : "/toggles";
}

export function matches(toggle: Toggle, { search, show }: Filter): boolean {
  const words = search.toLowerCase().split(/\s+/).filter(Boolean);
  const text = searched(toggle);
  return isShown(toggle, show) && words.every((word) => text.includes(word));
}

function isShown({ isActive, rules, isProtected, proposal }: Toggle, show: Show): boolean {
  switch (show) {
    case "all":
      return true;
    case "on":
      return isActive;
    case "off":
      return !isActive;
    case "rules":
      return Object.keys(rules).length > 0;
    case "protected":
      return isProtected;
    case "awaiting":
      return proposal !== undefined;
  }
}

/** Id, name, and whom the rules name: groups, segments and other toggles, also those in JSON. */
function searched({ id, name, rules }: Toggle): string {
  const whom = whomOf(rules.targeting);
  const named = whom ? [...whom.groups, ...whom.segments, ...whom.users] : [JSON.stringify(rules.targeting)];
  return [id, name, ...named, ...(rules.prerequisites ?? [])].join("\n").toLowerCase();
}
