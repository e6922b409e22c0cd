import type { SessionUser, Unsubscribe } from "@frontage/contract";
import { h } from "@frontage/ui/dom";
import { mark } from "../icons.js";
import { statusBadge } from "../pages/status.js";
import type { Shell } from "../shell.js";
import { seesPlatform, teamsFor } from "../visibility.js";
import { Navigation } from "./navigation.js";
import { overrideBanner } from "./override-banner.js";
import { previewBanner } from "./preview-banner.js";
import { themeChoice } from "./theme-choice.js";
import { userMenu } from "./user-menu.js";

/** The frame around every page for a signed-in user. */
export class Frame {
  readonly element: HTMLElement;
  readonly main = h("main", { id: "main", class: "main", tabindex: "-1" });
  readonly #shell: Shell;
  readonly #stop: () => void;
  #navigation: Navigation;
  #userMenu: HTMLElement;

  /** `sourcesChanged` is called when a child is to be shown from elsewhere. */
  constructor(shell: Shell, user: SessionUser, sourcesChanged: () => void) {
    const { config, theme, overrides, previews } = shell;
    this.#shell = shell;
    const preview = previewBanner(previews, config.teams, sourcesChanged);
    const status = connection(shell);
    this.#navigation = this.#navigationOf(user);
    this.#userMenu = this.#userMenuOf(user);
    this.#stop = () => {
      preview.stop();
      status.stop();
      this.#navigation.leave();
    };
    const brand = h("a", { class: "brand", href: "/" }, mark(), h("span", {}, config.title));
    const tools = h("div", { class: "tools" }, themeChoice(theme), this.#userMenu);
    const side = h("div", { class: "side" }, this.#navigation.element, status.element);
    this.element = h(
      "div",
      { class: "frame" },
      h("a", { class: "skip", href: "#main" }, "Skip to content"),
      h("header", { class: "top" }, brand, tools),
      side,
      h("div", { class: "middle" }, preview.element, overrideBanner(overrides, sourcesChanged), this.main),
    );
  }

  /** Marks the entry of the current page. */
  show(path: string): void {
    this.#navigation.show(path);
  }

  /** The person's name or groups have changed with the token. */
  update(user: SessionUser): void {
    const { element } = this.#navigation;
    this.#navigation.leave();
    this.#navigation = this.#navigationOf(user);
    element.replaceWith(this.#navigation.element);
    const menu = this.#userMenuOf(user);
    this.#userMenu.replaceWith(menu);
    this.#userMenu = menu;
  }

  /** Ends what the frame listens to. */
  leave(): void {
    this.#stop();
  }

  #navigationOf(user: SessionUser): Navigation {
    const { config, operators } = this.#shell;
    return new Navigation(teamsFor(config, user), seesPlatform(config, user), operators);
  }

  #userMenuOf(user: SessionUser): HTMLElement {
    return userMenu(user, () => void this.#shell.session.signOut());
  }
}

/** At the foot of the side: whether the toggles shown are current. */
function connection({ toggles }: Shell): { readonly element: HTMLElement; readonly stop: Unsubscribe } {
  const place = h("span", {});
  const show = () => place.replaceChildren(statusBadge(toggles.status));
  const stop = toggles.onStatus(show);
  show();
  const words = h("span", { class: "fr-small fr-muted" }, "Toggles");
  return { element: h("footer", { class: "connection" }, words, place), stop };
}
