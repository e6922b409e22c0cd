import type { TeamConfig } from "@frontage/contract";
import { h } from "@frontage/ui/dom";
import { ChildArea } from "../child/area.js";
import { browserLoading } from "../child/load.js";
import { contextOf, type Shell, versionsOf } from "../shell.js";
import type { Page } from "./page.js";

/** A team's route: the heading is the shell's, what is below it is the child's. */
export function teamPage(shell: Shell, team: TeamConfig): Page {
  const area = new ChildArea(team, {
    versions: (_, options) => versionsOf(shell, team, options),
    context: () => contextOf(shell, team),
    loading: browserLoading,
    failures: shell.failures,
  });
  void area.enter();
  return {
    title: team.title,
    element: h("fr-page", { class: "team", heading: team.title }, area.element),
    moved: (isLink) => {
      // The menu's entry looks for a new release; what the child does by itself does not.
      if (isLink) {
        void area.enter();
      }
    },
    leave: () => area.leave(),
  };
}
