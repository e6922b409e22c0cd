/** Line drawings on a grid of 24. */
const PATHS = {
  home: ["M4 11.5 12 5l8 6.5", "M6.5 10v9h11v-9"],
  toggles: ["M8 7h8a5 5 0 0 1 0 10H8A5 5 0 0 1 8 7Z", "M16 14a2 2 0 1 0 0-4 2 2 0 0 0 0 4Z"],
  releases: ["m12 4 7.5 4v8L12 20l-7.5-4V8L12 4Z", "m4.5 8 7.5 4 7.5-4", "M12 12v8"],
  light: [
    "M12 16a4 4 0 1 0 0-8 4 4 0 0 0 0 8Z",
    "M12 3v2M12 19v2M3 12h2M19 12h2M5.6 5.6 7 7M17 17l1.4 1.4M18.4 5.6 17 7M7 17l-1.4 1.4",
  ],
  dark: ["M19.5 14.5A8 8 0 0 1 9.5 4.5a8 8 0 1 0 10 10Z"],
  system: ["M4 5.5h16v10H4z", "M9 19.5h6M12 15.5v4"],
  arrow: ["M5 12h14", "m13 6 6 6-6 6"],
} as const;

export type Icon = keyof typeof PATHS;

/** An icon in the colour of the text around it. Screen readers ignore it: the text next to it says what it is. */
export function icon(name: Icon): SVGSVGElement {
  const drawing = svg("svg", { viewBox: "0 0 24 24", class: "icon", "aria-hidden": "true" });
  drawing.append(...PATHS[name].map((d) => svg("path", { d })));
  return drawing;
}

/** The product's logo: a row of fronts under one roof line. */
export function mark(): SVGSVGElement {
  const drawing = svg("svg", { viewBox: "0 0 32 32", class: "mark", "aria-hidden": "true" });
  drawing.append(
    svg("rect", { width: "32", height: "32", rx: "8.5", class: "mark-ground" }),
    svg("path", { d: "M7 24V13.5L12 9v15M14 24V11.5h5V24M21 24V9l4 3.5V24M6 24h20", class: "mark-lines" }),
  );
  return drawing;
}

function svg<K extends keyof SVGElementTagNameMap>(
  name: K,
  attributes: Readonly<Record<string, string>>,
): SVGElementTagNameMap[K] {
  const element = document.createElementNS("http://www.w3.org/2000/svg", name);
  for (const [attribute, value] of Object.entries(attributes)) {
    element.setAttribute(attribute, value);
  }
  return element;
}
