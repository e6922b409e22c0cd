import type { Toggle, TogglesView } from "@frontage/contract";
import type { Hook } from "@openfeature/web-sdk";

/** The service's route for what was asked for, and the answers of a toggle without a variant. */
const ACTION = "exposed";
const ON = "on";
const OFF = "off";
/** What is asked for within this time of the first is told together. */
const TELL_AFTER = 5_000;
/**
 * The most answers in a message, and the most characters of an id with its answer: API Gateway closes a connection that
 * sends a frame above 32 KB, and a character has up to three bytes.
 */
const MOST = 50;
const LONGEST = 200;

/** Tells which toggles this page load asked for, and what was answered: each answer of a toggle once, and nothing else. */
export class Exposures {
  readonly #send: (message: string) => boolean;
  readonly #asked = new Set<string>();
  /** The ids and answers that are still to be told. */
  #untold: (readonly [id: string, answer: string])[] = [];
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** @param send Sends a message. `false` if that is not possible now. */
  constructor(send: (message: string) => boolean) {
    this.#send = send;
  }

  /** A toggle was asked for, and is this; one that is unknown has no answer. */
  asked(toggle: Toggle | undefined): void {
    if (toggle !== undefined) {
      this.#answered(toggle);
    }
  }

  #answered({ id, isActive, attributes: { variant } }: Toggle): void {
    const answer = typeof variant === "string" ? variant : isActive === false ? OFF : ON;
    const key = JSON.stringify([id, answer]);
    if (!this.#asked.has(key) && key.length <= LONGEST) {
      this.#asked.add(key);
      this.#untold.push([id, answer]);
      this.tellSoon();
    }
  }

  /** What could not be told may be possible now. */
  tellSoon(): void {
    if (this.#untold.length > 0) {
      this.#timer ??= setTimeout(() => this.tell(), TELL_AFTER);
    }
  }

  /** Tells at once, as a page does that may end. What cannot be told waits. */
  tell(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    while (this.#untold.length > 0) {
      const answers = new Map<string, string[]>();
      for (const [id, answer] of this.#untold.slice(0, MOST)) {
        answers.set(id, [...(answers.get(id) ?? []), answer]);
      }
      if (!this.#send(JSON.stringify({ action: ACTION, toggles: Object.fromEntries(answers) }))) {
        return;
      }
      this.#untold.splice(0, MOST);
    }
  }
}

/** The hooks by which evaluations are told, if this page load tells what it asks for. */
export function hooksOf(toggles: TogglesView): Hook[] {
  const { asked } = toggles;
  return asked ? [{ after: ({ flagKey }) => asked(flagKey) }] : [];
}
