import type { TogglesStatus } from "@frontage/contract";
import { h } from "@frontage/ui/dom";

const WORDS = {
  live: ["positive", "Live"],
  polling: ["warning", "Polling"],
  stale: ["warning", "Reconnecting"],
  offline: ["neutral", "Offline"],
} as const;

/** The state of the toggles' connection, as a badge. */
export function statusBadge(status: TogglesStatus): HTMLElement {
  const [tone, word] = WORDS[status];
  return h("fr-badge", { tone, dot: true, "data-testid": "toggles-status" }, word);
}
