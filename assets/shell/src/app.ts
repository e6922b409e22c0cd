import type { SessionUser, TeamConfig } from "@frontage/contract";
import { Prefetch } from "./child/prefetch.js";
import { Announcer } from "./frame/announcer.js";
import { Frame } from "./frame/frame.js";
import { home } from "./pages/home.js";
import { notFound } from "./pages/not-found.js";
import { notYours } from "./pages/not-yours.js";
import type { Page } from "./pages/page.js";
import { releases } from "./pages/releases.js";
import { signInCard, waiting } from "./pages/sign-in.js";
import { teamPage } from "./pages/team.js";
import { togglesKey, togglesPage } from "./pages/toggles/page.js";
import type { Cause } from "./router.js";
import { ScrollPositions } from "./scroll.js";
import { pathBelow, type Shell, versionsOf } from "./shell.js";
import { seesPlatform, teamsFor } from "./visibility.js";

/** The titles of the pages for those who run the platform. */
const PLATFORM = new Map([
  ["/toggles", "Toggles"],
  ["/releases", "Releases"],
]);

interface Shown {
  readonly key: string;
  readonly page: Page;
}

/** The whole page: the sign-in card, or the frame with the page of the current URL. */
export class App {
  readonly #shell: Shell;
  readonly #host: HTMLElement;
  readonly #announcer = new Announcer();
  readonly #prefetch: Prefetch;
  readonly #scroll = new ScrollPositions();
  #frame: Frame | undefined;
  #user: SessionUser | undefined;
  #shown: Shown | undefined;

  constructor(shell: Shell, host: HTMLElement) {
    this.#shell = shell;
    this.#host = host;
    this.#prefetch = new Prefetch((team) => versionsOf(shell, team, {}));
    host.after(this.#announcer.element);
    shell.session.onChange(() => this.#showSession());
    shell.router.onNavigate((cause) => this.#showPath(cause));
  }

  /** Shows the view for the session's state. */
  start(): void {
    this.#scroll.start();
    this.#showSession();
  }

  #showSession(): void {
    const { session } = this.#shell;
    if (session.state === "signed-in" && session.user) {
      this.#showFrame(session.user);
    } else {
      this.#leaveFrame();
      this.#host.replaceChildren(session.state === "starting" ? waiting("One moment") : this.#signIn());
    }
  }

  #signIn(): HTMLElement {
    const { config, session } = this.#shell;
    document.title = `Sign in · ${config.title}`;
    return signInCard(config.title, session.problem, () => void session.signIn());
  }

  #showFrame(user: SessionUser): void {
    const before = this.#user;
    this.#user = user;
    if (this.#frame === undefined || before?.id !== user.id) {
      this.#leaveFrame();
      this.#frame = new Frame(this.#shell, user, () => this.#shown?.page.moved?.(true));
      this.#prefetch.watch(this.#frame.element, (path) => this.#toPrefetch(path));
      this.#host.replaceChildren(this.#frame.element);
      this.#showPath("start");
      whenIdle(() => void this.#shell.operators?.ask());
    } else if (JSON.stringify(before) !== JSON.stringify(user)) {
      this.#frame.update(user);
      this.#showPath("within");
    }
  }

  #leaveFrame(): void {
    this.#shown?.page.leave?.();
    this.#shown = undefined;
    this.#frame?.leave();
    this.#frame = undefined;
  }

  #showPath(cause: Cause | "start"): void {
    if (!this.#frame) {
      return;
    }
    const { path } = this.#shell.router;
    this.#frame.show(path);
    const key = this.#keyOf(path);
    if (this.#shown?.key === key) {
      this.#shown.page.moved?.(cause === "link");
      this.#scrollTo(cause, cause === "link");
      return;
    }
    this.#shown?.page.leave?.();
    this.#shell.router.guards.clear();
    const page = this.#pageOf(path);
    this.#shown = { key, page };
    this.#present(page, cause);
  }

  #present(page: Page, cause: Cause | "start"): void {
    this.#frame?.main.replaceChildren(page.element);
    document.title = `${page.title} · ${this.#shell.config.title}`;
    this.#scrollTo(cause, true);
    if (cause !== "start") {
      this.#announcer.say(page.title);
      this.#frame?.main.querySelector("fr-page")?.focusHeading();
    }
  }

  #scrollTo(cause: Cause | "start", isNewPage: boolean): void {
    if (cause === "history" || cause === "start") {
      this.#scroll.returned();
    } else {
      this.#scroll.entered(isNewPage);
    }
  }

  /** URLs with the same key are one page. */
  #keyOf(path: string): string {
    const team = this.#teamOf(path);
    if (team) {
      return `${this.#sees(team) ? "team" : "other's team"} ${team.name}`;
    }
    const pathname = this.#pathname(path);
    if (PLATFORM.has(pathname) && !seesPlatform(this.#shell.config, this.#user)) {
      return `other's ${pathname}`;
    }
    return pathname === "/toggles" && this.#shell.operators ? togglesKey(path) : pathname;
  }

  /** A slash at the end means nothing. */
  #pathname(path: string): string {
    const [pathname = ""] = path.split("?", 1);
    return pathname.replace(/(.)\/+$/, "$1");
  }

  #pageOf(path: string): Page {
    const team = this.#teamOf(path);
    if (team) {
      return this.#sees(team) ? teamPage(this.#shell, team) : notYours(team.title);
    }
    const pathname = this.#pathname(path);
    const title = PLATFORM.get(pathname);
    if (title !== undefined && !seesPlatform(this.#shell.config, this.#user)) {
      return notYours(title);
    }
    switch (pathname) {
      case "/":
        return home(this.#shell);
      case "/toggles":
        return togglesPage(this.#shell, path);
      case "/releases":
        return releases(this.#shell);
      default:
        return notFound(path);
    }
  }

  /** The team of a path that is not shown already. */
  #toPrefetch(path: string): TeamConfig | undefined {
    const team = this.#teamOf(path);
    return team && this.#sees(team) && this.#shown?.key !== this.#keyOf(path) ? team : undefined;
  }

  #sees(team: TeamConfig): boolean {
    return teamsFor(this.#shell.config, this.#user).includes(team);
  }

  #teamOf(path: string): TeamConfig | undefined {
    const below = this.#shell.config.teams.filter(({ route }) => pathBelow(route, path) !== undefined);
    // Of `/shop` and `/shop/returns`, the longer one.
    return below.sort((a, b) => b.route.length - a.route.length)[0];
  }
}

/** After what the person waits for. Safari does not say when that is. */
function whenIdle(run: () => void): void {
  if ("requestIdleCallback" in window) {
    requestIdleCallback(run, { timeout: 2_000 });
  } else {
    setTimeout(run);
  }
}
