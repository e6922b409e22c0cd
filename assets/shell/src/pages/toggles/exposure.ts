import { noticeOf } from "@frontage/api";
import { h } from "@frontage/ui/dom";
import type { Exposure } from "./answers.js";
import type { View } from "./view.js";

/** The days that are looked at, of which today is one. */
const DAYS = 30;

/** In how many page loads a toggle was asked for, and what was answered: nothing if the system does not count. */
export function exposureCard({ desk, shell, signal }: View, id: string): readonly HTMLElement[] {
  const { exposure: share } = shell.config.toggles;
  if (share === undefined) {
    return [];
  }
  const place = h("div", { class: "fr-stack" }, h("fr-spinner", { label: "Loading the counts" }));
  const sampled = share < 1 ? `, of the ${percent(share)} that are counted` : "";
  const note = `Page loads of the last ${DAYS} days${sampled}.`;
  void desk.api.exposure(id, DAYS, signal).then((result) => {
    if (!signal.aborted) {
      place.replaceChildren(...(result.ok ? counts(result.value) : [problem(noticeOf(result.problem))]));
    }
  });
  return [
    h(
      "fr-card",
      { heading: "Asked for", "data-part": "exposure" },
      place,
      h("p", { class: "fr-muted fr-small" }, note),
    ),
  ];
}

function counts({ last, answers }: Exposure): readonly HTMLElement[] {
  const sorted = Object.entries(answers).sort(([, one], [, other]) => other - one);
  if (last === undefined || sorted.length === 0) {
    return [h("p", {}, h("strong", {}, `By nobody in ${DAYS} days`))];
  }
  const all = sorted.reduce((sum, [, count]) => sum + count, 0);
  const entries = sorted.map(([answer, count]) => {
    const words = `${NUMBER.format(count)} (${percent(count / all)})`;
    return h(
      "li",
      { class: "figure", "data-answer": answer },
      h("p", {}, h("code", {}, answer), " ", h("strong", {}, words)),
      h("progress", { max: String(all), value: String(count), "aria-label": `Share of ${answer}` }),
    );
  });
  const day = DAY.format(Date.parse(last));
  return [
    h("ul", { role: "list", class: "fr-stack" }, ...entries),
    h("p", {}, "Last asked for on ", h("time", { datetime: last }, day)),
  ];
}

function problem({ heading, text }: { readonly heading: string; readonly text: string }): HTMLElement {
  return h("fr-alert", { tone: "info", heading: "Not known" }, `${heading}. ${text}`);
}

const NUMBER = new Intl.NumberFormat("en");
const PERCENT = new Intl.NumberFormat("en", { style: "percent", maximumSignificantDigits: 2 });
/** Days are counted in UTC. */
const DAY = new Intl.DateTimeFormat("en-GB", { dateStyle: "medium", timeZone: "UTC" });

function percent(share: number): string {
  return PERCENT.format(share);
}
