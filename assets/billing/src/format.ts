const MONEY = new Intl.NumberFormat("en-GB", { style: "currency", currency: "EUR" });
const DAY = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short", year: "numeric" });
const HOUR = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit" });

/** `€1,234.50`, from cents. */
export function money(cents: number): string {
  return MONEY.format(cents / 100);
}

/** `3 Nov 2026`. */
export function day(date: Date): string {
  return DAY.format(date);
}

/** `16:05`. */
export function hour(date: Date): string {
  return HOUR.format(date);
}
