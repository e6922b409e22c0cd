import type { Theme, ThemeView, Unsubscribe } from "@frontage/contract";
import { Listeners } from "@frontage/contract/listeners";
import { storageOf } from "@frontage/contract/storage";

/** The user's choice. */
export type Choice = Theme | "system";

const KEY = "frontage:theme";

/** Light, dark, or as in the operating system. The choice is stored in the browser, and applies to its other tabs too. */
export class ThemeSwitch implements ThemeView {
  readonly #listeners = new Listeners<Theme>();
  readonly #storage = storageOf(() => localStorage);
  readonly #dark = matchMedia("(prefers-color-scheme: dark)");
  #choice: Choice = "system";
  #told: Theme;

  constructor() {
    this.#read();
    this.#told = this.current;
    this.#dark.addEventListener("change", () => this.#apply());
    window.addEventListener("storage", ({ key }) => {
      if (key === KEY) {
        this.#read();
        this.#apply();
      }
    });
    this.#apply();
  }

  get choice(): Choice {
    return this.#choice;
  }

  get current(): Theme {
    const system = this.#dark.matches ? "dark" : "light";
    return this.#choice === "system" ? system : this.#choice;
  }

  choose(choice: Choice): void {
    this.#choice = choice;
    this.#storage.setItem(KEY, choice);
    this.#apply();
  }

  onChange(listener: (theme: Theme) => void): Unsubscribe {
    return this.#listeners.add(listener);
  }

  #read(): void {
    const kept = this.#storage.getItem(KEY);
    this.#choice = kept === "light" || kept === "dark" ? kept : "system";
  }

  #apply(): void {
    const { dataset } = document.documentElement;
    if (this.#choice === "system") {
      delete dataset.theme;
    } else {
      dataset.theme = this.#choice;
    }
    if (this.#told !== this.current) {
      this.#told = this.current;
      this.#listeners.notify(this.#told);
    }
  }
}
