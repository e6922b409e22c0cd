import { h } from "@frontage/ui/dom";
import type { Overrides } from "../child/overrides.js";

/** Shows which children are overridden by a developer's own, as long as any are. */
export function overrideBanner(overrides: Overrides, removed: () => void): HTMLElement {
  const element = h("div", { class: "overrides", "data-testid": "overrides" });
  const show = () => {
    const all = overrides.all();
    element.hidden = all.length === 0;
    element.replaceChildren(
      ...all.map(([team, url]) => {
        const button = h("fr-button", { slot: "actions", variant: "secondary" }, "Remove");
        button.addEventListener("click", () => {
          overrides.remove(team);
          show();
          removed();
        });
        const words = h("span", {}, "Loaded from ", h("code", {}, url), ", in this tab only.");
        return h("fr-alert", { tone: "warning", heading: `Override: ${team}` }, words, button);
      }),
    );
  };
  show();
  return element;
}
