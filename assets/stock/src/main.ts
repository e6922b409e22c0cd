import type { ChildContext, ChildElement } from "@frontage/contract";
import { base, sheet } from "@frontage/ui";
import { ITEMS, type Item, isShort } from "./items.js";
import css from "./stock.css?inline";

const own = sheet(css);

/**
 * Stock: what is in the warehouse, and what runs short.
 *
 * The class is exported without being defined: the shell gives each release its own element name.
 */
export default class Stock extends HTMLElement implements ChildElement {
  context?: ChildContext;

  connectedCallback(): void {
    const root = this.shadowRoot ?? this.attachShadow({ mode: "open" });
    root.adoptedStyleSheets = [base, own];
    const page = document.createElement("fr-page");
    page.setAttribute("level", "2");
    page.setAttribute("heading", "Stock");
    page.setAttribute("lead", `${ITEMS.filter(isShort).length} of ${ITEMS.length} items run short`);
    page.append(table());
    root.replaceChildren(page);
  }
}

function table(): HTMLTableElement {
  const made = document.createElement("table");
  const names = made.createTHead().insertRow();
  for (const name of ["Item", "Place", "Number"]) {
    const head = document.createElement("th");
    head.scope = "col";
    head.textContent = name;
    names.append(head);
  }
  made.createTBody().append(...ITEMS.map(row));
  return made;
}

function row(item: Item): HTMLTableRowElement {
  const made = document.createElement("tr");
  for (const text of [
    item.name,
    item.place,
    isShort(item) ? `${item.number}, runs short` : `${item.number}`,
  ]) {
    made.insertCell().textContent = text;
  }
  return made;
}
