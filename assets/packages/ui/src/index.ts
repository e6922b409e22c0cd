/**
 * The design system. Importing it defines the elements (once on a page) and puts the custom properties on the
 * document. Everything is styled by adopted style sheets, as the content security policy has no inline styles.
 *
 * | element | attributes | slots, events |
 * |---|---|---|
 * | `fr-page` | `heading`, `lead`, `level` (1 to 3; default 1; a child begins at 2) | default, `actions` |
 * | `fr-card` | `heading`, `level` (default 2) | default, `actions`, `footer` |
 * | `fr-button` | `variant` (`primary`, `secondary`, `quiet`, `danger`), `type` (`button`, `submit`), `href`, `disabled` | default; `click` |
 * | `fr-badge` | `tone` (`neutral`, `accent`, `positive`, `warning`, `danger`) | default |
 * | `fr-alert` | `tone` (`info`, `positive`, `warning`, `danger`), `heading` | default, `actions` |
 * | `fr-field` | `label`, `name`, `type`, `value`, `hint`, `error`, `placeholder`, `autocomplete`, `required`, `readonly`, `disabled` | `input`, `change`; property `value` |
 * | `fr-spinner` | `label` (default `Loading`) | |
 */
export type Tone = "neutral" | "accent" | "info" | "positive" | "warning" | "danger";

/** For a shadow root of one's own: `root.adoptedStyleSheets = [base, own]`. Headings, links, lists, tables, and `.fr-…` helpers. */
export declare const base: CSSStyleSheet;

/** Makes a style sheet from text: `sheet(":host { display: block }")`. */
export declare function sheet(css: string): CSSStyleSheet;
