import type { TeamConfig } from "@frontage/contract";
import { h } from "@frontage/ui/dom";
import { ChildArea } from "../child/area.js";
import { browserLoading } from "../child/load.js";
import { contextOf, type Shell, versionsOf } from "../shell.js";
import type { Page } from "./page.js";

/** A team's route: the heading belongs to the shell, the content below it to the child. */
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
      // The menu's entry checks for a new release; the child's own navigation does not.
      if (isLink) {
        void area.enter();
      }
    },
    leave: () => area.leave(),
  };
}
