import type { FrPage } from "@frontage/ui";
import { h } from "@frontage/ui/dom";
import type { Shell } from "../../shell.js";
import type { Desk } from "./desk.js";

/** What a view of the operators' page shows itself in. */
export interface View {
  readonly element: FrPage;
  readonly shell: Shell;
  readonly desk: Desk;
  /** Aborted when the page is left. */
  readonly signal: AbortSignal;
}

/** Changes the page's heading. It keeps the focus, if it has it. */
export function rename(page: FrPage, heading: string, lead = ""): void {
  if (page.heading === heading && page.lead === lead) {
    return;
  }
  const isFocused = page.root.activeElement !== null;
  page.heading = heading;
  if (lead) {
    page.lead = lead;
  }
  if (isFocused) {
    page.focusHeading();
  }
}

/** The way back to the list. */
export function allToggles(): HTMLElement {
  return h("fr-button", { slot: "actions", href: "/toggles" }, "All toggles");
}
