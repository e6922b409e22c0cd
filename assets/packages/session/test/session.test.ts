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
    const tab = new Tab();
    await new Session(LOGIN, tab).signIn();
    tab.comeBack({ code: "code-1" });
    endpoint.failure = async () => new Response("secret", { status: 500 });
    const session = new Session(LOGIN, tab);
    await session.start();
    expect(session.state).toBe("signed-out");
    expect(session.problem).toBe("The sign-in could not be completed. Please try again.");
    expect(tab.href()).toBe("https://shell.example/");
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
    const session = new Session(LOGIN, tab);
    await session.start();
    expect(session.state).toBe("starting");
    expect(tab.asked().searchParams.get("prompt")).toBe("none");
    tab.comeBack({ code: "code-2" });
    const next = new Session(LOGIN, tab);
    await next.start();
    expect(next.state).toBe("signed-in");
    expect(tab.visited.at(-1)).toBe("/billing");
  });

  it("asks once: `login_required` leads to the sign-in card, and the next load asks no more", async () => {
    const tab = new Tab();
    await signedIn(tab);
    await new Session(LOGIN, tab).start();
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
    await minutes(4.05);
    const tokens = Promise.all([session.getAccessToken(), session.getAccessToken()]);
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

describe("signing out", () => {
  it("ends every tab, revokes, and ends the login pages' own session", async () => {
    const tab = new Tab();
    const session = await signedIn(tab);
    const other = await signedIn(new Tab("/billing", tab));
    await session.signOut();
    expect(tab.asked().href).toBe(
      "https://login.example/logout?client_id=client-1&logout_uri=https%3A%2F%2Fshell.example%2F",
    );
    for (const each of [session, other]) {
      expect(each.state).toBe("signed-out");
      await expect(each.getAccessToken()).rejects.toThrow(SignedOutError);
    }
    const revoked = endpoint.requests.filter((form) => form.has("token")).map((form) => form.get("token"));
    expect(revoked.sort()).toEqual(["refresh-1", "refresh-2"]);
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
