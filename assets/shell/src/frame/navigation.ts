import type { TeamConfig } from "@frontage/contract";
import { h } from "@frontage/ui/dom";
import { icon } from "../icons.js";
import { type Operators, shownTo } from "../operators.js";
import { pathBelow } from "../shell.js";
import { monogram } from "../team.js";

interface Entry {
  readonly route: string;
  readonly link: HTMLAnchorElement;
}

/** Links to all pages: at the side of a wide screen, above the page on a narrow one. */
export class Navigation {
  readonly element: HTMLElement;
  readonly #entries: readonly Entry[];
  readonly #stop: () => void;

  /**
   * With `operators`, the toggles are an operator's page, and there is no entry for others.
   *
   * @param teams Those that the person sees.
   * @param platform Whether the person sees the toggles and the releases.
   */
  constructor(teams: readonly TeamConfig[], platform: boolean, operators?: Operators) {
    const home = entry("/", "Home", icon("home"));
    const apps = teams.map((team) => entry(team.route, team.title, monogram(team)));
    const toggles = entry("/toggles", "Toggles", icon("toggles"));
    const pages = platform ? [toggles, entry("/releases", "Releases", icon("releases"))] : [];
    this.#entries = [home, ...apps, ...pages];
    this.element = h(
      "nav",
      { class: "nav", "aria-label": "Main" },
      list([home]),
      ...group("nav-apps", "Applications", apps),
      ...group("nav-platform", "Platform", pages),
    );
    this.#stop = shownTo(operators, toggles.link.parentElement);
  }

  leave(): void {
    this.#stop();
  }

  /** Marks the entry of the current page. */
  show(path: string): void {
    for (const { route, link } of this.#entries) {
      const isHere = route === "/" ? pathBelow("", path) === "/" : pathBelow(route, path) !== undefined;
      if (isHere) {
        link.setAttribute("aria-current", "page");
        // On a narrow screen the entries are a strip, and this one may be out of sight. The page itself must not move.
        const middle = link.offsetLeft - (this.element.clientWidth - link.offsetWidth) / 2;
        this.element.scrollTo?.({ left: middle });
      } else {
        link.removeAttribute("aria-current");
      }
    }
  }
}

function entry(route: string, title: string, picture: Element): Entry {
  return { route, link: h("a", { href: route }, picture, title) };
}

function group(id: string, title: string, entries: readonly Entry[]): Node[] {
  return entries.length > 0 ? [h("div", { class: "nav-title", id }, title), list(entries, id)] : [];
}

function list(entries: readonly Entry[], labelledBy?: string): HTMLElement {
  const items = entries.map(({ link }) => h("li", {}, link));
  return h("ul", { role: "list", "aria-labelledby": labelledBy }, ...items);
}
