import "@frontage/ui";
import { type ChildContext, CONTRACT, OLDEST_CONTRACT, type TeamConfig } from "@frontage/contract";
import { h } from "@frontage/ui/dom";
import { BUSY, type RetryOptions } from "../retry.js";
import type { Version } from "./choice.js";
import { Faults } from "./faults.js";
import { filled } from "./filled.js";
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

interface Standing {
  readonly version: string;
  /** Removes the child. Its own clean-up runs after the current work: that may be a framework's, rendering this child. */
  unmount(): void;
}

/** A child's place on the page. Failures of the child are shown here, and nowhere else. */
export class ChildArea {
  readonly element: HTMLElement;
  readonly #team: TeamConfig;
  readonly #around: AreaSurroundings;
  /** Ends the work that the current visit has started. */
  #visit = new AbortController();
  #standing: Standing | undefined;
  /** The version that was tried last. */
  #tried = "";

  constructor(team: TeamConfig, around: AreaSurroundings) {
    this.#team = team;
    this.#around = around;
    this.element = h("div", { class: "child", "data-child": team.name, "data-testid": `child-${team.name}` });
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
    if (!this.#standing) {
      this.#show("loading", h("fr-spinner", { label: `Loading ${this.#team.title}` }));
    }
    return this.#visit.signal;
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
    const { contract = CONTRACT } = version;
    if (contract < OLDEST_CONTRACT || contract > CONTRACT) {
      throw new Error(
        `It was built for contract ${contract}, and this shell shows ${OLDEST_CONTRACT} to ${CONTRACT}`,
      );
    }
    this.#tried = version.version;
    const { failures, loading } = this.#around;
    const { exported, url } = await loadVersion(version, failures, loading, this.#retrying(visit));
    if (visit.aborted) {
      return;
    }
    const place = h("div", { class: "child-place" });
    this.element.append(place);
    const faults = new Faults(url, place);
    const name = elementName(this.#team.name, version.version);
    const mounting = mount(exported, name, place, this.#around.context(this.#team));
    const unmount = () => {
      faults.end();
      place.remove();
      queueMicrotask(
        () =>
          void mounting.then(
            (instance) => instance.unmount(),
            () => undefined,
          ),
      );
    };
    try {
      await Promise.race([ready(mounting, faults, visit), faulty(faults)]);
    } catch (error) {
      unmount();
      this.#countAsFailed(version);
      throw error;
    }
    if (visit.aborted) {
      unmount();
      return;
    }
    this.#stand({ version: version.version, unmount }, place);
    faults.onFault((error) => this.#fail(error));
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
  }

  #fail(error: unknown): void {
    console.error(`${this.#team.name}:`, error);
    this.#unmount();
    const again = h("fr-button", { slot: "actions", variant: "secondary" }, "Try again");
    again.addEventListener("click", () => void this.#retry());
    const copy = h("fr-button", { slot: "actions", variant: "quiet" }, "Copy details");
    const report = this.#report(error);
    copy.addEventListener("click", () => void copied(report, copy));
    const details = h("p", { class: "fr-small child-reason" }, messageOf(error));
    const card = h(
      "fr-alert",
      { tone: "danger", heading: `${this.#team.title} cannot be shown` },
      h("p", {}, "The rest of the page is not affected. Try again, or come back later."),
      details,
      copy,
      again,
    );
    this.#show("failed", card);
  }

  /** What a team needs to find the cause. */
  #report(error: unknown): string {
    const stack = error instanceof Error ? (error.stack ?? "") : "";
    const lines = [
      `${this.#team.title} (${this.#team.name}${this.#tried ? ` ${this.#tried}` : ""})`,
      `${new Date().toISOString()} ${location.pathname}`,
      messageOf(error),
      stack,
    ];
    return lines.filter((line) => line !== "").join("\n");
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
    standing?.unmount();
  }

  #show(state: "loading" | "failed", content: HTMLElement): void {
    this.element.dataset.state = state;
    this.element.setAttribute("aria-busy", String(state === "loading"));
    this.element.replaceChildren(content);
  }
}

async function copied(text: string, button: HTMLElement): Promise<void> {
  try {
    await navigator.clipboard.writeText(text);
    button.textContent = "Copied";
  } catch {
    button.textContent = "Not copied: the browser forbids it";
  }
}

/** Rejects with the first error that ends the child while it is mounted. */
function faulty(faults: Faults): Promise<never> {
  return new Promise((_, reject) => faults.onFault(reject));
}

/** Waits until a child has mounted and something of it can be seen. */
async function ready(mounting: Promise<Instance>, faults: Faults, visit: AbortSignal): Promise<void> {
  const { element } = await mounting;
  faults.watch(element);
  await filled(element, visit);
}
