import type { SessionView } from "@frontage/contract";
import { readAccess } from "@frontage/session";
import { onScopeDispose, type Ref, ref } from "vue";
import { hour, money } from "./format.js";
import { type Invoice, sum, total } from "./invoices.js";

/** The response time of the example's bank, in milliseconds. */
const THINKING = 900;

/** Paying invoices, and the message about it. */
export interface Payment {
  readonly told: Readonly<Ref<string>>;
  pay(invoices: readonly Invoice[]): Promise<void>;
}

/**
 * Payments on behalf of the signed-in user.
 *
 * Each first asks the session for an access token, as a request to an API would: a session that has ended cannot pay.
 * The receipt shows the token's claims; the token itself is sent nowhere.
 */
export function usePayment(session: SessionView, early: Readonly<Ref<boolean>>): Payment {
  const told = ref("");
  const bank = useBank();

  async function pay(invoices: readonly Invoice[]): Promise<void> {
    const amount = money(sum(invoices, early.value));
    for (const invoice of invoices) begin(invoice, early.value);
    told.value = `Paying ${amount}…`;
    try {
      const { expires, scopes } = readAccess(await session.getAccessToken());
      await bank();
      for (const invoice of invoices) finish(invoice);
      told.value = `${amount} paid. The bank saw: ${scopes.join(", ")}, until ${hour(expires)}.`;
    } catch (error) {
      for (const invoice of invoices) undo(invoice);
      told.value = `Nothing was paid. ${error instanceof Error ? error.message : String(error)}`;
    }
  }

  return { told, pay };
}

/** A bank that responds after a while, and not after the component is gone. */
function useBank(): () => Promise<void> {
  const timers = new Set<ReturnType<typeof setTimeout>>();
  onScopeDispose(() => {
    for (const timer of timers) clearTimeout(timer);
  });
  return () =>
    new Promise((resolve) => {
      timers.add(setTimeout(resolve, THINKING));
    });
}

function begin(invoice: Invoice, early: boolean): void {
  invoice.settled = total(invoice, early);
  invoice.paying = true;
}

function finish(invoice: Invoice): void {
  invoice.state = "paid";
  invoice.paying = false;
}

function undo(invoice: Invoice): void {
  delete invoice.settled;
  invoice.paying = false;
}
