import { describe, expect, it } from "vitest";
import { DARK, LIGHT } from "../src/tokens.js";

/** Text on its ground. */
const PAIRS: [keyof typeof LIGHT, keyof typeof LIGHT][] = [
  ["text", "canvas"],
  ["text", "surface"],
  ["text", "sunken"],
  ["muted", "canvas"],
  ["muted", "surface"],
  ["muted", "sunken"],
  ["accent", "canvas"],
  ["accent", "surface"],
  ["accent", "accent-soft"],
  ["accent-strong", "accent-soft"],
  ["on-accent", "accent"],
  ["on-accent", "accent-strong"],
  ["on-danger", "danger"],
  ["danger", "surface"],
  ...(["info", "positive", "warning", "danger"] as const).flatMap(
    (tone): [keyof typeof LIGHT, keyof typeof LIGHT][] => [
      [tone, `${tone}-soft`],
      ["text", `${tone}-soft`],
    ],
  ),
];

describe.each([
  ["light", LIGHT],
  ["dark", DARK],
])("the %s theme", (_, colours) => {
  it.each(PAIRS)("has enough contrast: %s on %s", (text, ground) => {
    expect(contrast(colours[text], colours[ground])).toBeGreaterThanOrEqual(4.5);
  });

  it("has edges of fields, and a focus ring, that can be seen", () => {
    expect(contrast(colours["border-strong"], colours.surface)).toBeGreaterThanOrEqual(3);
    expect(contrast(colours.accent, colours.canvas)).toBeGreaterThanOrEqual(3);
  });
});

/** WCAG 2's contrast ratio of two colours such as `#0b6b5b`. */
function contrast(one: string, other: string): number {
  const [dark = 0, light = 0] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (light + 0.05) / (dark + 0.05);
}

function luminance(colour: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => {
    const part = Number.parseInt(colour.slice(at, at + 2), 16) / 255;
    return part <= 0.03928 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}
