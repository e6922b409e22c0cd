import { sheet } from "./sheet.js";

/**
 * Plain HTML in the system's design, for the document and for your own shadow roots:
 * `root.adoptedStyleSheets = [base, own]`.
 *
 * | class | purpose |
 * |---|---|
 * | `fr-stack` | one below the other, with space between |
 * | `fr-row` | side by side, wrapping |
 * | `fr-grid` | as many equal columns as fit |
 * | `fr-muted`, `fr-small`, `fr-mono` | text |
 * | `fr-scroll` | around a table: it scrolls sideways if it does not fit |
 * | `fr-visually-hidden` | for screen readers only |
 */
export const base = sheet(`
  *, *::before, *::after { box-sizing: border-box; }
  :host { color: var(--fr-text); font: 400 var(--fr-size)/1.55 var(--fr-font); }
  :host([hidden]) { display: none !important; }
  h1, h2, h3, h4, p, ul, ol, dl, figure { margin: 0; }
  h1, h2, h3, h4 { line-height: 1.25; letter-spacing: -0.012em; font-weight: 640; text-wrap: balance; }
  h1 { font-size: var(--fr-size-title); letter-spacing: -0.022em; }
  h2 { font-size: 1.125rem; }
  h3, h4 { font-size: var(--fr-size); }
  a { color: var(--fr-accent); text-underline-offset: 0.2em; text-decoration-thickness: from-font; }
  a:hover { color: var(--fr-accent-strong); }
  /* An outline that is there in forced colours, where shadows are not. */
  :focus-visible { outline: 2px solid transparent; box-shadow: var(--fr-ring); border-radius: 0.25rem; }
  ul, ol { padding-inline-start: 1.25rem; }
  ul[role="list"] { list-style: none; padding: 0; }
  code, .fr-mono { font-family: var(--fr-font-mono); font-size: 0.875em; }
  hr { border: 0; border-top: 1px solid var(--fr-border); margin: 0; width: 100%; }
  table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
  th { text-align: start; color: var(--fr-muted); font-weight: 500; font-size: var(--fr-size-small); }
  th, td { padding: var(--fr-space-3) var(--fr-space-4) var(--fr-space-3) 0; border-bottom: 1px solid var(--fr-border); vertical-align: middle; }
  tr:last-child > td { border-bottom: 0; }
  th:last-child, td:last-child { padding-inline-end: 0; }
  dl { display: grid; grid-template-columns: max-content 1fr; gap: var(--fr-space-2) var(--fr-space-5); }
  dt { color: var(--fr-muted); }
  dd { margin: 0; }
  .fr-stack { display: flex; flex-direction: column; gap: var(--fr-space-4); }
  .fr-row { display: flex; flex-wrap: wrap; align-items: center; gap: var(--fr-space-3); }
  .fr-grid { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(17rem, 100%), 1fr)); gap: var(--fr-space-4); }
  .fr-muted { color: var(--fr-muted); }
  .fr-small { font-size: var(--fr-size-small); }
  .fr-scroll { overflow-x: auto; }
  .fr-visually-hidden { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
`);
