import type { TeamConfig } from "@frontage/contract";
import { h } from "@frontage/ui/dom";
import { chosenOf, entriesOf } from "../child/choice.js";
import { fetchManifest } from "../child/manifests.js";
import { icon } from "../icons.js";
import { shownTo } from "../operators.js";
import type { RetryOptions } from "../retry.js";
import type { Shell } from "../shell.js";
import { monogram } from "../team.js";
import { shortVersion } from "../version.js";
import type { Page } from "./page.js";
import { statusBadge } from "./status.js";

/** The applications and the platform, with their state. */
export function home(shell: Shell): Page {
  const { config, session } = shell;
  const end = new AbortController();
  const teams = config.teams.map((team, place) => teamCard(shell, team, monogram(team, place), end.signal));
  const name = session.user?.name.split("@")[0] ?? "";
  const toggles = togglesCard(shell, end.signal);
  const element = h(
    "fr-page",
    { heading: `Hello, ${name}`, lead: `Everything in ${config.title}, in one place.` },
    ...(teams.length > 0 ? [section("Applications", "apps", ...teams)] : []),
    section("Platform", "platform", toggles, releasesCard(config.teams)),
  );
  end.signal.addEventListener("abort", shownTo(shell.operators, toggles.parentElement));
  return { title: "Home", element, leave: () => end.abort() };
}

function section(title: string, id: string, ...cards: HTMLElement[]): HTMLElement {
  return h(
    "section",
    { "aria-labelledby": id, class: "fr-stack" },
    h("h2", { id, class: "section-title" }, title),
    h("ul", { role: "list", class: "fr-grid" }, ...cards.map((card) => h("li", {}, card))),
  );
}

function tile(href: string, picture: Element, title: string, ...more: Node[]): HTMLElement {
  const words = h("span", { class: "tile-words" }, h("strong", {}, title), ...more);
  return h("a", { class: "tile", href }, picture, words, icon("arrow"));
}

function teamCard(shell: Shell, team: TeamConfig, picture: Element, signal: AbortSignal): HTMLElement {
  const release = h("span", { class: "fr-muted fr-small" }, "…");
  const show = (text: string) => {
    release.textContent = text;
  };
  void describe(shell, team, { signal, onBusy: () => show("Trying again…") }).then(show);
  return tile(team.route, picture, team.title, release);
}

/** The version for this browser. A manifest that cannot be fetched is not the home page's concern. */
async function describe(shell: Shell, team: TeamConfig, options: RetryOptions): Promise<string> {
  if (shell.overrides.get(team.name) !== undefined) {
    return "Your own build";
  }
  try {
    const entries = entriesOf(await fetchManifest(team, options), shell.config.system, team.name);
    const chosen = chosenOf(entries, team.name, shell.client);
    return `Version ${shortVersion(chosen?.metadata.version ?? "")}`;
  } catch {
    return "No release found";
  }
}

function togglesCard({ toggles }: Shell, signal: AbortSignal): HTMLElement {
  const count = h("span", { class: "fr-muted fr-small" });
  const status = h("span", {});
  const update = () => {
    const all = [...toggles.toggles.values()];
    count.textContent = `${all.filter((toggle) => toggle.isActive).length} of ${all.length} on`;
    status.replaceChildren(statusBadge(toggles.status));
  };
  update();
  signal.addEventListener("abort", toggles.onChange(update));
  signal.addEventListener("abort", toggles.onStatus(update));
  const picture = h("span", { class: "monogram tint-plain" }, icon("toggles"));
  return tile("/toggles", picture, "Toggles", h("span", { class: "tile-row" }, count, status));
}

function releasesCard(teams: readonly TeamConfig[]): HTMLElement {
  const count = teams.length === 1 ? "One team" : `${teams.length} teams`;
  const text = h("span", { class: "fr-muted fr-small" }, `${count}, each on its own schedule`);
  const picture = h("span", { class: "monogram tint-plain" }, icon("releases"));
  return tile("/releases", picture, "Releases", text);
}
