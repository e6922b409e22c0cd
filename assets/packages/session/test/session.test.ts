import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { readAccess, Session, SignedOutError } from "../src/index.js";
import { LOGIN, Tab, TokenEndpoint } from "./world.js";

let endpoint: TokenEndpoint;

beforeEach(() => {
  vi.useFakeTimers({ now: new Date("2030-01-01") });
  endpoint = new TokenEndpoint();
  endpoint.install();
});

afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

/** A session in a tab that has been to the login pages and back. */
async function signedIn(tab: Tab): Promise<Session> {
  await new Session(LOGIN, tab).signIn();
  tab.comeBack({ code: "code-1" });
  const session = new Session(LOGIN, tab);
  await session.start();
  return session;
}

/** The page is loaded again, or a tab is opened: its session has started, or is on its way to the login pages. */
async function loaded(tab: Tab): Promise<Session> {
  tab.unload();
  const session = new Session(LOGIN, tab);
  const started = session.start();
  await vi.advanceTimersByTimeAsync(200);
  await started;
  return session;
}

const minutes = (count: number) => vi.advanceTimersByTimeAsync(count * 60_000);

describe("signing in", () => {
  it("asks for a code with PKCE, and shows no token in the address", async () => {
    const tab = new Tab("/shipping/orders/7?tab=log");
    await new Session(LOGIN, tab).signIn();
    const asked = tab.asked();
    expect(asked.origin + asked.pathname).toBe("https://login.example/oauth2/authorize");
    expect(Object.fromEntries(asked.searchParams)).toMatchObject({
      response_type: "code",
      client_id: "client-1",
      redirect_uri: "https://shell.example/signed-in",
      code_challenge_method: "S256",
    });
    expect(asked.searchParams.has("prompt")).toBe(false);
  });

  it("comes back to the path that it was begun on, without the code", async () => {
    const tab = new Tab("/shipping/orders/7?tab=log#end");
    const session = await signedIn(tab);
    expect(tab.visited).toEqual(["/", "/shipping/orders/7?tab=log#end"]);
    expect(session.state).toBe("signed-in");
    expect(session.user).toEqual({
      id: "u1",
      name: "ada@example.com",
      email: "ada@example.com",
      groups: ["operators"],
    });
  });

  it("keeps no token in any storage", async () => {
    const tab = new Tab();
    await signedIn(tab);
    const stored = JSON.stringify([...tab.tab.items, tab.local.getItem("frontage:signed-in")]);
    expect(stored).not.toMatch(/access-|refresh-|eyJ/);
  });

  it("does not follow a return path to another origin", async () => {
    const tab = new Tab("//evil.example/");
    await signedIn(tab);
    expect(tab.visited.at(-1)).toBe("/");
  });

  it("says when it could not be completed, and not what was answered", async () => {
    const tab = new Tab("/shipping/FR-20931?tab=log");
    await new Session(LOGIN, tab).signIn();
    tab.comeBack({ code: "code-1" });
    endpoint.failure = async () => new Response("secret", { status: 500 });
    const session = new Session(LOGIN, tab);
    await session.start();
    expect(session.state).toBe("signed-out");
    expect(session.problem).toBe("The sign-in could not be completed. Please try again.");
    expect(tab.href(), "a link leads to where it led").toBe(
      "https://shell.example/shipping/FR-20931?tab=log",
    );
  });

  it("leaves nothing of sign-ins that were given up in the tab", async () => {
    const tab = new Tab();
    await new Session(LOGIN, tab).signIn();
    vi.setSystemTime(Date.now() + 3_600_000);
    await new Session(LOGIN, tab).signIn();
    expect(tab.tab.items.size).toBe(1);
  });

  it("leaves a made-up callback alone", async () => {
    const tab = new Tab("/signed-in?code=x&state=y");
    const session = new Session(LOGIN, tab);
    await session.start();
    expect(session.state).toBe("signed-out");
    expect(endpoint.requests).toEqual([]);
    expect(tab.href()).toBe("https://shell.example/");
  });
});

describe("after a reload", () => {
  it("asks the login pages silently, if this browser was signed in", async () => {
    const tab = new Tab();
    await signedIn(tab);
    tab.replacePath("/billing");
    const session = await loaded(tab);
    expect(session.state).toBe("starting");
    expect(tab.asked().searchParams.get("prompt")).toBe("none");
    expect(tab.replaced, "Back does not lead to the login pages").toEqual([tab.left.at(-1)]);
    tab.comeBack({ code: "code-2" });
    const next = new Session(LOGIN, tab);
    await next.start();
    expect(next.state).toBe("signed-in");
    expect(tab.visited.at(-1)).toBe("/billing");
  });

  it("of the only tab it does not wait for others for long", async () => {
    const tab = new Tab();
    await signedIn(tab);
    tab.unload();
    void new Session(LOGIN, tab).start();
    await vi.advanceTimersByTimeAsync(199);
    expect(tab.left).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(1);
    await vi.waitFor(() => expect(tab.left).toHaveLength(2));
  });

  it("asks once: `login_required` leads to the sign-in card, and the next load asks no more", async () => {
    const tab = new Tab();
    await signedIn(tab);
    await loaded(tab);
    tab.comeBack({ error: "login_required" });
    const session = new Session(LOGIN, tab);
    await session.start();
    expect(session.state).toBe("signed-out");
    expect(session.problem).toBeUndefined();
    const before = tab.left.length;
    await new Session(LOGIN, tab).start();
    expect(tab.left.length).toBe(before);
  });

  it("does not ask where nobody was signed in", async () => {
    const tab = new Tab();
    const session = new Session(LOGIN, tab);
    await session.start();
    expect(session.state).toBe("signed-out");
    expect(tab.left).toEqual([]);
  });
});

describe("renewal", () => {
  it("comes ahead of the end, again and again, with rotated refresh tokens", async () => {
    const session = await signedIn(new Tab());
    await minutes(4.1);
    expect(await session.getAccessToken()).toBe("access-2");
    await minutes(4.1);
    expect(await session.getAccessToken()).toBe("access-3");
    expect(endpoint.requests.at(-1)?.get("refresh_token")).toBe("refresh-2");
  });

  it("is waited for, and made once for all who ask", async () => {
    const session = await signedIn(new Tab());
    let answer: (response: Response) => void = () => undefined;
    endpoint.failure = () => new Promise((resolve) => (answer = resolve));
    vi.setSystemTime(Date.now() + 290_000);
    const tokens = Promise.all([session.getAccessToken(), session.getAccessToken()]);
    await vi.waitFor(() => expect(endpoint.requests).toHaveLength(2));
    answer(new Response(JSON.stringify({ access_token: "late", expires_in: 300 }), JSON_HEADERS));
    expect(await tokens).toEqual(["late", "late"]);
    expect(endpoint.requests).toHaveLength(2);
  });

  it("is tried again while the network is away, and the token is given out as long as it is valid", async () => {
    const session = await signedIn(new Tab());
    endpoint.failure = () => Promise.reject(new TypeError("Failed to fetch"));
    await minutes(4.5);
    expect(await session.getAccessToken()).toBe("access-1");
    await minutes(1);
    await expect(session.getAccessToken()).rejects.toThrow("could not be renewed");
    expect(session.state).toBe("signed-in");
    endpoint.failure = undefined;
    await minutes(0.5);
    expect(await session.getAccessToken()).toBe("access-2");
  });

  it.each([
    ["a gateway's 429", 429, '{"error":"too_many_requests"}'],
    ["an error of the server", 500, '{"error":"server_error"}'],
    ["an answer that is no JSON", 503, "busy"],
  ])("that gets %s ends nothing, and is asked for ever less often", async (_, status, body) => {
    const session = await signedIn(new Tab());
    endpoint.failure = async () => new Response(body, { ...JSON_HEADERS, status });
    await minutes(60);
    expect(session.state).toBe("signed-in");
    const attempts = endpoint.requests.length;
    expect(attempts).toBeLessThan(25);
    await minutes(30);
    expect(endpoint.requests.length - attempts, "it is not given up").toBeGreaterThan(2);
    endpoint.failure = undefined;
    expect(await session.getAccessToken()).toBe("access-2");
  });

  it("is not waited for while the token is good", async () => {
    const session = await signedIn(new Tab());
    endpoint.failure = () => new Promise(() => undefined);
    await minutes(4.1);
    expect(endpoint.requests).toHaveLength(2);
    expect(await session.getAccessToken()).toBe("access-1");
  });

  it("may say another time of signing in, but no other user", async () => {
    endpoint.authTime = () => Math.floor(Date.now() / 1_000);
    const session = await signedIn(new Tab());
    await minutes(4.1);
    expect(await session.getAccessToken()).toBe("access-2");
    endpoint.user = "u2";
    await minutes(4.1);
    expect(session.state).toBe("signed-out");
    const renewals = endpoint.requests.filter((form) => form.get("grant_type") === "refresh_token");
    expect(renewals, "it is not tried again").toHaveLength(2);
    expect(endpoint.requests.at(-1)?.get("token"), "what came is revoked").toBe("refresh-3");
  });

  it("that is refused ends the session", async () => {
    const session = await signedIn(new Tab());
    const seen = vi.fn();
    session.onChange(seen);
    endpoint.failure = async () =>
      new Response('{"error":"invalid_grant"}', { ...JSON_HEADERS, status: 400 });
    await minutes(4.1);
    expect(seen).toHaveBeenLastCalledWith(undefined);
    expect(session.problem).toBe("Your session has ended. Please sign in again.");
    await expect(session.getAccessToken()).rejects.toThrow(SignedOutError);
  });

  it("is made up for when the machine wakes up", async () => {
    const session = await signedIn(new Tab());
    vi.setSystemTime(Date.now() + 600_000);
    await session.resume(false);
    expect(await session.getAccessToken()).toBe("access-2");
  });
});

describe("the ID token", () => {
  it("is renewed with the access token, and has the user's groups", async () => {
    const session = await signedIn(new Tab());
    endpoint.groups = ["operators", "beta"];
    const told = vi.fn();
    session.onChange(told);
    await minutes(4.1);
    const { claims } = readAccess(await session.getIdToken());
    expect(claims).toMatchObject({ sub: "u1", "cognito:groups": ["operators", "beta"] });
    expect(told).toHaveBeenCalledOnce();
    expect(session.user?.groups).toEqual(["operators", "beta"]);
  });

  it("is the access token where a renewal has returned none", async () => {
    const session = await signedIn(new Tab());
    const answer = JSON.stringify({ access_token: "second", expires_in: 300 });
    endpoint.failure = async () => new Response(answer, JSON_HEADERS);
    await minutes(4.1);
    expect(await session.getIdToken()).toBe("second");
  });

  it("is nobody's once nobody is signed in", async () => {
    const session = new Session(LOGIN, new Tab());
    await session.start();
    await expect(session.getIdToken()).rejects.toThrow(SignedOutError);
  });
});

describe("tabs of one browser", () => {
  it("share a sign-in: a new one asks no login pages", async () => {
    const tab = new Tab();
    await signedIn(tab);
    const second = new Tab("/billing", tab);
    const session = await loaded(second);
    expect(session.state).toBe("signed-in");
    expect(session.user?.id).toBe("u1");
    expect(await session.getAccessToken()).toBe("access-1");
    expect(second.left).toEqual([]);
    expect(second.tab.items.size).toBe(0);
  });

  it("renew once for all", async () => {
    const tab = new Tab();
    const session = await signedIn(tab);
    const others = [await loaded(new Tab("/billing", tab)), await loaded(new Tab("/profile", tab))];
    endpoint.groups = ["operators", "beta"];
    await minutes(4.1);
    expect(endpoint.requests).toHaveLength(2);
    for (const each of [session, ...others]) {
      expect(await each.getAccessToken()).toBe("access-2");
      expect(each.user?.groups).toEqual(["operators", "beta"]);
    }
  });

  it("notice a sign-in, and of another user too", async () => {
    const tab = new Tab();
    const waiting = await loaded(tab);
    expect(waiting.state).toBe("signed-out");
    await signedIn(new Tab("/billing", tab));
    expect(waiting.state).toBe("signed-in");

    endpoint.user = "u2";
    await minutes(1);
    await signedIn(new Tab("/billing", tab));
    expect(waiting.user?.id).toBe("u2");
    expect(endpoint.requests.filter((form) => form.get("token") === "refresh-1").length).toBeGreaterThan(0);
  });

  it("stay signed out if somebody signs out while a new one asks", async () => {
    const tab = new Tab();
    const session = await signedIn(tab);
    const second = new Tab("/billing", tab);
    const other = second.openChannel();
    tab.unload();
    const asking = new Session(LOGIN, second);
    const started = asking.start();
    other.postMessage({ kind: "end" });
    await vi.advanceTimersByTimeAsync(200);
    await started;
    expect([asking.state, second.left, session.state]).toEqual(["signed-out", [], "signed-in"]);
  });

  it("do not take over what another had before somebody signed out", async () => {
    const tab = new Tab();
    const session = await signedIn(tab);
    const late = tab.openChannel();
    let heard: unknown;
    late.onmessage = (event) => (heard = event.data);
    await loaded(new Tab("/billing", tab));
    await minutes(1);
    await session.signOut();
    expect(session.state).toBe("signed-out");
    expect(heard).toEqual({ kind: "end" });
    const tokens = {
      access: "a",
      refresh: "r",
      since: 0,
      expiresAt: Date.now() + 300_000,
      lifetime: 300_000,
    };
    late.postMessage({ kind: "tokens", tokens });
    expect(session.state).toBe("signed-out");
  });
});

describe("signing out", () => {
  it("ends every tab, revokes, and ends the login pages' own session", async () => {
    const tab = new Tab();
    const session = await signedIn(tab);
    const other = await loaded(new Tab("/billing", tab));
    await session.signOut();
    expect(tab.asked().href).toBe(
      "https://login.example/logout?client_id=client-1&logout_uri=https%3A%2F%2Fshell.example%2F",
    );
    for (const each of [session, other]) {
      expect(each.state).toBe("signed-out");
      await expect(each.getAccessToken()).rejects.toThrow(SignedOutError);
    }
    const revoked = endpoint.requests.filter((form) => form.has("token")).map((form) => form.get("token"));
    expect(new Set(revoked)).toEqual(new Set(["refresh-1"]));
    expect(tab.local.getItem("frontage:signed-in")).toBeNull();
  });

  it("does not wait for a token endpoint that hangs", async () => {
    const tab = new Tab();
    const session = await signedIn(tab);
    endpoint.failure = () => new Promise(() => undefined);
    void session.signOut();
    await vi.advanceTimersByTimeAsync(2_000);
    expect(tab.asked().pathname).toBe("/logout");
  });

  it("goes to the login pages though the browser keeps the answer from the page", async () => {
    const tab = new Tab();
    const session = await signedIn(tab);
    endpoint.failure = () => Promise.reject(new TypeError("Failed to fetch"));
    await session.signOut();
    expect(endpoint.requests.at(-1)?.get("token")).toBe("refresh-1");
    expect(session.state).toBe("signed-out");
    expect(tab.asked().pathname).toBe("/logout");
  });

  it("is not undone by the back button", async () => {
    const tab = new Tab();
    const session = await signedIn(tab);
    tab.local.removeItem("frontage:signed-in");
    await session.resume(true);
    expect(tab.reloads).toBe(1);
  });
});

const JSON_HEADERS = { headers: { "content-type": "application/json" } };
