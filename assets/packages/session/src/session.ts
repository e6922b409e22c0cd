import type { LoginConfig, SessionUser, SessionView, Unsubscribe } from "@frontage/contract";
import { Listeners } from "@frontage/contract/listeners";
import { type Browser, realBrowser } from "./browser.js";
import { CALLBACK_PATH, isRefused, Login, type Tokens, userOf } from "./login.js";
import { Tabs } from "./tabs.js";

/** `starting` until it is known whether a user is signed in, and while the browser is on its way to the login pages. */
export type SessionState = "starting" | "signed-in" | "signed-out";

/** Thrown by `getAccessToken` once no user is signed in. */
export class SignedOutError extends Error {
  override readonly name = "SignedOutError";
}

/** Records that this browser was signed in, so that a reload asks the login pages silently. It is not a token. */
const FLAG = "frontage:signed-in";

/** A token that expires within this time is not given out. */
const MARGIN = 20_000;
/** Renewal begins this long before the expiry, or a quarter of the lifetime if that is shorter. */
const LEAD = 60_000;
/** The pause after a renewal that got no response; each further one doubles it, up to the longest. */
const RETRY = 5_000;
const LONGEST_RETRY = 300_000;
/** A tab that hangs must not keep the others from renewing. */
const LOCK_PATIENCE = 10_000;
/** Signing out waits no longer than this for the revocation. */
const REVOKE_PATIENCE = 2_000;

/**
 * The page's only sign-in, which all tabs share: a new one gets its tokens from those that are open, and one renews for all.
 * Tokens are in memory only, so a reload of the only tab asks the login pages once, with a redirect that shows nothing
 * (`prompt=none`) and leaves no entry in the history, if this browser was signed in before.
 */
export class Session implements SessionView {
  readonly #login: Login;
  readonly #browser: Browser;
  readonly #tabs: Tabs;
  readonly #listeners = new Listeners<SessionUser | undefined>();
  #state: SessionState = "starting";
  #problem: string | undefined;
  #tokens: Tokens | undefined;
  #user: SessionUser | undefined;
  #renewal: Promise<void> | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #failures = 0;
  /** When somebody signed out, by this browser's clock: tokens of before are not taken over. */
  #endedAt = 0;

  constructor(config: LoginConfig, browser: Browser = realBrowser()) {
    this.#browser = browser;
    this.#login = new Login(config, browser);
    this.#tabs = new Tabs(browser, {
      tokens: () => (this.#remaining() > MARGIN ? this.#tokens : undefined),
      take: (tokens) => this.#take(tokens),
      end: () => void this.#endHere(),
    });
  }

  get state(): SessionState {
    return this.#state;
  }

  /** Why the last sign-in failed, for people; `undefined` if it succeeded, or was not attempted. */
  get problem(): string | undefined {
    return this.#problem;
  }

  get user(): SessionUser | undefined {
    return this.#user;
  }

  get userInfoUrl(): string {
    return this.#login.userInfoUrl;
  }

  onChange(listener: (user: SessionUser | undefined) => void): Unsubscribe {
    return this.#listeners.add(listener);
  }

  /** Evaluates the URL and the flag of an earlier visit. Resolves once the state is known, or the browser is leaving. */
  async start(): Promise<void> {
    if (new URL(this.#browser.href()).pathname === CALLBACK_PATH) {
      await this.#finish();
    } else if (this.#browser.local.getItem(FLAG) !== null) {
      const tokens = await this.#tabs.ask();
      if (this.#endedAt > 0) {
        // Somebody has signed out meanwhile.
        this.#become("signed-out");
      } else if (tokens === undefined) {
        await this.#leaveFor(true);
      } else {
        this.#keep(tokens);
        this.#become("signed-in");
      }
    } else {
      this.#become("signed-out");
    }
  }

  /** Goes to the login pages, and returns to the current path. */
  async signIn(): Promise<void> {
    this.#become("starting");
    await this.#leaveFor(false);
  }

  /** Ends the session in every tab, at the token endpoint and at the login pages. */
  async signOut(): Promise<void> {
    this.#tabs.tellEnd();
    await this.#endHere();
    this.#browser.assign(this.#login.logoutUrl());
  }

  async getAccessToken(): Promise<string> {
    return (await this.#valid()).access;
  }

  /**
   * A token that says who is signed in, for the shell's own connection to the toggles: the ID token, which has the
   * user's groups and attributes, and opens no API that asks for a scope. It is renewed with the access token, and lives
   * as long. A renewal need not return one (OpenID Connect Core 1.0, 12.2): then it is the access token, which has the groups.
   * @throws as `getAccessToken`.
   */
  async getIdToken(): Promise<string> {
    const { id, access } = await this.#valid();
    return id ?? access;
  }

  /** The tokens, renewed if they end soon. */
  async #valid(): Promise<Tokens> {
    if (this.#tokens !== undefined && this.#remaining() < MARGIN) {
      await this.#renew();
    }
    if (this.#tokens === undefined) {
      throw new SignedOutError("Nobody is signed in");
    }
    return this.#tokens;
  }

  /**
   * Checks again after the page was in the background: timers do not run in a sleeping machine, and a page from the
   * back-forward cache may be older than a sign-out.
   */
  async resume(fromCache: boolean): Promise<void> {
    if (fromCache && (this.#state === "starting" || this.#browser.local.getItem(FLAG) === null)) {
      this.#browser.reload();
    } else if (this.#tokens !== undefined && this.#remaining() < this.#lead()) {
      await this.#renewInBackground();
    }
  }

  async #leaveFor(silently: boolean): Promise<void> {
    const { pathname, search, hash } = new URL(this.#browser.href());
    try {
      const url = await this.#login.begin(pathname + search + hash, silently);
      if (silently) {
        this.#browser.replace(url);
      } else {
        this.#browser.assign(url);
      }
    } catch {
      this.#fail();
    }
  }

  async #finish(): Promise<void> {
    const href = this.#browser.href();
    // At once, whatever the result: a code must not stay in the address bar or the history.
    this.#browser.replacePath("/");
    const outcome = await this.#login.finish(href);
    this.#browser.replacePath(outcome.returnTo);
    if (outcome.kind === "failed") {
      this.#fail();
    } else if (outcome.kind === "login-required") {
      this.#browser.local.removeItem(FLAG);
      this.#become("signed-out");
    } else {
      this.#browser.local.setItem(FLAG, "1");
      this.#keep(outcome.tokens);
      this.#become("signed-in");
      this.#tabs.tell(outcome.tokens);
    }
  }

  #fail(): void {
    this.#become("signed-out", "The sign-in could not be completed. Please try again.");
  }

  /** Drops and revokes the tokens, as every tab does on signing out. */
  async #endHere(): Promise<void> {
    const tokens = this.#tokens;
    this.#endedAt = Date.now();
    this.#browser.local.removeItem(FLAG);
    this.#drop();
    if (tokens !== undefined) {
      await Promise.race([this.#login.revoke(tokens).catch(() => undefined), pause(REVOKE_PATIENCE)]);
    }
  }

  #drop(problem?: string): void {
    clearTimeout(this.#timer);
    this.#tokens = undefined;
    this.#become("signed-out", problem);
  }

  /** Takes over what another tab has: a renewal, or a later sign-in, perhaps of another user. */
  #take(tokens: Tokens): void {
    const before = this.#tokens;
    const isNewer =
      before === undefined ||
      tokens.since > before.since ||
      (tokens.since === before.since && tokens.expiresAt > before.expiresAt);
    if (this.#state === "starting" || tokens.since < this.#endedAt || !isNewer) {
      return;
    }
    this.#keep(tokens);
    if (before === undefined) {
      this.#become("signed-in");
      return;
    }
    this.#tellIfUserChanged(before);
    if (before.since !== tokens.since) {
      // Of a sign-in that no tab uses any more.
      void this.#login.revoke(before).catch(() => undefined);
    }
  }

  #keep(tokens: Tokens): void {
    this.#tokens = tokens;
    this.#failures = 0;
    this.#renewIn(Math.max(this.#remaining() - this.#lead(), 1_000));
  }

  #become(state: SessionState, problem?: string): void {
    this.#state = state;
    this.#problem = problem;
    this.#user = this.#tokens && userOf(this.#tokens.claims);
    this.#listeners.notify(this.#user);
  }

  #remaining(): number {
    return this.#tokens === undefined ? 0 : this.#tokens.expiresAt - Date.now();
  }

  #lead(): number {
    return Math.min(LEAD, (this.#tokens?.lifetime ?? 0) / 4);
  }

  #renewIn(milliseconds: number): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#renewInBackground(), milliseconds);
  }

  async #renewInBackground(): Promise<void> {
    try {
      await this.#renew();
    } catch {
      if (this.#tokens !== undefined) {
        const longest = Math.min(RETRY * 2 ** this.#failures++, LONGEST_RETRY);
        this.#renewIn(longest * (1 + Math.random()));
      }
    }
  }

  /** One renewal at a time, in one tab for all: a rotated refresh token works only once. */
  #renew(): Promise<void> {
    const before = this.#tokens;
    const isDone = () => this.#tokens !== undefined && this.#tokens !== before;
    this.#renewal ??= this.#locked(async () => isDone() || this.#exchange()).finally(() => {
      this.#renewal = undefined;
    });
    return this.#renewal;
  }

  async #exchange(): Promise<void> {
    const before = this.#tokens;
    if (before === undefined) {
      throw new SignedOutError("Nobody is signed in");
    }
    try {
      const tokens = await this.#login.renew(before);
      if (this.#tokens === before) {
        this.#keep(tokens);
        this.#tellIfUserChanged(before);
        this.#tabs.tell(tokens);
      } else if (this.#tokens === undefined) {
        // Signed out in the meantime: the new tokens must not stay valid.
        await this.#login.revoke(tokens).catch(() => undefined);
      }
    } catch (error) {
      this.#judge(error, before);
    }
  }

  #judge(error: unknown, before: Tokens): never {
    if (isRefused(error) || before.refresh === undefined) {
      if (this.#tokens === before) {
        this.#drop("Your session has ended. Please sign in again.");
      }
      throw new SignedOutError("The session has ended");
    }
    throw new Error("The session could not be renewed: the sign-in service did not answer");
  }

  #tellIfUserChanged(before: Tokens): void {
    const after = this.#tokens;
    if (after && JSON.stringify(userOf(before.claims)) !== JSON.stringify(userOf(after.claims))) {
      this.#become("signed-in");
    }
  }

  /** Tabs renew one after the other, and a tab that cannot get its turn continues anyway. */
  async #locked(work: () => Promise<unknown>): Promise<void> {
    const locks = this.#browser.locks;
    if (locks === undefined) {
      await work();
      return;
    }
    const patience = new AbortController();
    const timer = setTimeout(() => patience.abort(), LOCK_PATIENCE);
    let begun = false;
    try {
      await locks.request("frontage:renew", { signal: patience.signal }, () => {
        begun = true;
        clearTimeout(timer);
        return work();
      });
    } catch (error) {
      if (begun) {
        throw error;
      }
      await work();
    } finally {
      clearTimeout(timer);
    }
  }
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
