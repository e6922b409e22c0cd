import { noticeOf } from "@frontage/api";
import { h } from "@frontage/ui/dom";
import type { Change, Toggle, Written } from "./answers.js";
import { explainProblem } from "./conflict.js";
import type { Desk } from "./desk.js";
import { button } from "./parts/control.js";
import { differences, isWake } from "./parts/differences.js";
import { Notices } from "./parts/notices.js";
import { momentText } from "./rules/words.js";

const FIRST = 50;
const MOST = 200;

const WOKEN = "A window has opened or closed, or a step has begun.";

interface HistoryOptions {
  readonly desk: Desk;
  readonly id: string;
  readonly signal: AbortSignal;
  /** The toggle as it is known; `undefined` if it does not exist. */
  readonly toggle: () => Toggle | undefined;
  readonly written: (written: Written) => void;
}

/** The changes of a toggle, newest first, each with a way back. */
export class HistoryCard {
  readonly element = h("fr-card", { heading: "History", "data-part": "history" });
  readonly #options: HistoryOptions;
  readonly #notices = new Notices();
  readonly #place = h("div", { class: "fr-stack" });
  #limit = FIRST;

  constructor(options: HistoryOptions) {
    this.#options = options;
    this.element.append(this.#notices.element, this.#place);
  }

  async load(): Promise<void> {
    const { desk, id, signal } = this.#options;
    if (!this.#place.hasChildNodes()) {
      this.#place.replaceChildren(h("fr-spinner", { label: "Loading the history" }));
    }
    const result = await desk.api.history(id, this.#limit, signal);
    if (signal.aborted) {
      return;
    }
    if (result.ok) {
      this.#show(result.value);
    } else {
      const { tone, heading, text } = noticeOf(result.problem);
      const again = button("Try again", () => void this.load(), { slot: "actions" });
      this.#place.replaceChildren(h("fr-alert", { tone, heading }, text, again));
    }
  }

  #show(changes: readonly Change[]): void {
    if (changes.length === 0) {
      this.#place.replaceChildren(h("p", { class: "fr-muted" }, "No change is recorded yet."));
      return;
    }
    const list = h(
      "ol",
      { role: "list", class: "history" },
      ...changes.map((_, at) => this.#entry(changes, at)),
    );
    const more = () => {
      this.#limit = MOST;
      void this.load();
    };
    const isMore = changes.length >= this.#limit && this.#limit < MOST;
    this.#place.replaceChildren(
      list,
      ...(isMore ? [h("div", {}, button("Show earlier changes", more))] : []),
    );
  }

  #entry(changes: readonly Change[], at: number): HTMLElement {
    const change = changes[at] as Change;
    const { changedAt, revision, by, approvedBy, comment, isDeletion, attributes } = change;
    const time = new Date(changedAt);
    const approved = approvedBy ? `, approved by ${approvedBy}` : "";
    return h(
      "li",
      { "data-revision": revision === undefined ? "" : String(revision) },
      h(
        "div",
        { class: "history-head" },
        h(
          "div",
          { class: "history-words" },
          h("strong", {}, `${by ?? "Unknown"}${approved}`),
          h("time", { class: "fr-muted fr-small", datetime: time.toISOString() }, momentText(changedAt)),
          ...(isDeletion ? [h("fr-badge", { tone: "danger" }, "Deleted")] : []),
        ),
        ...this.#undo(changes, at),
      ),
      ...(comment ? [h("blockquote", {}, comment)] : []),
      ...(isDeletion
        ? []
        : [isWake(change) ? h("p", { class: "fr-muted fr-small" }, WOKEN) : differences(attributes)]),
    );
  }

  /** The newest change is undone by going back to the one before; earlier ones are gone back to. */
  #undo(changes: readonly Change[], at: number): readonly HTMLElement[] {
    const isNewest = at === 0;
    const target = isNewest ? changes[1] : changes[at];
    const toggle = this.#options.toggle();
    if (target?.revision === undefined || target.isDeletion || toggle?.mayFlip === false) {
      return [];
    }
    const { revision, changedAt } = target;
    const text = isNewest ? "Undo" : "Go back to this";
    const label = isNewest ? "Undo the last change" : `Go back to this state, of ${momentText(changedAt)}`;
    return [button(text, () => this.#goBack(revision, changedAt), { variant: "quiet", label })];
  }

  async #goBack(to: number, changedAt: number): Promise<void> {
    const { desk, id, toggle, written, signal } = this.#options;
    const known = toggle()?.revision ?? 0;
    this.#notices.clear();
    const comment = `Back to the state of ${momentText(changedAt)}`;
    const result = await desk.api.rollback(id, to, known, comment);
    if (signal.aborted) {
      return;
    }
    if (result.ok) {
      written(result.value);
    } else {
      const look = () => void desk.reread(id).then(() => this.load());
      await explainProblem(desk, this.#notices, id, known, result.problem, look);
    }
  }
}
