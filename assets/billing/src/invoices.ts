/** The state of an invoice: open, overdue, or paid. */
export type State = "open" | "overdue" | "paid";

/** An invoice. Amounts are in cents, so that sums are exact. */
export interface Invoice {
  readonly number: string;
  readonly what: string;
  readonly due: Date;
  /** Without tax. */
  readonly net: number;
  state: State;
  /** Whether it is being paid at the moment. */
  paying: boolean;
  /** The amount paid, with tax; absent while it is open. */
  settled?: number;
}

/** The tax on every invoice, in percent. */
export const TAX = 20;

/** The discount on an open invoice that is paid early, in percent. */
export const EARLY = 3;

/** The price of an invoice, with tax and before any discount. */
export function gross({ net }: Invoice): number {
  return Math.round((net * (100 + TAX)) / 100);
}

/** The amount paid or to be paid for an invoice; reduced if it is early and early payment has a discount. */
export function total(invoice: Invoice, early: boolean): number {
  const { state, settled } = invoice;
  const full = gross(invoice);
  return settled ?? (early && state === "open" ? Math.round((full * (100 - EARLY)) / 100) : full);
}

/** Whether an invoice is waiting to be paid. */
export function isDue({ state, paying }: Invoice): boolean {
  return state !== "paid" && !paying;
}

/** The sum of the amounts paid or to be paid for invoices. */
export function sum(invoices: readonly Invoice[], early: boolean): number {
  return invoices.reduce((cents, invoice) => cents + total(invoice, early), 0);
}

/** The example's invoices, as of a day. */
export function invoices(today: Date): Invoice[] {
  const on = (days: number): Date => new Date(today.getFullYear(), today.getMonth(), today.getDate() + days);
  const invoice = (number: string, what: string, due: number, net: number, state: State): Invoice => ({
    number,
    what,
    due: on(due),
    net,
    state,
    paying: false,
  });
  return [
    invoice("INV-0118", "Platform, team plan", 24, 48_000, "open"),
    invoice("INV-0117", "Data transfer", 17, 12_640, "open"),
    invoice("INV-0109", "Support, premium", -4, 25_000, "overdue"),
    invoice("INV-0101", "Platform, team plan", -7, 48_000, "paid"),
    invoice("INV-0094", "Data transfer", -14, 9_875, "paid"),
    invoice("INV-0086", "Onboarding workshop", -38, 120_000, "paid"),
  ];
}
