import type { SessionUser } from "@frontage/contract";
import { h } from "@frontage/ui/dom";
import { mark } from "../icons.js";
import { statusBadge } from "../pages/status.js";
import type { Shell } from "../shell.js";
import { Navigation } from "./navigation.js";
import { overrideBanner } from "./override-banner.js";
import { previewBanner } from "./preview-banner.js";
import { themeChoice } from "./theme-choice.js";
import { userMenu } from "./user-menu.js";

/** The frame around every page for a signed-in user. */
export class Frame {
  readonly element: HTMLElement;
  readonly main = h("main", { id: "main", class: "main", tabindex: "-1" });
  readonly navigation: Navigation;
  readonly #stop: () => void;

  /** `sourcesChanged` is called when a child is to be shown from elsewhere. */
  constructor(shell: Shell, user: SessionUser, sourcesChanged: () => void) {
    const { config, session, theme, overrides, previews, operators } = shell;
    const preview = previewBanner(previews, config.teams, sourcesChanged);
    this.navigation = new Navigation(config.teams, operators);
    this.#stop = () => {
      preview.stop();
      this.navigation.leave();
    };
    const brand = h("a", { class: "brand", href: "/" }, mark(), h("span", {}, config.title));
    const tools = h(
      "div",
      { class: "tools" },
      themeChoice(theme),
      userMenu(user, () => void session.signOut()),
    );
    const side = h("div", { class: "side" }, this.navigation.element, connection(shell));
    this.element = h(
      "div",
      { class: "frame" },
      h("a", { class: "skip", href: "#main" }, "Skip to content"),
      h("header", { class: "top" }, brand, tools),
      side,
      h("div", { class: "middle" }, preview.element, overrideBanner(overrides, sourcesChanged), this.main),
    );
  }

  /** Ends what the frame listens to. */
  leave(): void {
    this.#stop();
  }
}

/** At the foot of the side: whether the toggles shown are current. */
function connection({ toggles }: Shell): HTMLElement {
  const place = h("span", {});
  const show = () => place.replaceChildren(statusBadge(toggles.status));
  toggles.onStatus(show);
  show();
  return h("footer", { class: "connection" }, h("span", { class: "fr-small fr-muted" }, "Toggles"), place);
}
