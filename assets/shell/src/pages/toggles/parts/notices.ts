import { type Notice, noticeOf, type Problem } from "@frontage/api";
import { h } from "@frontage/ui/dom";
import { button } from "./control.js";

interface Shown extends Notice {
  readonly actions?: readonly HTMLElement[];
}

/**
 * A place for one message. It is above what it speaks of, and comes into view; good news is read out from a region that
 * was there before it.
 */
export class Notices {
  readonly element = h("div", { class: "notices", tabindex: "-1" });
  readonly #said = h("div", { class: "fr-visually-hidden", role: "status" });
  readonly #place = h("div", { class: "fr-stack" });

  constructor() {
    this.element.append(this.#said, this.#place);
  }

  clear(): void {
    this.#place.replaceChildren();
    this.#said.textContent = "";
  }

  show({ tone, heading, text, actions = [] }: Shown | (Omit<Shown, "tone"> & { tone: "positive" })): void {
    for (const action of actions) {
      action.slot = "actions";
    }
    this.#place.replaceChildren(h("fr-alert", { tone, heading }, text, ...actions));
    this.#said.textContent = tone === "positive" || tone === "info" ? `${heading}. ${text}` : "";
    this.element.scrollIntoView?.({ block: "nearest" });
  }

  /** Takes the focus: what had it is not on the page any more. */
  focus(): void {
    this.element.focus();
  }

  /** A problem in the service's words, with a button that tries again if that may help. */
  problem(problem: Problem, again?: () => void): void {
    const actions = again && problem.passes ? [button("Try again", again)] : [];
    this.show({ ...noticeOf(problem), actions });
  }
}
