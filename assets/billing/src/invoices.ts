/** Where an invoice is: to be paid, being paid, or paid. */
export type State = "open" | "overdue" | "paying" | "paid";

/** An invoice. Amounts are cents, so that sums are exact. */
export interface Invoice {
  readonly number: string;
  readonly what: string;
  readonly issued: Date;
  readonly due: Date;
  readonly net: number;
  state: State;
  /** What was paid for it, with tax; absent while it waits. */
  settled?: number;
}

/** The tax on every invoice, in percent. */
export const TAX = 20;

/** What is taken off an open invoice that is paid before it is due, in percent. */
export const EARLY = 3;

/** What was or has to be paid for an invoice; less, if it is early and early payment has a discount. */
export function total({ net, state, settled }: Invoice, discount: boolean): number {
  const gross = Math.round((net * (100 + TAX)) / 100);
  return settled ?? (discount && state === "open" ? Math.round((gross * (100 - EARLY)) / 100) : gross);
}

/** Whether an invoice waits for somebody to pay it. */
export function isDue({ state }: Invoice): boolean {
  return state === "open" || state === "overdue";
}

/** The sum of what has to be paid for invoices. */
export function sum(invoices: readonly Invoice[], discount: boolean): number {
  return invoices.reduce((cents, invoice) => cents + total(invoice, discount), 0);
}

/** The example's invoices, as of a day. */
export function invoices(today: Date): Invoice[] {
  const on = (days: number): Date => new Date(today.getFullYear(), today.getMonth(), today.getDate() + days);
  const invoice = (number: string, what: string, due: number, net: number, state: State): Invoice => ({
    number,
    what,
    issued: on(due - 30),
    due: on(due),
    net,
    state,
  });
  return [
    invoice("2026-0118", "Platform, team plan", 24, 48_000, "open"),
    invoice("2026-0117", "Data transfer", 17, 12_640, "open"),
    invoice("2026-0109", "Support, premium", -4, 25_000, "overdue"),
    invoice("2026-0101", "Platform, team plan", -7, 48_000, "paid"),
    invoice("2026-0094", "Data transfer", -14, 9_875, "paid"),
    invoice("2026-0086", "Onboarding workshop", -38, 120_000, "paid"),
  ];
}
