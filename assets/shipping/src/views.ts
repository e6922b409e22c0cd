import type { Tone } from "@frontage/ui";
import { html, nothing, type TemplateResult } from "lit";
import { type Parcel, STATUSES, type Status } from "./parcels.js";

/** The input of a parcel's details. */
export interface Details {
  readonly parcel: Parcel;
  readonly arrives: Date;
  /** The path of the list. */
  readonly back: string;
  /** The action for the parcel, or its result. */
  readonly upgrade: TemplateResult | undefined;
}

const TONES: Readonly<Record<Status, Tone>> = {
  preparing: "neutral",
  transit: "accent",
  delivering: "accent",
  delivered: "positive",
  held: "warning",
};

const DAY = new Intl.DateTimeFormat("en-GB", { weekday: "short", day: "numeric", month: "short" });
const HOUR = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit" });

/** `Mon 3 Nov`. */
export function day(date: Date): string {
  return DAY.format(date);
}

/** `16:05`. */
export function hour(date: Date): string {
  return HOUR.format(date);
}

/** The same time tomorrow. */
export function tomorrow(): Date {
  const date = new Date();
  date.setDate(date.getDate() + 1);
  return date;
}

export function statusBadge({ status }: Parcel): TemplateResult {
  return html`<fr-badge tone=${TONES[status]}>${STATUSES[status]}</fr-badge>`;
}

export function expressBadge(): TemplateResult {
  return html`<fr-badge tone="positive">Express</fr-badge>`;
}

/** The first visible effect of the toggle. */
export function expressOffer(): TemplateResult {
  return html`
    <fr-alert class="express" tone="info" heading="Express delivery is here">
      Parcels that have not reached their last depot can arrive tomorrow. Open one to upgrade it, free this week.
    </fr-alert>
  `;
}

/** One parcel, with everything that happened to it. */
export function details({ parcel, arrives, back, upgrade }: Details): TemplateResult {
  return html`
    <fr-card class="details" tabindex="-1" level="3" heading=${parcel.contents}>
      <a slot="actions" class="back" href=${back}>Close</a>
      ${facts(parcel, arrives)} ${upgrade ? html`<div class="upgrade">${upgrade}</div>` : nothing}
      <h4>Journey</h4>
      <ol class="scans">
        ${parcel.scans.map(
          ({ at, place, what }) => html`
            <li>
              <span class="what">${what}</span>
              <span class="minor">${place} · <time datetime=${at.toISOString()}>${day(at)}, ${hour(at)}</time></span>
            </li>
          `,
        )}
      </ol>
    </fr-card>
  `;
}

function facts({ id, recipient, destination, weight, status }: Parcel, arrives: Date): TemplateResult {
  return html`
    <dl class="facts">
      <div><dt>Number</dt><dd class="number">${id}</dd></div>
      <div><dt>${status === "delivered" ? "Arrived" : "Arrives"}</dt><dd class="arrives">${day(arrives)}</dd></div>
      <div><dt>Recipient</dt><dd>${recipient}</dd></div>
      <div><dt>Destination</dt><dd>${destination}</dd></div>
      <div><dt>Weight</dt><dd>${weight.toFixed(1)} kg</dd></div>
    </dl>
  `;
}
