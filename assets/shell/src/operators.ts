import type { Unsubscribe } from "@frontage/contract";
import { Listeners } from "@frontage/contract/listeners";
import type { Session } from "@frontage/session";
import type { Answer } from "./pages/toggles/desk.js";

/** Whether the signed-in person may see the toggles' page: `unknown` until the API has said. */
export type Standing = "unknown" | "operator" | "other";

/**
 * Asks the toggles' API once per sign-in whether the person is an operator. Its client is loaded when it is first needed.
 * Who is in no group is none, without a question.
 */
export class Operators {
  readonly #url: string;
  readonly #session: Pick<Session, "user" | "onChange" | "getIdToken">;
  readonly #listeners = new Listeners<Standing>();
  #standing: Standing = "unknown";
  #who: string;
  #answer: Promise<Answer> | undefined;

  /** `url` is the API's. */
  constructor(url: string, session: Pick<Session, "user" | "onChange" | "getIdToken">) {
    this.#url = url;
    this.#session = session;
    this.#who = this.#current();
    session.onChange(() => this.#changed());
  }

  get standing(): Standing {
    return this.#standing;
  }

  onChange(listener: (standing: Standing) => void): Unsubscribe {
    return this.#listeners.add(listener);
  }

  /** The answer for who is signed in. One that could not be had is asked for again. */
  ask(): Promise<Answer> {
    this.#answer ??= this.#ask(this.#who);
    return this.#answer;
  }

  async #ask(who: string): Promise<Answer> {
    const answer = await this.#answerOf();
    if (who === this.#who) {
      if (answer.kind === "failed") {
        this.#answer = undefined;
      }
      this.#become(answer.kind === "failed" ? "unknown" : answer.kind);
    }
    return answer;
  }

  async #answerOf(): Promise<Answer> {
    if (!this.#session.user?.groups.length) {
      return { kind: "other" };
    }
    try {
      const { openDesk } = await import("./pages/toggles/desk.js");
      return await openDesk(this.#url, this.#session);
    } catch (error) {
      // A module that could not be loaded is not asked for again by the browser.
      console.error(error);
      const text = "Reload the page to try again.";
      return { kind: "failed", notice: { tone: "danger", heading: "This page could not be loaded", text } };
    }
  }

  #changed(): void {
    const who = this.#current();
    if (who !== this.#who) {
      this.#who = who;
      const wasAsked = this.#answer !== undefined && this.#session.user !== undefined;
      this.#answer = undefined;
      this.#become("unknown");
      if (wasAsked) {
        void this.ask();
      }
    }
  }

  #become(standing: Standing): void {
    if (standing !== this.#standing) {
      this.#standing = standing;
      this.#listeners.notify(standing);
    }
  }

  /** The person and their groups: with other groups, it may be another answer. */
  #current(): string {
    const { user } = this.#session;
    return user ? JSON.stringify([user.id, ...[...user.groups].sort()]) : "";
  }
}

/** Hides an element from whom the toggles' page is not for. Returns how to stop. */
export function shownTo(operators: Operators | undefined, element: HTMLElement | null): () => void {
  if (operators === undefined || element === null) {
    return () => undefined;
  }
  const show = () => {
    element.hidden = operators.standing !== "operator";
  };
  show();
  return operators.onChange(show);
}
