import { h } from "@frontage/ui/dom";
import type { Overrides } from "../child/overrides.js";

/** Says which children are a developer's own, as long as any is. */
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
        const words = h("span", {}, "It comes from ", h("code", {}, url), ", in this tab only.");
        return h("fr-alert", { tone: "warning", heading: `Override: ${team}` }, words, button);
      }),
    );
  };
  show();
  return element;
}
