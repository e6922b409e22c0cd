import { h } from "@frontage/ui/dom";
import { statusBadge } from "../status.js";
import type { Toggle } from "./answers.js";
import { type Filter, filterOf, matches, pathOf, SHOWS, type Show } from "./filter.js";
import { Notices } from "./parts/notices.js";
import { proposalCard } from "./proposal.js";
import { Row } from "./row.js";
import { rename, type View } from "./view.js";

/** All toggles, with a switch each; those that wait for a second person first. */
export class ListView {
  readonly #view: View;
  readonly #notices = new Notices();
  readonly #waiting = h("fr-card", { heading: "Awaiting approval", hidden: true });
  readonly #rows = new Map<string, Row>();
  readonly #list = h("ul", { role: "list", class: "toggle-list", "aria-label": "Toggles" });
  readonly #count = h("p", { class: "fr-muted fr-small", role: "status" });
  readonly #none = h("p", { class: "fr-muted", hidden: true });
  #filter: Filter;
  /** The proposals on the page, as JSON. */
  #shownWaiting = "[]";

  constructor(view: View) {
    this.#view = view;
    this.#filter = filterOf(location.search);
  }

  show(): void {
    const { element, shell, desk, signal } = this.#view;
    rename(
      element,
      "Toggles",
      "Switch features, for everybody or for some. Changes appear here as they are made.",
    );
    const status = h("span", {});
    const showStatus = () => status.replaceChildren(statusBadge(shell.toggles.status));
    showStatus();
    signal.addEventListener("abort", shell.toggles.onStatus(showStatus));
    const create = h("fr-button", { href: "/toggles?new", variant: "primary" }, "New toggle");
    const actions = h("div", { slot: "actions", class: "fr-row" }, status, create);
    element.replaceChildren(
      actions,
      this.#notices.element,
      this.#waiting,
      h("fr-card", {}, h("div", { class: "fr-stack" }, this.#tools(), this.#count, this.#list, this.#none)),
    );
    this.#draw();
    signal.addEventListener(
      "abort",
      desk.onChange(() => this.#draw()),
    );
    void this.#refresh();
  }

  async #refresh(): Promise<void> {
    const problem = await this.#view.desk.refresh();
    if (problem && !this.#view.signal.aborted) {
      this.#notices.problem(problem, () => void this.#refresh());
    }
  }

  #tools(): HTMLElement {
    const search = h("fr-field", {
      label: "Search",
      type: "search",
      placeholder: "Id, name, group or segment",
      value: this.#filter.search,
      autocomplete: "off",
    });
    search.addEventListener("input", () => this.#choose({ search: search.value }));
    const choices = (Object.entries(SHOWS) as [Show, string][]).map(([show, label]) => {
      const radio = h("input", { type: "radio", name: "show", value: show });
      radio.checked = show === this.#filter.show;
      radio.addEventListener("change", () => this.#choose({ show }));
      return h("label", {}, radio, h("span", {}, label));
    });
    const legend = h("legend", { class: "fr-visually-hidden" }, "Show");
    return h(
      "div",
      { class: "list-tools", role: "search" },
      search,
      h("fieldset", { class: "pills" }, legend, ...choices),
    );
  }

  /** The filter is in the URL: who comes back, or gets the link, sees the same. */
  #choose(change: Partial<Filter>): void {
    this.#filter = { ...this.#filter, ...change };
    this.#view.shell.router.replace(pathOf(this.#filter));
    this.#draw();
  }

  #draw(): void {
    const all = [...this.#view.desk.toggles.values()];
    const shown = all.filter((toggle) => matches(toggle, this.#filter));
    const rows = shown.map((toggle) => this.#row(toggle));
    // A row that is put in its place again would lose the focus.
    if (
      rows.length !== this.#list.children.length ||
      rows.some((row, at) => row !== this.#list.children[at])
    ) {
      this.#list.replaceChildren(...rows);
    }
    for (const id of this.#rows.keys()) {
      if (!this.#view.desk.toggles.has(id)) {
        this.#rows.delete(id);
      }
    }
    this.#list.hidden = shown.length === 0;
    const count = shown.length === all.length ? `${all.length}` : `${shown.length} of ${all.length}`;
    this.#say(`${count} ${all.length === 1 ? "toggle" : "toggles"}`);
    this.#none.hidden = shown.length > 0;
    this.#none.textContent = all.length === 0 ? "There are no toggles yet." : "No toggle is like that.";
    this.#drawWaiting(all);
  }

  #say(count: string): void {
    if (this.#count.textContent !== count) {
      this.#count.textContent = count;
    }
  }

  #row(toggle: Toggle): HTMLElement {
    let row = this.#rows.get(toggle.id);
    if (row === undefined) {
      row = new Row(this.#view, toggle);
      this.#rows.set(toggle.id, row);
    } else {
      row.show(toggle);
    }
    return row.element;
  }

  #drawWaiting(all: readonly Toggle[]): void {
    const waiting = all.filter(({ proposal }) => proposal !== undefined);
    const shown = JSON.stringify(
      waiting.map(({ id, name, revision, proposal }) => [id, name, revision, proposal]),
    );
    // Cards that are on the page already stay, with the focus that they may have.
    if (shown === this.#shownWaiting) {
      return;
    }
    this.#shownWaiting = shown;
    this.#waiting.hidden = waiting.length === 0;
    const decided = (heading: string) => {
      this.#notices.show({ tone: "positive", heading, text: "The list shows the toggle as it is now." });
      this.#notices.focus();
    };
    const cards = waiting.flatMap((toggle) =>
      toggle.proposal ? [proposalCard(this.#view.desk, toggle, toggle.proposal, decided)] : [],
    );
    this.#waiting.replaceChildren(h("div", { class: "fr-stack" }, ...cards));
  }
}
