import type { Browser } from "./browser.js";
import type { Tokens } from "./login.js";

const CHANNEL = "frontage:session";

/** How long a new tab waits for another's answer. An open tab answers at once; one that the browser has frozen does not. */
const PATIENCE = 200;

/** What tabs tell each other. Only pages of this origin hear it, which could ask the session for its tokens as well. */
type Message =
  | { readonly kind: "ask" }
  | { readonly kind: "tokens"; readonly tokens: Tokens }
  | { readonly kind: "end" };

/** What a tab does for the others. */
export interface Part {
  /** Its tokens, if it has some that are valid for a while. */
  tokens(): Tokens | undefined;
  /** Another tab has these now. */
  take(tokens: Tokens): void;
  /** Somebody has signed out. */
  end(): void;
}

/** The tabs of this browser. */
export class Tabs {
  readonly #channel: BroadcastChannel;
  readonly #part: Part;
  #answered: ((tokens: Tokens) => void) | undefined;

  constructor(browser: Browser, part: Part) {
    this.#part = part;
    this.#channel = browser.openChannel(CHANNEL);
    this.#channel.onmessage = (event) => this.#heard(event.data as Message);
  }

  /** Asks the others for their tokens. */
  ask(): Promise<Tokens | undefined> {
    return new Promise((resolve) => {
      const timer = setTimeout(() => resolve(undefined), PATIENCE);
      this.#answered = (tokens) => {
        clearTimeout(timer);
        resolve(tokens);
      };
      this.#say({ kind: "ask" });
    });
  }

  /** Tells the others of a sign-in or a renewal. */
  tell(tokens: Tokens): void {
    this.#say({ kind: "tokens", tokens });
  }

  tellEnd(): void {
    this.#say({ kind: "end" });
  }

  #say(message: Message): void {
    this.#channel.postMessage(message);
  }

  #heard(message: Message): void {
    switch (message.kind) {
      case "ask": {
        const tokens = this.#part.tokens();
        if (tokens !== undefined) {
          this.tell(tokens);
        }
        break;
      }
      case "tokens":
        this.#answered?.(message.tokens);
        this.#answered = undefined;
        this.#part.take(message.tokens);
        break;
      case "end":
        this.#part.end();
        break;
    }
  }
}
