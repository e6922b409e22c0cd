import { Announcer } from "./frame/announcer.js";
import { Frame } from "./frame/frame.js";
import { home } from "./pages/home.js";
import { notFound } from "./pages/not-found.js";
import type { Page } from "./pages/page.js";
import { releases } from "./pages/releases.js";
import { signInCard, waiting } from "./pages/sign-in.js";
import { teamPage } from "./pages/team.js";
import { togglesKey, togglesPage } from "./pages/toggles/page.js";
import { pathBelow, type Shell } from "./shell.js";

interface Shown {
  readonly key: string;
  readonly page: Page;
}

/** The whole page: the sign-in card, or the frame with the page of the current URL. */
export class App {
  readonly #shell: Shell;
  readonly #host: HTMLElement;
  readonly #announcer = new Announcer();
  #frame: Frame | undefined;
  #userId: string | undefined;
  #shown: Shown | undefined;

  constructor(shell: Shell, host: HTMLElement) {
    this.#shell = shell;
    this.#host = host;
    host.after(this.#announcer.element);
    shell.session.onChange(() => this.#showSession());
    shell.router.onNavigate((cause) => this.#showPath(cause === "link"));
  }

  /** Shows the view for the session's state. */
  start(): void {
    this.#showSession();
  }

  #showSession(): void {
    const { session } = this.#shell;
    if (session.state === "signed-in" && session.user) {
      this.#showFrame(session.user.id);
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

  #showFrame(userId: string): void {
    const { user } = this.#shell.session;
    if (user && (this.#frame === undefined || this.#userId !== userId)) {
      this.#leaveFrame();
      this.#userId = userId;
      this.#frame = new Frame(this.#shell, user, () => this.#shown?.page.moved?.(true));
      this.#host.replaceChildren(this.#frame.element);
      this.#showPath(true, false);
      whenIdle(() => void this.#shell.operators?.ask());
    }
  }

  #leaveFrame(): void {
    this.#shown?.page.leave?.();
    this.#shown = undefined;
    this.#frame?.leave();
    this.#frame = undefined;
  }

  #showPath(isLink: boolean, movesFocus = true): void {
    if (!this.#frame) {
      return;
    }
    const { path } = this.#shell.router;
    this.#frame.navigation.show(path);
    const key = this.#keyOf(path);
    if (this.#shown?.key === key) {
      this.#shown.page.moved?.(isLink);
      return;
    }
    this.#shown?.page.leave?.();
    const page = this.#pageOf(path);
    this.#shown = { key, page };
    this.#present(page, movesFocus);
  }

  #present(page: Page, movesFocus: boolean): void {
    this.#frame?.main.replaceChildren(page.element);
    document.title = `${page.title} · ${this.#shell.config.title}`;
    if (movesFocus) {
      scrollTo(0, 0);
      this.#announcer.say(page.title);
      this.#frame?.main.querySelector("fr-page")?.focusHeading();
    }
  }

  /** URLs with the same key are one page. */
  #keyOf(path: string): string {
    const team = this.#teamOf(path);
    if (team) {
      return `team ${team.name}`;
    }
    const pathname = this.#pathname(path);
    return pathname === "/toggles" && this.#shell.operators ? togglesKey(path) : pathname;
  }

  #pathname(path: string): string {
    return path.split("?", 1)[0] ?? "";
  }

  #pageOf(path: string): Page {
    const team = this.#teamOf(path);
    if (team) {
      return teamPage(this.#shell, team);
    }
    switch (this.#pathname(path)) {
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

  #teamOf(path: string) {
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
