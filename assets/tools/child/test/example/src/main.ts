import { base } from "@frontage/ui";

export default class Example extends HTMLElement {
  connectedCallback(): void {
    this.attachShadow({ mode: "open" }).adoptedStyleSheets = [base];
  }
}
