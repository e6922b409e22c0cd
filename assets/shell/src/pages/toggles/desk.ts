import { type Notice, noticeOf, type Problem, type Result } from "@frontage/api";
import type { TogglesView } from "@frontage/contract";
import { Listeners } from "@frontage/contract/listeners";
import type { Overview, Toggle } from "./answers.js";
import { isCode, TogglesApi, type Tokens } from "./api.js";
import type { Draft } from "./form.js";

/** Who asks for the page: an operator with a desk, or another person; or the API could not be asked. */
export type Answer =
  | { readonly kind: "operator"; readonly desk: Desk }
  | { readonly kind: "other" }
  | { readonly kind: "failed"; readonly notice: Notice };

/** Asks the API who is signed in. */
export async function openDesk(url: string, session: Tokens): Promise<Answer> {
  const api = new TogglesApi(url, session);
  const result = await api.overview();
  if (result.ok) {
    return { kind: "operator", desk: new Desk(api, result.value) };
  }
  const { problem } = result;
  return problem.kind === "forbidden" ? { kind: "other" } : { kind: "failed", notice: noticeOf(problem) };
}

/** The most toggles that are asked for one by one; above it, all are. */
const FEW = 5;

/** What the views of an operator share: the toggles as the API last gave them, and unsaved changes. */
export class Desk {
  readonly api: TogglesApi;
  /** Unsaved changes, by the toggle's id: they outlast a visit to another page. */
  readonly drafts = new Map<string, Draft>();
  readonly #listeners = new Listeners<void>();
  #overview: Overview;
  #toggles: Map<string, Toggle>;
  #refreshing: Promise<Problem | undefined> | undefined;
  /** Whether something has changed since the refresh that is under way began. */
  #isOutdated = false;

  constructor(api: TogglesApi, overview: Overview) {
    this.api = api;
    this.#overview = overview;
    this.#toggles = byId(overview.toggles);
  }

  get overview(): Overview {
    return this.#overview;
  }

  /** By their ids, in the order of ids. */
  get toggles(): ReadonlyMap<string, Toggle> {
    return this.#toggles;
  }

  onChange(listener: () => void): () => void {
    return this.#listeners.add(listener);
  }

  /** Reads all toggles again. If that is under way, it is done once more. */
  refresh(): Promise<Problem | undefined> {
    this.#isOutdated = true;
    this.#refreshing ??= this.#refresh().finally(() => {
      this.#refreshing = undefined;
    });
    return this.#refreshing;
  }

  /** Reads one toggle again. `undefined` if it does not exist any more. */
  async reread(id: string): Promise<Result<Toggle | undefined>> {
    const result = await this.api.toggle(id);
    if (result.ok) {
      this.put(result.value);
    } else if (isCode(result.problem, "unknown-toggle")) {
      this.drop(id);
      return { ok: true, value: undefined, status: 404 };
    }
    return result;
  }

  /** Takes a toggle as the API gave it, unless a later one is known. */
  put(toggle: Toggle): void {
    const known = this.#toggles.get(toggle.id);
    if (known === undefined || toggle.revision >= known.revision) {
      this.#toggles.set(toggle.id, toggle);
      this.#toggles = byId([...this.#toggles.values()].sort((a, b) => (a.id < b.id ? -1 : 1)));
      this.#listeners.notify();
    }
  }

  drop(id: string): void {
    if (this.#toggles.delete(id)) {
      this.#listeners.notify();
    }
  }

  /**
   * Reads again what the page's own connection says has changed, and everything once the page is shown again: proposals
   * are told to no connection.
   */
  follow(toggles: TogglesView, signal: AbortSignal): void {
    let isLive = toggles.status === "live";
    const ends = [
      toggles.onChange(({ changed }) => void this.#reread(changed)),
      toggles.onStatus((status) => {
        if (status === "live" && !isLive) {
          void this.refresh();
        }
        isLive = status === "live";
      }),
    ];
    const shown = () => {
      if (document.visibilityState === "visible") {
        void this.refresh();
      }
    };
    document.addEventListener("visibilitychange", shown, { signal });
    signal.addEventListener("abort", () => {
      for (const end of ends) {
        end();
      }
    });
  }

  async #reread(changed: readonly string[]): Promise<void> {
    if (changed.length > FEW) {
      await this.refresh();
    } else {
      await Promise.all(changed.map((id) => this.reread(id)));
    }
  }

  async #refresh(): Promise<Problem | undefined> {
    while (this.#isOutdated) {
      this.#isOutdated = false;
      const result = await this.api.overview();
      if (!result.ok) {
        return result.problem;
      }
      this.#take(result.value);
    }
    return undefined;
  }

  /** A toggle that was written while they were read is later than what was read. */
  #take(overview: Overview): void {
    const later = (toggle: Toggle) => {
      const known = this.#toggles.get(toggle.id);
      return known !== undefined && known.revision > toggle.revision ? known : toggle;
    };
    this.#overview = overview;
    this.#toggles = byId(overview.toggles.map(later));
    this.#listeners.notify();
  }
}

function byId(toggles: readonly Toggle[]): Map<string, Toggle> {
  return new Map(toggles.map((toggle) => [toggle.id, toggle]));
}
