import { afterEach, describe, expect, it, vi } from "vitest";
import "../src/index.js";

afterEach(() => document.body.replaceChildren());

function show(html: string): HTMLElement {
  document.body.innerHTML = html;
  return document.body.firstElementChild as HTMLElement;
}

function inside(element: Element, selector: string): HTMLElement {
  const found = element.shadowRoot?.querySelector<HTMLElement>(selector);
  if (!found) {
    throw new Error(`No ${selector} in ${element.localName}`);
  }
  return found;
}

describe("the elements", () => {
  it("are defined once, and again without an error", async () => {
    const Before = customElements.get("fr-button");
    vi.resetModules();
    await import("../src/index.js");
    expect(customElements.get("fr-button")).toBe(Before);
  });

  it("fr-page has its heading at a level, and takes the focus there", () => {
    const page = show('<fr-page heading="Orders" lead="All of them." level="2"></fr-page>') as HTMLElement & {
      focusHeading(): void;
    };
    page.focusHeading();
    expect(inside(page, "h2").textContent).toBe("Orders");
    expect(page.shadowRoot?.activeElement?.id).toBe("heading");
    page.setAttribute("heading", "Returns");
    expect(inside(page, "h2").textContent).toBe("Returns");
  });

  it("fr-button is a button, a link, or disabled", () => {
    const button = show("<fr-button>Go</fr-button>") as HTMLElement & { href: string; disabled: boolean };
    expect(inside(button, "button").getAttribute("type")).toBe("button");
    button.disabled = true;
    expect(inside(button, "button").hasAttribute("disabled")).toBe(true);
    button.href = "/x";
    expect(inside(button, "a").hasAttribute("href"), "a link that is disabled leads nowhere").toBe(false);
    expect(inside(button, "a").getAttribute("aria-disabled")).toBe("true");
    button.disabled = false;
    expect(inside(button, "a").getAttribute("href")).toBe("/x");
  });

  it("of forms are disabled with the fieldset around them", () => {
    // What browsers call, and the DOM of this test does not.
    type InForm = HTMLElement & { formDisabledCallback(isDisabled: boolean): void };
    for (const [html, selector] of [
      ["<fr-button>Go</fr-button>", "button"],
      ["<fr-field></fr-field>", "input"],
    ] as const) {
      const element = show(html) as InForm;
      for (const isDisabled of [true, false]) {
        element.formDisabledCallback(isDisabled);
        expect(inside(element, selector).hasAttribute("disabled")).toBe(isDisabled);
      }
    }
  });

  it("fr-alert is urgent for dangers only", () => {
    expect(inside(show('<fr-alert tone="danger">No</fr-alert>'), ".alert").getAttribute("role")).toBe(
      "alert",
    );
    expect(inside(show("<fr-alert>Yes</fr-alert>"), ".alert").getAttribute("role")).toBe("status");
  });

  it("fr-card is a group with its heading's name, and no landmark", () => {
    const card = show('<fr-card heading="Orders">…</fr-card>');
    expect(inside(card, '[role="group"]').getAttribute("aria-labelledby")).toBe("heading");
    expect(inside(card, "#heading").textContent).toBe("Orders");
  });

  it("fr-field has a label, a value, and tells an error in place of the hint", () => {
    const field = show('<fr-field label="Name" hint="In full" value="Ada"></fr-field>') as HTMLElement & {
      value: string;
      error: string;
    };
    expect(inside(field, "label").textContent).toBe("Name");
    expect(field.value).toBe("Ada");
    field.value = "Grace";
    field.setAttribute("value", "Ada");
    expect(field.value).toBe("Grace");
    field.error = "Too short";
    expect(inside(field, "#below").textContent).toBe("Too short");
    expect(inside(field, "input").getAttribute("aria-invalid")).toBe("true");
  });

  it("fr-spinner says what it waits for", () => {
    expect(
      inside(show('<fr-spinner label="Loading Shipping"></fr-spinner>'), "[role=status]").textContent,
    ).toBe("Loading Shipping");
  });

  it("fr-spinner changes its words in place, so that they are read out", () => {
    const spinner = show('<fr-spinner label="One moment"></fr-spinner>');
    const status = inside(spinner, "[role=status]");
    spinner.setAttribute("label", "Trying again");
    expect(inside(spinner, "[role=status]")).toBe(status);
    expect(status.textContent).toBe("Trying again");
  });
});
