import { type ChildElementClass, reportChildError } from "@frontage/contract";
import { base, sheet } from "@frontage/ui";
import { defineCustomElement } from "vue";
import css from "./billing.css?inline";
import BillingPage from "./billing-page.vue";

const styles = [base, sheet(css)];

const BillingElement = defineCustomElement(BillingPage, {
  configureApp(app) {
    // Errors thrown by event handlers and watchers arrive here too. The element is looked up at that time: an
    // application is configured before it has one.
    app.config.errorHandler = (error, instance) => reportChildError(host(instance?.$el) ?? window, error);
  },
});

/** The element whose shadow root contains a node of the application. */
function host(node: unknown): EventTarget | undefined {
  const root = node instanceof Node ? node.getRootNode() : undefined;
  return root instanceof ShadowRoot ? root.host : undefined;
}

/**
 * Billing: invoices, amounts due, and payment.
 *
 * Vue's own way of styling a custom element creates `<style>` elements, which the shell's content security policy
 * blocks; so its shadow root adopts style sheets.
 */
class StyledBilling extends BillingElement {
  constructor() {
    super();
    if (this.shadowRoot) this.shadowRoot.adoptedStyleSheets = styles;
  }
}

export default StyledBilling as unknown as ChildElementClass;
