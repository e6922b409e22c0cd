import { type ChildContext, type ChildElement, reportChildError, type Unsubscribe } from "@frontage/contract";
import { readAccess } from "@frontage/session";
import { base, sheet } from "@frontage/ui";
import { html, LitElement, nothing, type PropertyValues, type TemplateResult } from "lit";
import { repeat } from "lit/directives/repeat.js";
import { isExpressOn, onExpress } from "./express.js";
import { canExpress, count, matches, type Parcel, parcels, STATUSES, type Status } from "./parcels.js";
import css from "./shipping.css?inline";
import { day, details, expressBadge, expressOffer, hour, statusBadge, tomorrow } from "./views.js";

/** Subscriptions that must end when the element leaves the page. */
type Subscriptions = readonly Unsubscribe[];

/**
 * Shipping: parcels, their location, and the actions for them.
 *
 * `/` lists them, `/FR-20931` shows one next to the list. The class is exported without being defined: the shell gives
 * each release its own element name.
 */
export default class Shipping extends LitElement implements ChildElement {
  static override readonly styles = [base, sheet(css)];

  static override readonly properties = {
    context: { attribute: false },
    express: { state: true },
    hurried: { state: true },
    path: { state: true },
    status: { state: true },
    validUntil: { state: true },
    words: { state: true },
  };

  declare context?: ChildContext;
  declare private express: boolean;
  /** The parcels that were upgraded to express, kept as long as the page. */
  declare private hurried: ReadonlySet<string>;
  declare private path: string;
  declare private status: Status | "all";
  declare private validUntil: Date | undefined;
  declare private words: string;

  readonly #parcels = parcels(new Date());
  #subscriptions: Subscriptions = [];

  constructor() {
    super();
    this.express = false;
    this.hurried = new Set();
    this.path = "/";
    this.status = "all";
    this.words = "";
  }

  override connectedCallback(): void {
    super.connectedCallback();
    const { context } = this;
    if (!context) return;
    this.express = isExpressOn();
    this.path = context.path;
    this.#subscriptions = [
      onExpress(() => {
        this.express = isExpressOn();
      }),
      context.session.onChange(() => this.requestUpdate()),
      context.onNavigate((path) => {
        this.path = path;
      }),
    ];
    void this.#askAccess(context);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    for (const unsubscribe of this.#subscriptions) unsubscribe();
    this.#subscriptions = [];
  }

  /** Lit leaves an error of rendering as a rejected promise that is never awaited; the shell shows it instead. */
  protected override performUpdate(): void {
    try {
      super.performUpdate();
    } catch (error) {
      reportChildError(this, error);
    }
  }

  /** A user who opens a parcel with the keyboard or a screen reader continues reading there. */
  protected override updated(changed: PropertyValues): void {
    if (changed.get("path") !== undefined && this.#open) {
      this.renderRoot.querySelector<HTMLElement>(".details")?.focus();
    }
  }

  protected override render(): TemplateResult {
    const moving = this.#parcels.filter(({ status }) => status !== "delivered").length;
    return html`
      <fr-page level="2" heading="Shipping" lead="${moving} of ${this.#parcels.length} parcels are on their way">
        ${this.express ? expressOffer() : nothing}
        <div class="columns" ?data-open=${this.#open !== undefined}>
          <section class="list" aria-label="Parcels">${this.#filter()} ${this.#list()}</section>
          ${this.#details()}
        </div>
        ${this.#signedIn()}
      </fr-page>
    `;
  }

  get #open(): Parcel | undefined {
    const id = this.path.slice(1).split("?")[0];
    return this.#parcels.find((parcel) => parcel.id === id);
  }

  #filter(): TemplateResult {
    const counts = count(this.#parcels);
    return html`
      <div class="filter">
        <fr-field
          label="Search"
          type="search"
          placeholder="Number, recipient or place"
          .value=${this.words}
          @input=${this.#search}
        ></fr-field>
        <div class="statuses" role="group" aria-label="Status">
          ${this.#choice("all", "All", this.#parcels.length)}
          ${(Object.keys(STATUSES) as Status[]).map((status) =>
            this.#choice(status, STATUSES[status], counts.get(status) ?? 0),
          )}
        </div>
      </div>
    `;
  }

  #choice(status: Status | "all", name: string, number: number): TemplateResult {
    return html`
      <button type="button" aria-pressed=${this.status === status} @click=${() => this.#choose(status)}>
        ${name} <span class="number">${number}</span>
      </button>
    `;
  }

  #list(): TemplateResult {
    const found = this.#parcels.filter((parcel) => matches(parcel, this.status, this.words));
    return html`
      <p class="fr-visually-hidden" role="status">${found.length === 1 ? "1 parcel" : `${found.length} parcels`}</p>
      ${found.length === 0 ? html`<p class="empty">No parcels match.</p>` : nothing}
      <ul class="parcels">
        ${repeat(
          found,
          ({ id }) => id,
          (parcel) => html`<li>${this.#row(parcel)}</li>`,
        )}
      </ul>
    `;
  }

  #row(parcel: Parcel): TemplateResult {
    const { id, contents, recipient, destination } = parcel;
    return html`
      <a class="row" href="${this.context?.basePath}/${id}" aria-current=${this.#open === parcel ? "true" : nothing}>
        <span class="what"><strong>${contents}</strong><span class="minor">${id} · ${recipient}</span></span>
        <span class="where">${destination}<span class="minor">${day(this.#arrival(parcel))}</span></span>
        <span class="state">${statusBadge(parcel)} ${this.#isHurried(parcel) ? expressBadge() : nothing}</span>
      </a>
    `;
  }

  #details(): TemplateResult | typeof nothing {
    const parcel = this.#open;
    if (!parcel) return nothing;
    return details({
      parcel,
      arrives: this.#arrival(parcel),
      back: `${this.context?.basePath}/`,
      upgrade: this.#upgrade(parcel),
    });
  }

  /** The action for a parcel, while the offer lasts. */
  #upgrade(parcel: Parcel): TemplateResult | undefined {
    if (this.#isHurried(parcel)) return html`<p class="hurried">${expressBadge()} It arrives tomorrow.</p>`;
    if (!this.express || !canExpress(parcel)) return undefined;
    return html`<fr-button variant="primary" @click=${() => this.#hurry(parcel)}>Send by express</fr-button>`;
  }

  #signedIn(): TemplateResult | typeof nothing {
    const user = this.context?.session.user;
    if (!user) return nothing;
    const until = this.validUntil ? html` · access until ${hour(this.validUntil)}` : nothing;
    return html`<p class="who">Signed in as <strong>${user.name}</strong>${until}</p>`;
  }

  #arrival({ id, arrives }: Parcel): Date {
    return this.hurried.has(id) ? tomorrow() : arrives;
  }

  #isHurried({ id }: Parcel): boolean {
    return this.hurried.has(id);
  }

  #search(event: Event): void {
    this.words = (event.target as HTMLElement & { value: string }).value;
  }

  #choose(status: Status | "all"): void {
    this.status = status;
  }

  #hurry({ id }: Parcel): void {
    this.hurried = new Set([...this.hurried, id]);
  }

  /** A request to an API would get its token in the same way: requested when needed, stored nowhere. */
  async #askAccess({ session }: ChildContext): Promise<void> {
    try {
      this.validUntil = readAccess(await session.getAccessToken()).expires;
    } catch {
      this.validUntil = undefined;
    }
  }
}
