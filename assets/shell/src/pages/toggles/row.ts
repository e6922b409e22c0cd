import { h } from "@frontage/ui/dom";
import { isToBeMade, type Toggle } from "./answers.js";
import { agreed } from "./audience.js";
import { explainProblem } from "./conflict.js";
import { Notices } from "./parts/notices.js";
import { Switch } from "./parts/switch.js";
import { brief, momentText } from "./rules/words.js";
import type { View } from "./view.js";

/** A toggle of the list. Its switch moves once the API has said that it is so. */
export class Row {
  readonly element = h("li", { class: "toggle-row" });
  readonly #view: View;
  readonly #switch: Switch;
  readonly #place = h("div", { class: "toggle-switch" });
  readonly #link = h("a", { class: "toggle-name" });
  readonly #badges = h("div", { class: "fr-row toggle-badges" });
  readonly #words = h("span", { class: "fr-small" });
  readonly #change = h("span", { class: "fr-muted fr-small" });
  readonly #notices = new Notices();
  #toggle: Toggle;

  constructor(view: View, toggle: Toggle) {
    this.#view = view;
    this.#toggle = toggle;
    this.#switch = new Switch(toggle.name, (isOn) => void this.#flip(isOn));
    const title = h("div", { class: "fr-row toggle-title" }, this.#link, this.#badges);
    const words = h("div", { class: "toggle-words" }, title, this.#words, this.#change);
    this.element.append(this.#place, words, this.#notices.element);
    this.#draw();
  }

  /** Shows a later state. */
  show(toggle: Toggle): void {
    if (toggle !== this.#toggle) {
      const isChange = toggle.revision !== this.#toggle.revision;
      this.#toggle = toggle;
      this.#draw();
      this.element.classList.toggle("changed", isChange);
    }
  }

  #draw(): void {
    const { id, name, isActive, mayFlip, rules, isProtected, proposal, lastChange } = this.#toggle;
    this.element.dataset.toggle = id;
    this.element.dataset.active = String(isActive);
    this.#switch.isOn = isActive;
    this.#switch.element.setAttribute("aria-label", name);
    const isThere = !isToBeMade(this.#toggle);
    const state = mayFlip && isThere ? this.#switch.element : stateBadge(isActive);
    if (this.#place.firstChild !== state) {
      this.#place.replaceChildren(state);
    }
    this.#link.textContent = name;
    this.#link.href = `/toggles?id=${encodeURIComponent(id)}`;
    this.#badges.replaceChildren(
      ...(name === id ? [] : [h("code", { class: "fr-muted" }, id)]),
      ...(isProtected ? [h("fr-badge", { tone: "info" }, "Protected")] : []),
      ...(proposal ? [h("fr-badge", { tone: "warning" }, "Awaiting approval")] : []),
    );
    this.#words.textContent = isThere ? brief(isActive, rules) : "Does not exist until it is approved";
    this.#change.textContent = lastChange ? `${lastChange.by}, ${momentText(lastChange.at)}` : "";
  }

  async #flip(isActive: boolean): Promise<void> {
    const { desk, element, signal } = this.#view;
    const { id, revision } = this.#toggle;
    const patch = { revision, isActive };
    this.#notices.clear();
    this.#switch.isBusy = true;
    try {
      // Switching off is never held up.
      if (isActive && !(await agreed(desk.api, element, id, patch, "Switch on"))) {
        return;
      }
      const result = await desk.api.change(id, patch);
      if (signal.aborted) {
        return;
      }
      if (!result.ok) {
        const look = () => {
          this.#notices.clear();
          void desk.reread(id).then(() => this.#switch.element.focus());
        };
        await explainProblem(desk, this.#notices, id, revision, result.problem, look);
      } else if (result.value.kind === "proposed") {
        this.#notices.show({
          tone: "positive",
          heading: "Proposed",
          text: "A second person has to approve it.",
        });
        await desk.reread(id);
      } else if (result.value.toggle) {
        desk.put(result.value.toggle);
      }
    } finally {
      this.#switch.isBusy = false;
    }
  }
}

function stateBadge(isActive: boolean): HTMLElement {
  return h("fr-badge", { tone: isActive ? "positive" : "neutral", dot: true }, isActive ? "On" : "Off");
}
