/**
 * The design system. Importing it defines the elements (once per page) and adds the custom properties to the document.
 * Everything is styled by adopted style sheets, since the content security policy forbids inline styles.
 *
 * | element | attributes and properties | slots, events |
 * |---|---|---|
 * | `fr-page` | `heading`, `lead`, `level` (1 to 3, default 1; a child begins at 2) | default, `actions` |
 * | `fr-card` | `heading`, `level` (default 2) | default, `actions`, `footer` |
 * | `fr-button` | `variant` (`primary`, `secondary`, `quiet`, `danger`), `type` (`button`, `submit`), `href`, `label`, `disabled` | default; `click` |
 * | `fr-badge` | `tone` (`neutral`, `accent`, `info`, `positive`, `warning`, `danger`), `dot` | default |
 * | `fr-alert` | `tone` (`info`, `positive`, `warning`, `danger`), `heading` | default, `actions` |
 * | `fr-field` | `label`, `name`, `type`, `value`, `hint`, `error`, `placeholder`, `autocomplete`, `inputmode`, `required`, `readonly`, `disabled` | `input`, `change` |
 * | `fr-spinner` | `label` (default `Loading`) | |
 */
import { base } from "./base.js";
import { tokens } from "./tokens.js";

export { FrAlert } from "./alert.js";
export { FrBadge } from "./badge.js";
export { FrButton } from "./button.js";
export { FrCard } from "./card.js";
export { FrField } from "./field.js";
export { FrPage } from "./page.js";
export { sheet } from "./sheet.js";
export { FrSpinner } from "./spinner.js";
export { base };

import type { FrAlert } from "./alert.js";
import type { FrBadge } from "./badge.js";
import type { FrButton } from "./button.js";
import type { FrCard } from "./card.js";
import type { FrField } from "./field.js";
import type { FrPage } from "./page.js";
import type { FrSpinner } from "./spinner.js";

export type Tone = "neutral" | "accent" | "info" | "positive" | "warning" | "danger";

declare global {
  interface HTMLElementTagNameMap {
    "fr-alert": FrAlert;
    "fr-badge": FrBadge;
    "fr-button": FrButton;
    "fr-card": FrCard;
    "fr-field": FrField;
    "fr-page": FrPage;
    "fr-spinner": FrSpinner;
  }
}

/** On the document's root, so that a second copy of this package changes nothing. */
const MARK = "data-fr-ui";

if (!document.documentElement.hasAttribute(MARK)) {
  document.documentElement.setAttribute(MARK, "1");
  document.adoptedStyleSheets = [...document.adoptedStyleSheets, tokens, base];
}
