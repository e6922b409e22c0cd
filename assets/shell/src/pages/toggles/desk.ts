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
  /** Counts the questions. Answers overtake one another: an earlier one says nothing of a toggle that a later one was about. */
  #asked = 0;
  /** The last question about a toggle that was answered, by the toggle's id. */
  readonly #answered = new Map<string, number>();

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
    const question = ++this.#asked;
    const result = await this.api.toggle(id);
    const isUnknown = !result.ok && isCode(result.problem, "unknown-toggle");
    if ((result.ok || isUnknown) && question > this.#lastAnswered(id)) {
      this.#answered.set(id, question);
      if (result.ok) {
        this.put(result.value);
      } else {
        this.#remove(id);
      }
    }
    return isUnknown ? { ok: true, value: undefined, status: 404 } : result;
  }

  /** Takes a toggle as the API gave it, unless a later one is known. */
  put(toggle: Toggle): void {
    const known = this.#toggles.get(toggle.id);
    if (known === undefined || toggle.revision >= known.revision) {
      this.#toggles.set(toggle.id, toggle);
      this.#toggles = inOrder([...this.#toggles.values()]);
      this.#listeners.notify();
    }
  }

  /** It was deleted: what was asked before does not bring it back. */
  drop(id: string): void {
    this.#answered.set(id, ++this.#asked);
    this.#remove(id);
  }

  #remove(id: string): void {
    if (this.#toggles.delete(id)) {
      this.#listeners.notify();
    }
  }

  #lastAnswered(id: string): number {
    return this.#answered.get(id) ?? 0;
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
      const question = ++this.#asked;
      const result = await this.api.overview();
      if (!result.ok) {
        return result.problem;
      }
      this.#take(result.value, question);
    }
    return undefined;
  }

  /** A toggle that was written, read or deleted while they were read is later than what was read. */
  #take(overview: Overview, question: number): void {
    const isLater = (id: string) => this.#lastAnswered(id) > question;
    const read = overview.toggles
      .filter(({ id }) => !isLater(id))
      .map((toggle) => {
        const known = this.#toggles.get(toggle.id);
        return known !== undefined && known.revision > toggle.revision ? known : toggle;
      });
    const later = [...this.#toggles.values()].filter(({ id }) => isLater(id));
    this.#overview = overview;
    this.#toggles = inOrder([...read, ...later]);
    this.#listeners.notify();
  }
}

function inOrder(toggles: readonly Toggle[]): Map<string, Toggle> {
  return byId([...toggles].sort((a, b) => (a.id < b.id ? -1 : 1)));
}

function byId(toggles: readonly Toggle[]): Map<string, Toggle> {
  return new Map(toggles.map((toggle) => [toggle.id, toggle]));
}
