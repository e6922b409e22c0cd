import { storageOf } from "@frontage/contract/storage";

/** How long a page may take to become as high as it was. */
const PATIENCE = 3_000;

/** What a person does to scroll, which ends what we do. */
const OWN = ["wheel", "touchstart", "pointerdown", "keydown"] as const;

/** How many entries are remembered over a reload. */
const KEPT = 50;
const KEY = "frontage:scroll";

/**
 * The scroll positions of the history's entries. The browser would restore them at once, when a child that is loaded again
 * has not rendered yet; so they are restored once the page is high enough.
 */
export class ScrollPositions {
  readonly #storage = storageOf(() => sessionStorage);
  readonly #positions = new Map<string, number>(kept(this.#storage));
  #entry = entryOf();
  #restoring = new AbortController();

  /** Takes the positions over from the browser. */
  start(): void {
    history.scrollRestoration = "manual";
    const remember = () => void this.#positions.set(this.#entry, Math.round(scrollY));
    window.addEventListener("scroll", remember, { passive: true });
    window.addEventListener("pagehide", () => {
      remember();
      this.#storage.setItem(KEY, JSON.stringify([...this.#positions].slice(-KEPT)));
    });
  }

  /** Another entry is current. With `top` its page is shown from the top, otherwise as it is. */
  entered(top: boolean): void {
    this.#restoring.abort();
    this.#entry = entryOf();
    if (top) {
      scrollTo(0, 0);
    }
  }

  /** The browser went back or forward to an entry, or the page was loaded again: it is where it was. */
  returned(): void {
    this.entered(false);
    const wanted = this.#positions.get(this.#entry) ?? 0;
    scrollTo(0, wanted);
    if (scrollY < wanted) {
      this.#restoring = new AbortController();
      restore(wanted, this.#restoring.signal);
    }
  }
}

/** The history's entry, also after a reload; its address in browsers without the Navigation API. */
function entryOf(): string {
  const { navigation } = window as { navigation?: { currentEntry?: { key: string } | null } };
  return navigation?.currentEntry?.key ?? location.href;
}

function kept(storage: Storage): [string, number][] {
  try {
    return JSON.parse(storage.getItem(KEY) ?? "[]") as [string, number][];
  } catch {
    return [];
  }
}

function restore(wanted: number, outer: AbortSignal): void {
  const end = new AbortController();
  const signal = AbortSignal.any([outer, end.signal]);
  const resized = new ResizeObserver(() => {
    if (!signal.aborted) {
      scrollTo(0, wanted);
    }
    if (scrollY >= wanted) {
      end.abort();
    }
  });
  resized.observe(document.documentElement);
  const timer = setTimeout(() => end.abort(), PATIENCE);
  signal.addEventListener("abort", () => {
    clearTimeout(timer);
    resized.disconnect();
  });
  for (const event of OWN) {
    window.addEventListener(event, () => end.abort(), { signal, passive: true });
  }
}
