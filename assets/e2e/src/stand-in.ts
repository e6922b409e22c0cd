import { readFile } from "node:fs/promises";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { extname, resolve } from "node:path";
import type { Page, WebSocketRoute } from "@playwright/test";
import { Backend, type Kept, type Person } from "../../shell/test/toggles/backend.js";

const DIST = resolve(import.meta.dirname, "../../shell/dist");
const COOKIE = "person";

const PEOPLE: readonly Person[] = [
  { sub: "ada", name: "ada@example.com", groups: ["operators"] },
  { sub: "grace", name: "grace@example.com", groups: ["operators"] },
  { sub: "joan", name: "joan@example.com", groups: ["shipping"] },
  { sub: "cid", name: "cid@example.com", groups: ["customers"] },
];

/** The header of a shell's distribution, of a system without teams: `stacks/src/shell/policy.rs`. */
const POLICY =
  "script-src 'self' 'unsafe-inline'; script-src-attr 'none', style-src 'self'; font-src 'self' data:; base-uri 'none'; " +
  "form-action 'none'; default-src 'self' 'unsafe-inline' data: blob:";

const TYPES: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript",
  ".css": "text/css",
  ".svg": "image/svg+xml",
};

/**
 * A server on the loopback that stands in for a system with operators: the built shell with a policy as strict as the
 * real one, login pages that ask nothing, and the toggles' API in memory. For pictures and for what happens in the
 * browser alone; the tests of the whole system use `frontage dev`.
 */
export class StandIn {
  readonly backend: Backend;
  readonly #server: Server;
  readonly #sockets = new Set<WebSocketRoute>();
  readonly #ids = new Set<string>();

  constructor() {
    this.backend = new Backend({
      personOf: (token) => PEOPLE.find(({ sub }) => sub === subjectOf(token)),
      mayFlip: { operators: ["*"], shipping: ["shipping.*"] },
      isProtected: ["payment.*"],
      segments: [
        { name: "staff", condition: { ends_with: [{ var: "email" }, "@example.com"] } },
        { name: "berlin", condition: { "==": [{ var: "city" }, "Berlin"] } },
      ],
      connections: Array.from({ length: 340 }, (_, at) => (at % 17 === 0 ? ["beta"] : [])),
      exposures: {
        "shipping.express": { on: 1_204, off: 18_377 },
        "profile.colour": { red: 310, green: 2_904, off: 12 },
      },
      changed: (id) => this.#changed(id),
    });
    this.#server = createServer((request, response) => void this.#serve(request, response));
  }

  async start(): Promise<void> {
    await new Promise<void>((listening) => this.#server.listen(0, "127.0.0.1", listening));
  }

  stop(): void {
    this.#server.closeAllConnections();
    this.#server.close();
  }

  get origin(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** Opens a path as one of the people, with live toggles. */
  async open(page: Page, sub: string, path: string): Promise<void> {
    await page.context().addCookies([{ name: COOKIE, value: sub, url: this.origin }]);
    await page.routeWebSocket(/\/live$/, (socket) => {
      this.#sockets.add(socket);
      socket.onClose(() => this.#sockets.delete(socket));
      socket.send(JSON.stringify([...this.#ids].flatMap((id) => this.#item(id))));
    });
    await page.goto(this.origin + path);
    await page.getByRole("button", { name: "Sign in" }).click();
    await page.getByRole("navigation").first().waitFor();
  }

  /** Writes a toggle, as somebody does by other means. */
  put(id: string, kept: Partial<Kept>, by?: string, comment?: string): void {
    this.backend.put(id, kept, by, comment);
  }

  #changed(id: string): void {
    this.#ids.add(id);
    for (const socket of this.#sockets) {
      const [item] = this.#item(id);
      socket.send(JSON.stringify(item ?? { featureId: { featureId: { S: id } }, isRemoved: "true" }));
    }
  }

  #item(id: string): object[] {
    const kept = this.backend.kept(id);
    if (!kept) {
      return [];
    }
    const { name, isActive, revision } = kept;
    return [
      {
        featureId: { S: id },
        featureName: { S: name },
        isActive: { BOOL: isActive },
        revision: { N: String(revision) },
      },
    ];
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? "/", this.origin);
    if (url.pathname.startsWith("/api/")) {
      await this.#api(url, request, response);
    } else if (url.pathname.startsWith("/login/")) {
      await this.#login(url, request, response);
    } else if (url.pathname === "/config.json") {
      response.setHeader("Content-Type", "application/json").end(JSON.stringify(this.#config()));
    } else {
      await this.#file(url.pathname, response);
    }
  }

  #config(): object {
    return {
      system: "acme",
      title: "Acme",
      login: {
        issuer: `${this.origin}/login`,
        url: `${this.origin}/login`,
        clientId: "shell",
        scope: "openid email",
      },
      toggles: {
        url: `${this.origin.replace("http", "ws")}/live`,
        api: `${this.origin}/api`,
        exposure: 0.01,
      },
      teams: [],
    };
  }

  async #api(url: URL, request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await textOf(request);
    const headers = { authorization: request.headers.authorization ?? "" };
    const method = request.method ?? "GET";
    const answer = await this.backend.handle(new Request(url, { method, headers, body: body || null }));
    response.writeHead(answer.status, Object.fromEntries(answer.headers)).end(await answer.text());
  }

  /** Signs in who is in the cookie, and asks nothing. The code is who it is. */
  async #login(url: URL, request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (url.pathname.endsWith("/authorize")) {
      const back = new URL(url.searchParams.get("redirect_uri") ?? this.origin);
      const sub = new RegExp(`${COOKIE}=(\\w+)`).exec(request.headers.cookie ?? "")?.[1] ?? "cid";
      back.searchParams.set("code", sub);
      back.searchParams.set("state", url.searchParams.get("state") ?? "");
      response.writeHead(302, { Location: back.href }).end();
    } else if (url.pathname.endsWith("/token")) {
      const sub = new URLSearchParams(await textOf(request)).get("code") ?? "";
      const token = this.#token(PEOPLE.find((person) => person.sub === sub));
      const tokens = { access_token: token, id_token: token, token_type: "Bearer", expires_in: 3_600 };
      response.setHeader("Content-Type", "application/json").end(JSON.stringify(tokens));
    } else {
      response.writeHead(404).end();
    }
  }

  /** A token that nobody has signed: there is nobody here who verifies it. */
  #token(person: Person | undefined): string {
    const part = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url");
    const now = Math.floor(Date.now() / 1_000);
    const claims = {
      iss: `${this.origin}/login`,
      aud: "shell",
      sub: person?.sub,
      email: person?.name,
      "cognito:groups": person?.groups,
      iat: now,
      exp: now + 3_600,
    };
    return `${part({ alg: "none" })}.${part(claims)}.`;
  }

  async #file(path: string, response: ServerResponse): Promise<void> {
    const name = extname(path) === "" ? "/index.html" : path;
    const content = await readFile(DIST + name).catch(() => undefined);
    if (content === undefined) {
      response.writeHead(404).end();
      return;
    }
    response.setHeader("Content-Type", TYPES[extname(name)] ?? "application/octet-stream");
    response.setHeader("Content-Security-Policy", POLICY);
    response.end(content);
  }
}

function subjectOf(token: string): string | undefined {
  try {
    const claims = JSON.parse(Buffer.from(token.split(".")[1] ?? "", "base64url").toString());
    return (claims as { sub?: string }).sub;
  } catch {
    return undefined;
  }
}

async function textOf(request: IncomingMessage): Promise<string> {
  let text = "";
  for await (const part of request) text += part;
  return text;
}
