import { vi } from "vitest";
import type { Browser } from "../src/index.js";

export const LOGIN = {
  issuer: "https://cognito-idp.eu-west-1.amazonaws.com/pool",
  url: "https://login.example",
  clientId: "client-1",
  scope: "openid email profile",
};

const SHELL = "https://shell.example";

/** A browser's tab. Tabs of one browser share `local` and the channel. */
export class Tab implements Browser {
  address: string;
  readonly visited: string[] = [];
  readonly left: string[] = [];
  /** Those of `left` that are no entry of the history. */
  readonly replaced: string[] = [];
  readonly local: Storage;
  readonly tab = new MemoryStorage();
  readonly locks = undefined;
  reloads = 0;
  readonly #channels: Set<FakeChannel>;
  readonly #own = new Set<FakeChannel>();

  constructor(path = "/", sibling?: Tab) {
    this.address = SHELL + path;
    this.local = sibling?.local ?? new MemoryStorage();
    this.#channels = sibling ? sibling.#channels : new Set();
  }

  href = () => this.address;
  assign = (url: string) => void this.left.push(url);
  replace = (url: string) => {
    this.left.push(url);
    this.replaced.push(url);
  };
  reload = () => void this.reloads++;
  replacePath = (path: string) => {
    this.address = SHELL + path;
    this.visited.push(path);
  };
  openChannel = () => {
    const channel = new FakeChannel(this.#channels);
    this.#own.add(channel);
    return channel as unknown as BroadcastChannel;
  };

  /** What the login pages were asked last. */
  asked(): URL {
    return new URL(this.left.at(-1) ?? "");
  }

  /** The page ends, and with it what it says to others. */
  unload(): void {
    for (const channel of this.#own) {
      this.#channels.delete(channel);
    }
    this.#own.clear();
  }

  /** Comes back from the login pages. */
  comeBack(answer: Record<string, string>): void {
    this.unload();
    const state = this.asked().searchParams.get("state") ?? "";
    this.address = `${SHELL}/signed-in?${new URLSearchParams({ ...answer, state })}`;
  }
}

class FakeChannel {
  onmessage: ((event: { data: unknown }) => void) | null = null;
  readonly #all: Set<FakeChannel>;

  constructor(all: Set<FakeChannel>) {
    this.#all = all.add(this);
  }

  postMessage(data: unknown): void {
    for (const other of this.#all) {
      if (other !== this) {
        other.onmessage?.({ data });
      }
    }
  }
}

class MemoryStorage implements Storage {
  readonly items = new Map<string, string>();
  get length() {
    return this.items.size;
  }
  key = (index: number) => [...this.items.keys()][index] ?? null;
  getItem = (key: string) => this.items.get(key) ?? null;
  setItem = (key: string, value: string) => void this.items.set(key, value);
  removeItem = (key: string) => void this.items.delete(key);
  clear = () => this.items.clear();
}

/** The token endpoint: counts up its tokens, rotates refresh tokens, and refuses those that were used or revoked. */
export class TokenEndpoint {
  readonly requests: URLSearchParams[] = [];
  /** Instead of an answer, until it is taken away. */
  failure: (() => Promise<Response>) | undefined;
  /** The user who signs in. */
  user = "u1";
  /** What a renewal says of when the user signed in. */
  authTime: (() => number) | undefined;
  /** The user's groups in the user pool. */
  groups = ["operators"];
  readonly #good = new Set<string>();
  #count = 0;

  install(): void {
    vi.stubGlobal("fetch", (url: string, init: RequestInit) => this.#answer(url, init));
  }

  async #answer(url: string, init: RequestInit): Promise<Response> {
    const form = new URLSearchParams(String(init.body));
    this.requests.push(form);
    if (this.failure) {
      return this.failure();
    }
    if (url.endsWith("/oauth2/revoke")) {
      this.#good.delete(form.get("token") ?? "");
      return new Response("");
    }
    if (form.get("grant_type") === "refresh_token" && !this.#good.delete(form.get("refresh_token") ?? "")) {
      return json(400, { error: "invalid_grant" });
    }
    return json(200, this.#issue());
  }

  #issue(): object {
    const number = ++this.#count;
    this.#good.add(`refresh-${number}`);
    return {
      access_token: `access-${number}`,
      refresh_token: `refresh-${number}`,
      id_token: jwt({
        sub: this.user,
        ...(this.authTime && { auth_time: this.authTime() }),
        email: "ada@example.com",
        "cognito:username": "ada",
        "cognito:groups": this.groups,
      }),
      token_type: "Bearer",
      expires_in: 300,
    };
  }
}

function json(status: number, body: object): Response {
  return new Response(JSON.stringify(body), { status, headers: { "content-type": "application/json" } });
}

function jwt(claims: object): string {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url");
  const now = Math.floor(Date.now() / 1000);
  return `${part({ alg: "RS256" })}.${part({ iss: LOGIN.issuer, aud: LOGIN.clientId, iat: now, exp: now + 300, ...claims })}.c2ln`;
}
