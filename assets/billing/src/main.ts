import { type ChildContext, type ChildElement, reportChildError } from "@frontage/contract";
import { base, sheet } from "@frontage/ui";
import { type App, createApp } from "vue";
import css from "./billing.css?inline";
import BillingPage from "./billing-page.vue";

const styles = [base, sheet(css)];

/**
 * Billing: invoices, amounts due, and payment.
 *
 * Vue's `defineCustomElement` creates `<style>` elements, which the shell's content security policy blocks, and gives an
 * error of the first render no element to report it from. So this is an element with an application in its shadow root.
 */
export default class Billing extends HTMLElement implements ChildElement {
  context?: ChildContext;
  #app: App | undefined;

  connectedCallback(): void {
    const root = this.shadowRoot ?? this.attachShadow({ mode: "open" });
    root.adoptedStyleSheets = styles;
    this.#app = createApp(BillingPage, { context: this.context });
    // Errors thrown by setup, rendering, event handlers and watchers arrive here.
    this.#app.config.errorHandler = (error) => reportChildError(this, error);
    this.#app.mount(root);
  }

  disconnectedCallback(): void {
    this.#app?.unmount();
  }
}
