import type { Channel, Sharing } from "../src/index.js";

/** A browser: its locks, and its channels between tabs. */
export class Browser {
  readonly #tabs = new Set<Tab>();
  readonly #requests: Request[] = [];

  tab(): Tab {
    const tab = new Tab(this);
    this.#tabs.add(tab);
    return tab;
  }

  /** Messages arrive later, and only at tabs that run. */
  post(from: TestChannel, message: unknown): void {
    if (from.tab.state !== "running") {
      return;
    }
    const data: unknown = structuredClone(message);
    for (const tab of this.#tabs) {
      for (const channel of tab.channels) {
        if (channel !== from && channel.name === from.name) {
          queueMicrotask(() => tab.state === "running" && channel.onmessage?.({ data } as MessageEvent));
        }
      }
    }
  }

  request(tab: Tab, name: string, options: LockOptions, hold: () => unknown): Promise<unknown> {
    return new Promise((resolve, reject) => {
      const request: Request = {
        tab,
        name,
        isHeld: false,
        grant: () => void this.#grant(request, hold, resolve),
        reject,
      };
      options.signal?.addEventListener("abort", () => {
        if (!request.isHeld && this.#drop(request)) {
          reject(new DOMException("aborted", "AbortError"));
        }
      });
      const held = this.#requests.find((other) => other.name === name && other.isHeld);
      if (options.steal && held) {
        this.#drop(held);
        held.tab.later(() => held.reject(new DOMException("stolen", "AbortError")));
        this.#requests.unshift(request);
      } else {
        this.#requests.push(request);
      }
      this.#next(name);
    });
  }

  ended(tab: Tab): void {
    this.#tabs.delete(tab);
    for (const request of this.#requests.filter((each) => each.tab === tab)) {
      this.#drop(request);
      this.#next(request.name);
    }
  }

  #next(name: string): void {
    const all = this.#requests.filter((each) => each.name === name);
    if (all[0] && !all.some(({ isHeld }) => isHeld)) {
      all[0].isHeld = true;
      queueMicrotask(all[0].grant);
    }
  }

  async #grant(request: Request, hold: () => unknown, resolve: (value: unknown) => void): Promise<void> {
    const value = await hold();
    if (this.#drop(request)) {
      this.#next(request.name);
    }
    resolve(value);
  }

  #drop(request: Request): boolean {
    const index = this.#requests.indexOf(request);
    return index >= 0 && this.#requests.splice(index, 1).length > 0;
  }
}

interface Request {
  readonly tab: Tab;
  readonly name: string;
  isHeld: boolean;
  readonly grant: () => void;
  readonly reject: (error: unknown) => void;
}

/** A tab, as the code in it sees its browser. */
export class Tab {
  readonly channels = new Set<TestChannel>();
  readonly sharing: Sharing;
  state: "running" | "frozen" | "dead" = "running";
  readonly #browser: Browser;
  readonly #waiting: (() => void)[] = [];

  constructor(browser: Browser) {
    this.#browser = browser;
    const tab = this;
    this.sharing = {
      Channel: class extends TestChannel {
        constructor(name: string) {
          super(browser, tab, name);
        }
      },
      locks: {
        request: (name: string, options: LockOptions, hold: () => unknown) =>
          browser.request(tab, name, options, hold),
      } as Pick<LockManager, "request">,
    };
  }

  /** It crashes: nothing in it runs any more, and what it holds is free. */
  dies(): void {
    this.state = "dead";
    this.#browser.ended(this);
  }

  /** Nothing in it runs, and it keeps what it holds. */
  freezes(): void {
    this.state = "frozen";
  }

  thaws(): void {
    this.state = "running";
    for (const then of this.#waiting.splice(0)) {
      then();
    }
  }

  /** Runs `then` once the tab runs. */
  later(then: () => void): void {
    this.state === "frozen" ? this.#waiting.push(then) : queueMicrotask(then);
  }
}

class TestChannel implements Channel {
  onmessage: ((event: MessageEvent) => void) | null = null;
  readonly tab: Tab;
  readonly name: string;
  readonly #browser: Browser;

  constructor(browser: Browser, tab: Tab, name: string) {
    this.#browser = browser;
    this.tab = tab;
    this.name = name;
    tab.channels.add(this);
  }

  postMessage(message: unknown): void {
    this.#browser.post(this, message);
  }

  close(): void {
    this.tab.channels.delete(this);
  }
}
