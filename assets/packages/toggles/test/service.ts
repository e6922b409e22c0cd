import { createSign, createVerify, generateKeyPairSync, type KeyObject } from "node:crypto";
import { once } from "node:events";
import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import type { Duplex } from "node:stream";
import { type WebSocket, WebSocketServer } from "ws";

export const PROTOCOL = "frontage.toggles.v1";

/** What the service knows of a client. */
export interface Context {
  readonly targetingKey?: string;
  readonly groups?: readonly string[];
  readonly [claim: string]: unknown;
}

/** A handshake, and what came of it. */
export interface Attempt {
  readonly url: string;
  readonly protocols: readonly string[];
  status: number;
}

/** A key of a user pool, which signs its tokens. */
export class Pool {
  readonly #keys = generateKeyPairSync("rsa", { modulusLength: 2048 });

  get publicKey(): KeyObject {
    return this.#keys.publicKey;
  }

  /** An ID token. */
  token(sub: string, groups: readonly string[], claims: object = {}): string {
    const exp = Math.floor(Date.now() / 1000) + 300;
    const body = { sub, "cognito:groups": groups, token_use: "id", aud: "client-1", exp, ...claims };
    const [head, payload] = [{ alg: "RS256", kid: "1" }, body].map((part) =>
      Buffer.from(JSON.stringify(part)).toString("base64url"),
    );
    const signature = createSign("RSA-SHA256").update(`${head}.${payload}`).sign(this.#keys.privateKey);
    return `${head}.${payload}.${signature.toString("base64url")}`;
  }
}

/** Keys take a while to make. */
const POOL = new Pool();

/** A WebSocket server that admits clients as the connection manager does, and sends each the answers for it. */
export class Service {
  readonly pool = POOL;
  readonly attempts: Attempt[] = [];
  /** The connections that are open, with what is known of their clients. */
  readonly clients = new Map<WebSocket, Context>();
  connect: "public" | "optional" | "required" = "public";
  /** The items for a client. */
  answers: (context: Context) => readonly object[] = () => [];
  /** Whether a new connection gets its state. */
  isSilent = false;
  readonly #http = createServer();
  readonly #sockets = new WebSocketServer({
    noServer: true,
    handleProtocols: (offered) => offered.has(PROTOCOL) && PROTOCOL,
  });

  static async start(): Promise<Service> {
    const service = new Service();
    service.#http.on("upgrade", (...handshake) => service.#admit(...handshake));
    service.#http.listen(0, "127.0.0.1");
    await once(service.#http, "listening");
    return service;
  }

  get url(): string {
    return `ws://127.0.0.1:${(this.#http.address() as AddressInfo).port}/live`;
  }

  /** Sends everybody the present answers, as after a change. */
  tell(): void {
    for (const [socket, context] of this.clients) {
      for (const item of this.answers(context)) {
        socket.send(JSON.stringify(item));
      }
    }
  }

  async stop(): Promise<void> {
    for (const socket of this.clients.keys()) {
      socket.terminate();
    }
    this.#http.closeAllConnections();
    this.#http.close();
    await once(this.#http, "close");
  }

  #admit(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    const offered = (request.headers["sec-websocket-protocol"] ?? "").split(",").map((each) => each.trim());
    const attempt = { url: request.url ?? "", protocols: offered.filter(Boolean), status: 101 };
    this.attempts.push(attempt);
    const context = this.#contextOf(attempt);
    if (context === undefined) {
      attempt.status = 401;
      socket.end("HTTP/1.1 401 Unauthorized\r\nConnection: close\r\nContent-Length: 0\r\n\r\n");
      return;
    }
    this.#sockets.handleUpgrade(request, socket, head, (open) => {
      this.clients.set(open, context);
      open.on("close", () => this.clients.delete(open));
      if (!this.isSilent) {
        open.send(JSON.stringify(this.answers(context)));
      }
    });
  }

  /** What is known of a client, or nothing if it is refused. */
  #contextOf({ url, protocols }: Attempt): Context | undefined {
    const token = protocols.find((each) => each.startsWith("jwt."))?.slice("jwt.".length);
    if (this.connect === "public") {
      return {};
    }
    if (token !== undefined) {
      return this.#verified(token);
    }
    const id = new URL(url, "ws://service").searchParams.get("id");
    return this.connect === "required" ? undefined : id ? { targetingKey: id } : {};
  }

  #verified(token: string): Context | undefined {
    const [head = "", payload = "", signature = ""] = token.split(".");
    const isSigned = createVerify("RSA-SHA256")
      .update(`${head}.${payload}`)
      .verify(this.pool.publicKey, signature, "base64url");
    const claims = isSigned ? JSON.parse(Buffer.from(payload, "base64url").toString()) : {};
    if (claims.aud !== "client-1" || claims.exp * 1000 <= Date.now()) {
      return undefined;
    }
    const { sub, "cognito:groups": groups = [], token_use: _use, aud: _aud, exp: _exp, ...named } = claims;
    return { ...named, targetingKey: sub, groups };
  }
}
