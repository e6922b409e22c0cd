import { sheet } from "./sheet.js";

/** Each pair of text and background has a contrast of at least 4.5 (WCAG AA), in both themes; the tests compute it. */
export const LIGHT = {
  canvas: "#f5f7f5",
  surface: "#ffffff",
  sunken: "#edf0ed",
  text: "#16201c",
  muted: "#53605a",
  border: "#dde3de",
  "border-strong": "#7c8982",
  accent: "#0b6b5b",
  "accent-strong": "#085346",
  "accent-soft": "#dff1ec",
  "on-accent": "#ffffff",
  info: "#1d5b9f",
  "info-soft": "#e5effa",
  positive: "#17663a",
  "positive-soft": "#e1f2e7",
  warning: "#7d5200",
  "warning-soft": "#fbf0d8",
  danger: "#ab221b",
  "danger-soft": "#fbe8e6",
  "on-danger": "#ffffff",
};

export const DARK: typeof LIGHT = {
  canvas: "#0e1311",
  surface: "#161c19",
  sunken: "#1e2622",
  text: "#e7eeea",
  muted: "#a0aea7",
  border: "#29332e",
  "border-strong": "#6f7f77",
  accent: "#5fd0b5",
  "accent-strong": "#86dfca",
  "accent-soft": "#15352d",
  "on-accent": "#05221b",
  info: "#8abaf5",
  "info-soft": "#15283e",
  positive: "#74d398",
  "positive-soft": "#143021",
  warning: "#e9b95f",
  "warning-soft": "#33280f",
  danger: "#ff968c",
  "danger-soft": "#3c1b18",
  "on-danger": "#2b0603",
};

/** Values that do not depend on the theme. Lengths are in `rem`, so that they follow the reader's text size. */
const CONSTANT = `
  --fr-font: "Inter", ui-sans-serif, system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif;
  --fr-font-mono: ui-monospace, "SF Mono", "Cascadia Code", "Roboto Mono", "DejaVu Sans Mono", monospace;
  --fr-size-small: 0.8125rem;
  --fr-size: 0.9375rem;
  --fr-size-large: 1.0625rem;
  --fr-size-title: clamp(1.5rem, 1.2rem + 1.2vw, 1.875rem);
  --fr-space-1: 0.25rem;
  --fr-space-2: 0.5rem;
  --fr-space-3: 0.75rem;
  --fr-space-4: 1rem;
  --fr-space-5: 1.5rem;
  --fr-space-6: 2rem;
  --fr-space-7: 3rem;
  --fr-radius: 0.5rem;
  --fr-radius-large: 0.875rem;
  --fr-ring: 0 0 0 2px var(--fr-canvas), 0 0 0 4px var(--fr-accent);
  --fr-quick: 120ms;
`;

const SHADOW_LIGHT = "--fr-shadow: 0 1px 2px rgb(22 32 28 / 5%), 0 4px 16px rgb(22 32 28 / 4%);";
const SHADOW_DARK = "--fr-shadow: 0 1px 2px rgb(0 0 0 / 40%);";

function theme(colours: typeof LIGHT, scheme: string, shadow: string): string {
  const properties = Object.entries(colours).map(([name, value]) => `--fr-${name}: ${value};`);
  return `color-scheme: ${scheme}; ${shadow} ${properties.join(" ")}`;
}

/** The custom properties. Inherited, so they reach every shadow root on the page. */
export const tokens = sheet(`
  :root { ${CONSTANT} ${theme(LIGHT, "light", SHADOW_LIGHT)} }
  @media (prefers-color-scheme: dark) { :root { ${theme(DARK, "dark", SHADOW_DARK)} } }
  :root[data-theme="light"] { ${theme(LIGHT, "light", SHADOW_LIGHT)} }
  :root[data-theme="dark"] { ${theme(DARK, "dark", SHADOW_DARK)} }
  @media (prefers-reduced-motion: reduce) { :root { --fr-quick: 1ms; } }
`);
