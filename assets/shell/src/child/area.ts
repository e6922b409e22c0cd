import "@frontage/ui";
import { CHILD_ERROR, type ChildContext, CONTRACT, type TeamConfig } from "@frontage/contract";
import { h } from "@frontage/ui/dom";
import { BUSY, type RetryOptions } from "../retry.js";
import type { Version } from "./choice.js";
import { elementName, type Instance, mount } from "./instance.js";
import { type Failures, type Loading, loadVersion, messageOf } from "./load.js";

/** The parts of the shell that an area needs. */
export interface AreaSurroundings {
  /** The versions to try, in this order, at this moment. */
  versions(team: TeamConfig, options: RetryOptions): Promise<readonly Version[]>;
  context(team: TeamConfig): ChildContext;
  readonly loading: Loading;
  readonly failures: Failures;
}

interface Standing extends Instance {
  readonly version: string;
  readonly url: string;
}

/** A child's place on the page. Failures of the child are shown here, and nowhere else. */
export class ChildArea {
  readonly element: HTMLElement;
  readonly #team: TeamConfig;
  readonly #around: AreaSurroundings;
  /** Ends the work that the current visit has started. */
  #visit = new AbortController();
  #standing: Standing | undefined;
  /** Errors that were not caught while a child was loading. */
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

  /** Shows the child as currently released. A child that is already shown and current stays. */
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
        // The newer release could not be determined: no reason to remove a working child.
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

  /** A version that ran and failed must be loaded again on the next attempt. */
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
   * An uncaught error. It is this child's if its module is in the stack; it ends the child if nothing of it is visible.
   * A click that failed leaves a working page, so that page stays.
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
