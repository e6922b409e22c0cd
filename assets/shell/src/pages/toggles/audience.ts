import { noticeOf } from "@frontage/api";
import { h } from "@frontage/ui/dom";
import type { Audience, Counts } from "./answers.js";
import type { Patch, TogglesApi } from "./api.js";
import { button } from "./parts/control.js";
import { confirmed } from "./parts/dialog.js";

/** A change for at least this many connections, and this share of all, is asked about before it is made. */
const MANY = 10;
const SHARE = 0.1;

/** How many connections a change affects at least: only sums are known. */
export function affected({ now, after }: Audience): number {
  if (after === undefined) {
    return 0;
  }
  const names = new Set([...Object.keys(now.variants), ...Object.keys(after.variants)]);
  const shifts = [...names].map((name) => Math.abs((after.variants[name] ?? 0) - (now.variants[name] ?? 0)));
  const ofVariants = Math.ceil(shifts.reduce((sum, shift) => sum + shift, 0) / 2);
  return Math.max(Math.abs(after.on - now.on), ofVariants);
}

export function isMany(audience: Audience): boolean {
  const count = affected(audience);
  return count >= MANY && count >= SHARE * audience.now.connections;
}

/** Asks before a change that affects many. One that could not be counted is made without a question. */
export async function agreed(
  api: TogglesApi,
  host: HTMLElement,
  id: string,
  patch: Patch,
  yes: string,
): Promise<boolean> {
  const result = await api.audience(id, patch);
  if (!result.ok || !isMany(result.value)) {
    return true;
  }
  const { now, after } = result.value;
  const count = affected(result.value);
  const text = h(
    "p",
    {},
    `At this moment it is on for ${now.on} of ${now.connections} connections. It will be on for ${after?.on ?? 0}.`,
  );
  return confirmed(host, { heading: `This changes it for ${count} connections`, text: [text], yes });
}

/** For how many of the connections of this moment a toggle is on, and would be with the changes in the form. */
export class AudienceCard {
  readonly element = h("fr-card", { heading: "Who is affected now", "data-part": "audience" });
  readonly #api: TogglesApi;
  readonly #id: string;
  readonly #signal: AbortSignal;
  readonly #place = h("div", { class: "fr-stack", "aria-live": "polite" });
  #patch: Patch | undefined;
  #asking: AbortController | undefined;

  constructor(api: TogglesApi, id: string, signal: AbortSignal) {
    this.#api = api;
    this.#id = id;
    this.#signal = signal;
    this.element.append(this.#place, h("p", { class: "fr-muted fr-small" }, "Connections of this moment."));
    signal.addEventListener("abort", () => this.#asking?.abort());
  }

  /** Counts, with a change if there is one; an earlier count that is under way is given up. */
  async count(patch: Patch | undefined): Promise<void> {
    this.#asking?.abort();
    const asking = new AbortController();
    this.#asking = asking;
    this.#patch = patch;
    this.#place.setAttribute("aria-busy", "true");
    if (!this.#place.hasChildNodes()) {
      this.#place.replaceChildren(h("fr-spinner", { label: "Counting" }));
    }
    const result = await this.#api.audience(this.#id, patch, asking.signal);
    if (asking.signal.aborted || this.#signal.aborted) {
      return;
    }
    this.#place.setAttribute("aria-busy", "false");
    if (result.ok) {
      this.#place.replaceChildren(...figures(result.value));
    } else {
      const again = button("Count again", () => void this.count(this.#patch), { slot: "actions" });
      const { heading, text } = noticeOf(result.problem);
      this.#place.replaceChildren(
        h("fr-alert", { tone: "info", heading: "Not counted" }, `${heading}. ${text}`, again),
      );
    }
  }
}

function figures({ now, after }: Audience): readonly Node[] {
  return [figure("Now", now), ...(after ? [figure("After saving", after, now)] : [])];
}

function figure(title: string, counts: Counts, before?: Counts): HTMLElement {
  const change = before ? counts.on - before.on : 0;
  const badge = h(
    "fr-badge",
    { tone: change > 0 ? "positive" : "warning" },
    `${change > 0 ? "+" : "−"}${Math.abs(change)}`,
  );
  const variants = Object.entries(counts.variants).map(([name, count]) =>
    h("li", {}, h("code", {}, name), ` ${count}`),
  );
  return h(
    "div",
    { class: "figure", "data-figure": before ? "then" : "now" },
    h(
      "div",
      { class: "fr-row" },
      h("span", { class: "fr-small fr-muted" }, title),
      ...(change === 0 ? [] : [badge]),
    ),
    h("p", {}, h("strong", {}, String(counts.on)), ` of ${counts.connections} on`),
    share(title, counts),
    ...(variants.length > 0 ? [h("ul", { role: "list", class: "fr-row fr-small" }, ...variants)] : []),
  );
}

function share(title: string, { on, connections }: Counts): HTMLElement {
  const value = String(connections === 0 ? 0 : on);
  return h("progress", {
    max: String(Math.max(connections, 1)),
    value,
    "aria-label": `${title}: share that is on`,
  });
}
