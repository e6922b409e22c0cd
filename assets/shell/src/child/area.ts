import "@frontage/ui";
import { CHILD_ERROR, type ChildContext, CONTRACT, type TeamConfig } from "@frontage/contract";
import { h } from "@frontage/ui/dom";
import { BUSY, type RetryOptions } from "../retry.js";
import type { Version } from "./choice.js";
import { elementName, type Instance, mount } from "./instance.js";
import { type Failures, type Loading, loadVersion, messageOf } from "./load.js";

/** What an area needs of the rest of the shell. */
export interface AreaSurroundings {
  /** The versions to try, in this order, as they are at this moment. */
  versions(team: TeamConfig, options: RetryOptions): Promise<readonly Version[]>;
  context(team: TeamConfig): ChildContext;
  readonly loading: Loading;
  readonly failures: Failures;
}

interface Standing extends Instance {
  readonly version: string;
  readonly url: string;
}

/** A child's place on the page. Whatever goes wrong with the child is shown here, and nowhere else. */
export class ChildArea {
  readonly element: HTMLElement;
  readonly #team: TeamConfig;
  readonly #around: AreaSurroundings;
  /** Ends what the present visit has begun. */
  #visit = new AbortController();
  #standing: Standing | undefined;
  /** Errors that nobody caught while a child was coming. */
  #early: (() => void)[] = [];

  constructor(team: TeamConfig, around: AreaSurroundings) {
    this.#team = team;
    this.#around = around;
    this.element = h("div", { class: "child", "data-child": team.name, "data-testid": `child-${team.name}` });
    this.element.addEventListener(CHILD_ERROR, (event) => {
      event.stopPropagation();
      this.#fail(event.detail?.error);
    });
  }

  /** Shows the child as it is released now. One that stands there already, and still is it, stays. */
  async enter(): Promise<void> {
    const visit = this.#begin();
    try {
      const versions = await this.#around.versions(this.#team, this.#retrying(visit));
      if (visit.aborted || this.#stands(versions[0])) {
        return;
      }
      this.#unmount();
      this.#show("loading", h("fr-spinner", { label: `Loading ${this.#team.title}` }));
      await this.#bring(versions, visit);
    } catch (error) {
      if (visit.aborted) {
        return;
      }
      if (this.#standing) {
        // It could not be asked for a newer release: no reason to take away what works.
        console.warn(`${this.#team.name}:`, error);
      } else {
        this.#fail(error);
      }
    }
  }

  leave(): void {
    this.#visit.abort();
    this.#unmount();
    this.element.replaceChildren();
  }

  #begin(): AbortSignal {
    this.#visit.abort();
    this.#visit = new AbortController();
    this.#early = [];
    const { signal } = this.#visit;
    window.addEventListener("error", (event) => this.#heard(event.error ?? event, event.filename), {
      signal,
    });
    window.addEventListener("unhandledrejection", (event) => this.#heard(event.reason), { signal });
    if (!this.#standing) {
      this.#show("loading", h("fr-spinner", { label: `Loading ${this.#team.title}` }));
    }
    return signal;
  }

  /** Retries end with the visit. The spinner tells of them; while a child still stands there is none. */
  #retrying(visit: AbortSignal): RetryOptions {
    const onBusy = () => this.element.querySelector(":scope > fr-spinner")?.setAttribute("label", BUSY);
    return { signal: visit, onBusy };
  }

  #stands(version: Version | undefined): boolean {
    const { state } = this.element.dataset;
    return state === "ready" && version !== undefined && this.#standing?.version === version.version;
  }

  async #bring(versions: readonly Version[], visit: AbortSignal): Promise<void> {
    let last: unknown;
    for (const version of versions) {
      try {
        return await this.#bringOne(version, visit);
      } catch (error) {
        if (visit.aborted) {
          return;
        }
        console.warn(`${this.#team.name} ${version.version}:`, error);
        last = error;
      }
    }
    throw last;
  }

  async #bringOne(version: Version, visit: AbortSignal): Promise<void> {
    if (version.contract !== undefined && version.contract !== CONTRACT) {
      throw new Error(`It was built for contract ${version.contract}, and this shell has ${CONTRACT}`);
    }
    const { failures, loading } = this.#around;
    const { exported, url } = await loadVersion(version, failures, loading, this.#retrying(visit));
    if (visit.aborted) {
      return;
    }
    const place = h("div", { class: "child-place" });
    this.element.append(place);
    const name = elementName(this.#team.name, version.version);
    const instance = await mount(exported, name, place, this.#around.context(this.#team)).catch((error) => {
      place.remove();
      this.#countAsFailed(version);
      throw error;
    });
    const standing = { ...instance, version: version.version, url, unmount: () => takeAway(instance, place) };
    if (visit.aborted) {
      standing.unmount();
      return;
    }
    this.#stand(standing, place);
  }

  /** A version that ran and failed has to run anew at the next try. */
  #countAsFailed(version: Version): void {
    const { failures } = this.#around;
    for (const url of version.urls) {
      failures.set(url, (failures.get(url) ?? 0) + 1);
    }
  }

  #stand(standing: Standing, place: HTMLElement): void {
    this.#standing = standing;
    for (const other of [...this.element.children]) {
      if (other !== place) {
        other.remove();
      }
    }
    this.element.dataset.version = standing.version;
    this.element.dataset.state = "ready";
    this.element.removeAttribute("aria-busy");
    for (const hear of this.#early.splice(0)) {
      hear();
    }
  }

  /**
   * An error that nobody caught. It is this child's if its module stands in the stack; it is the end of the child
   * if there is nothing of it to be seen. A click that failed leaves a working page, so that page stays.
   */
  #heard(error: unknown, file = ""): void {
    const standing = this.#standing;
    if (!standing) {
      this.#early.push(() => this.#heard(error, file));
      return;
    }
    if (!isBlank(standing.element)) {
      return;
    }
    const stack = error instanceof Error ? (error.stack ?? "") : "";
    if (file === standing.url || stack.includes(standing.url)) {
      this.#fail(error);
    }
  }

  #fail(error: unknown): void {
    console.error(`${this.#team.name}:`, error);
    this.#unmount();
    const again = h("fr-button", { slot: "actions", variant: "secondary" }, "Try again");
    again.addEventListener("click", () => void this.#retry());
    const details = h("p", { class: "fr-small child-reason" }, messageOf(error));
    const card = h(
      "fr-alert",
      { tone: "danger", heading: `${this.#team.title} cannot be shown` },
      h("p", {}, "The rest of the page is not affected. Try again, or come back later."),
      details,
      again,
    );
    this.#show("failed", card);
  }

  async #retry(): Promise<void> {
    await this.enter();
    // The button that had the focus is gone.
    this.element.setAttribute("tabindex", "-1");
    this.element.focus({ preventScroll: true });
  }

  #unmount(): void {
    const standing = this.#standing;
    this.#standing = undefined;
    delete this.element.dataset.version;
    try {
      standing?.unmount();
    } catch (error) {
      reportError(error);
    }
  }

  #show(state: "loading" | "failed", content: HTMLElement): void {
    this.element.dataset.state = state;
    this.element.setAttribute("aria-busy", String(state === "loading"));
    this.element.replaceChildren(content);
  }
}

function takeAway(instance: Instance, place: HTMLElement): void {
  instance.unmount();
  place.remove();
}

function isBlank(element: HTMLElement): boolean {
  const content = element.shadowRoot ?? element;
  return content.childElementCount === 0 && !content.textContent?.trim();
}
