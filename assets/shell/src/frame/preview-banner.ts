import type { TeamConfig } from "@frontage/contract";
import { h } from "@frontage/ui/dom";
import type { Asked, Previews } from "../child/previews.js";

/** Says which children are shown as previews, and offers the way out; and why one is not shown. */
export function previewBanner(
  previews: Previews,
  teams: readonly TeamConfig[],
  removed: () => void,
): { element: HTMLElement; stop: () => void } {
  const element = h("div", { class: "overrides", "data-testid": "previews" });
  const show = () => {
    // A link may name a team that the system does not have.
    const known = previews.all().filter(({ team }) => teams.some(({ name }) => name === team));
    element.hidden = known.length === 0;
    element.replaceChildren(...known.map((asked) => notice(asked, titleOf(teams, asked.team), leave)));
  };
  const leave = (team: string) => {
    previews.remove(team);
    removed();
  };
  const stop = previews.onChange(show);
  show();
  return { element, stop };
}

function titleOf(teams: readonly TeamConfig[], team: string): string {
  return teams.find(({ name }) => name === team)?.title ?? team;
}

function notice({ team, name, problem }: Asked, title: string, leave: (team: string) => void): HTMLElement {
  const words = problem
    ? h("span", {}, "The preview ", h("code", {}, name), ` ${problem}. The released version is shown.`)
    : h("span", {}, "The preview ", h("code", {}, name), " is shown, in this tab only.");
  const button = h(
    "fr-button",
    { slot: "actions", variant: "secondary" },
    problem ? "Dismiss" : "Leave the preview",
  );
  button.addEventListener("click", () => leave(team));
  const heading = `Preview: ${title}`;
  return h("fr-alert", { ...(problem && { tone: "warning" }), heading, "data-preview": team }, words, button);
}
