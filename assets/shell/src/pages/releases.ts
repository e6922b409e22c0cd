import type { ManifestEntry, TeamConfig } from "@frontage/contract";
import { h } from "@frontage/ui/dom";
import { chosenOf, defaultOf, entriesOf } from "../child/choice.js";
import { messageOf } from "../child/load.js";
import { fetchManifest, manifestUrl } from "../child/manifests.js";
import { BUSY, type RetryOptions } from "../retry.js";
import type { Shell } from "../shell.js";
import { monogram } from "../team.js";
import { releaseOf, shortVersion } from "../version.js";
import type { Page } from "./page.js";

/** The released versions of each team's application, and the one for this browser. */
export function releases(shell: Shell): Page {
  const end = new AbortController();
  const cards = shell.config.teams.map((team) => card(shell, team, end.signal));
  const element = h(
    "fr-page",
    { heading: "Releases", lead: "Each team releases on its own. These are the current versions." },
    ...cards,
  );
  return { title: "Releases", element, leave: () => end.abort() };
}

function card(shell: Shell, team: TeamConfig, signal: AbortSignal): HTMLElement {
  const spinner = h("fr-spinner", { label: `Asking for the manifest of ${team.title}` });
  const content = h("div", {}, spinner);
  void versions(shell, team, { signal, onBusy: () => spinner.setAttribute("label", BUSY) })
    .catch((error) => h("fr-alert", { tone: "warning", heading: "No manifest" }, messageOf(error)))
    .then((shown) => content.replaceChildren(shown));
  const source = h("a", { href: manifestUrl(team), target: "_blank", rel: "noreferrer" }, "Manifest");
  const head = h(
    "div",
    { class: "team-head" },
    monogram(team),
    h("h2", {}, team.title),
    h("span", { class: "fr-small" }, source),
  );
  return h("fr-card", { "data-team": team.name }, h("div", { class: "fr-stack" }, head, content));
}

async function versions(shell: Shell, team: TeamConfig, options: RetryOptions): Promise<HTMLElement> {
  const entries = entriesOf(await fetchManifest(team, options), shell.config.system, team.name);
  const elsewhere = [shell.overrides, shell.previews].map((from) => from.get(team.name));
  const hasOwnBuild = elsewhere.some((source) => source !== undefined);
  const own = hasOwnBuild ? undefined : chosenOf(entries, team.name, shell.client);
  const usual = defaultOf(entries);
  const rows = entries.map((entry) => row(entry, entry === usual, entry === own));
  return h("ul", { role: "list", class: "versions" }, ...rows);
}

function row(entry: ManifestEntry, isUsual: boolean, isOwn: boolean): HTMLElement {
  const { version } = entry.metadata;
  const traffic = entry.deployment?.traffic ?? (isUsual ? 100 : 0);
  const words = h(
    "div",
    { class: "version-words" },
    h("strong", {}, shortVersion(version)),
    h("code", { class: "fr-muted" }, releaseOf(version)),
    h("fr-badge", { tone: isUsual ? "neutral" : "warning" }, isUsual ? "Default" : "Canary"),
    ...(isOwn ? [h("fr-badge", { tone: "accent" }, "Yours")] : []),
  );
  const bar = h("progress", { max: "100", value: String(traffic), "aria-label": "Share of browsers" });
  const share = h("span", { class: "share" }, `${traffic} %`);
  return h("li", { class: "version" }, words, h("div", { class: "traffic" }, bar, share));
}
