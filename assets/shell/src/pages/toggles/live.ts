import type { Toggle, TogglesStatus } from "@frontage/contract";
import { h } from "@frontage/ui/dom";
import type { Shell } from "../../shell.js";
import type { Page } from "../page.js";
import { statusBadge } from "../status.js";

const NOTES: Readonly<Record<TogglesStatus, string>> = {
  live: "",
  polling: "There is no live connection. Changes appear here within half a minute or so.",
  stale: "Connecting. Below is the last known state.",
  offline: "There is no connection. Below is the last known state.",
};

/** Every toggle, with its state for who is signed in. */
export function livePage({ toggles }: Shell): Page {
  const badge = h("span", { slot: "actions" });
  const note = h("fr-alert", { tone: "info" });
  const list = new ToggleList();
  const element = h(
    "fr-page",
    {
      heading: "Toggles",
      lead: "Feature toggles of the whole system. Changes appear here as they are made.",
    },
    badge,
    note,
    list.element,
  );
  const showStatus = (status: TogglesStatus) => {
    badge.replaceChildren(statusBadge(status));
    note.textContent = NOTES[status];
    note.hidden = status === "live";
  };
  const show = (changed: readonly string[]) => list.show(toggles.toggles, changed);
  const ends = [toggles.onStatus(showStatus), toggles.onChange(({ changed }) => show(changed))];
  showStatus(toggles.status);
  show([]);
  return {
    title: "Toggles",
    element,
    leave: () => {
      for (const end of ends) {
        end();
      }
    },
  };
}

/** One row per toggle. Rows of remaining toggles are kept, so that a change is visible as a change. */
class ToggleList {
  readonly element = h("fr-card");
  readonly #body = h("tbody");
  readonly #table = table(this.#body);
  readonly #rows = new Map<string, { readonly row: HTMLElement; readonly toggle: Toggle }>();

  show(toggles: ReadonlyMap<string, Toggle>, changed: readonly string[]): void {
    const isNew = new Set(changed);
    const rows = [...toggles.values()].map((toggle) => this.#row(toggle, isNew.has(toggle.id)));
    for (const id of this.#rows.keys()) {
      if (!toggles.has(id)) {
        this.#rows.delete(id);
      }
    }
    this.#body.replaceChildren(...rows);
    this.element.replaceChildren(rows.length > 0 ? this.#table : none());
  }

  #row(toggle: Toggle, isNew: boolean): HTMLElement {
    const known = this.#rows.get(toggle.id);
    if (known?.toggle === toggle) {
      known.row.classList.remove("changed");
      return known.row;
    }
    const row = rowOf(toggle);
    row.classList.toggle("changed", isNew);
    this.#rows.set(toggle.id, { row, toggle });
    return row;
  }
}

function table(body: HTMLElement): HTMLElement {
  const titles = ["Toggle", "Key", "State"].map((text) => h("th", { scope: "col" }, text));
  const caption = h("caption", { class: "fr-visually-hidden" }, "Toggles and their state");
  return h("table", { class: "toggles" }, caption, h("thead", {}, h("tr", {}, ...titles)), body);
}

function none(): HTMLElement {
  const command = h("code", {}, "frontage toggles set 1 on");
  return h("p", { class: "fr-muted" }, "There are no toggles yet. ", command, " creates the first one.");
}

/** The attributes with their own column. */
const SHOWN = new Set(["featureId", "featureName", "isActive"]);

function rowOf({ id, name, isActive, attributes }: Toggle): HTMLElement {
  const extras = Object.entries(attributes)
    .filter(([key]) => !SHOWN.has(key))
    .map(([key, value]) => h("span", { class: "toggle-extra" }, `${key} = ${JSON.stringify(value)}`));
  return h(
    "tr",
    { "data-toggle": id, "data-active": isActive === undefined ? "" : String(isActive) },
    h("th", { scope: "row" }, h("span", { class: "toggle-name" }, name), ...extras),
    h("td", {}, h("code", { class: "fr-muted" }, id)),
    h("td", {}, stateBadge(isActive)),
  );
}

function stateBadge(isActive: boolean | undefined): HTMLElement {
  if (isActive === undefined) {
    return h("fr-badge", {}, "No state");
  }
  return h("fr-badge", { tone: isActive ? "positive" : "neutral", dot: true }, isActive ? "On" : "Off");
}
