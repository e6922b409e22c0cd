import { CHILD_ERROR } from "@frontage/contract";
import { isBlank } from "./filled.js";

/**
 * The errors of one release of a child, from when it is mounted until it is taken away: those that it reports, and those
 * that nobody caught. An uncaught error is the child's if its module is in the stack, and ends it if nothing of it can be
 * seen: a click that failed leaves a working page, so that page stays.
 */
export class Faults {
  readonly #end = new AbortController();
  readonly #url: string;
  #element: HTMLElement | undefined;
  #uncaughtBefore: unknown[] = [];
  #early: unknown[] = [];
  #hear: ((error: unknown) => void) | undefined;

  /** `url` is the module's on this page, and `place` contains the child. */
  constructor(url: string, place: HTMLElement) {
    this.#url = url;
    const { signal } = this.#end;
    place.addEventListener(
      CHILD_ERROR,
      (event) => {
        event.stopPropagation();
        this.#tell(event.detail?.error);
      },
      { signal },
    );
    window.addEventListener("error", (event) => this.#uncaught(event.error ?? event, event.filename), {
      signal,
    });
    window.addEventListener("unhandledrejection", (event) => this.#uncaught(event.reason), { signal });
  }

  /** Calls `hear` with each error that ends the child, also with one from before. Of two listeners, the later counts. */
  onFault(hear: (error: unknown) => void): void {
    this.#hear = hear;
    for (const error of this.#early.splice(0)) {
      hear(error);
    }
  }

  /** The child has rendered into this element, or is about to. */
  watch(element: HTMLElement): void {
    this.#element = element;
    for (const error of this.#uncaughtBefore.splice(0)) {
      this.#judge(error);
    }
  }

  end(): void {
    this.#end.abort();
  }

  #tell(error: unknown): void {
    if (this.#hear) {
      this.#hear(error);
    } else {
      this.#early.push(error);
    }
  }

  #uncaught(error: unknown, file = ""): void {
    const stack = error instanceof Error ? (error.stack ?? "") : "";
    if (file !== this.#url && !stack.includes(this.#url)) {
      return;
    }
    this.#judge(error);
  }

  /** Frameworks render, and take away what has failed, once the current work has ended. */
  #judge(error: unknown): void {
    const element = this.#element;
    if (element === undefined) {
      this.#uncaughtBefore.push(error);
    } else {
      setTimeout(() => {
        if (!this.#end.signal.aborted && isBlank(element)) {
          this.#tell(error);
        }
      });
    }
  }
}
