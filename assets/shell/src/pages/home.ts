import type { TeamConfig } from "@frontage/contract";
import { h } from "@frontage/ui/dom";
import { icon } from "../icons.js";
import { shownTo } from "../operators.js";
import type { Shell } from "../shell.js";
import { monogram } from "../team.js";
import { seesPlatform, teamsFor } from "../visibility.js";
import type { Page } from "./page.js";
import { statusBadge } from "./status.js";

/** The applications and the platform. It asks no team's site for anything: there may be many. */
export function home(shell: Shell): Page {
  const { config, session } = shell;
  const end = new AbortController();
  const teams = teamsFor(config, session.user).map((team) => teamCard(shell, team));
  const name = session.user?.name.split("@")[0] ?? "";
  const platform = seesPlatform(config, session.user) ? [platformSection(shell, end.signal)] : [];
  const element = h(
    "fr-page",
    { heading: `Hello, ${name}`, lead: `Everything in ${config.title}, in one place.` },
    ...(teams.length > 0 ? [section("Applications", "apps", ...teams)] : []),
    ...platform,
  );
  return { title: "Home", element, leave: () => end.abort() };
}

function platformSection(shell: Shell, signal: AbortSignal): HTMLElement {
  const toggles = togglesCard(shell, signal);
  const element = section("Platform", "platform", toggles, releasesCard(shell.config.teams));
  signal.addEventListener("abort", shownTo(shell.operators, toggles.parentElement));
  return element;
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

function teamCard(shell: Shell, team: TeamConfig): HTMLElement {
  const isOwn = shell.overrides.get(team.name) !== undefined;
  const more = isOwn ? [h("span", { class: "fr-muted fr-small" }, "Your own build")] : [];
  return tile(team.route, monogram(team), team.title, ...more);
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
