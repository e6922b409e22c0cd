import { createServer, type IncomingMessage, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, expect, test } from "vitest";
import { Api, type ApiOptions, noticeOf, userInfo } from "../src/index.js";

let server: Server | undefined;

afterEach(() => {
  server?.closeAllConnections();
  server?.close();
});

/** A real service on this machine. */
async function service(listener: RequestListener): Promise<string> {
  server = createServer(listener);
  await new Promise<void>((listening) => server?.listen(0, "127.0.0.1", listening));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1/`;
}

function api(baseUrl: string, more: Partial<ApiOptions> = {}): Api {
  let tokens = 0;
  const session = { getAccessToken: async () => `token-${++tokens}` };
  return new Api({ session, baseUrl, sleep: async () => {}, ...more });
}

async function bodyOf(request: IncomingMessage): Promise<unknown> {
  let text = "";
  for await (const part of request) text += part;
  return JSON.parse(text);
}

test("an answer is a value, and each attempt has a token of its own", async () => {
  const asked: string[] = [];
  const url = await service((request, response) => {
    asked.push(`${request.method} ${request.url} ${request.headers.authorization}`);
    response.statusCode = asked.length < 3 ? 503 : 200;
    response.end(JSON.stringify({ id: 7 }));
  });
  const result = await api(url).get<{ id: number }>("orders/7", { query: { tab: "log", page: undefined } });
  expect(result).toEqual({ ok: true, status: 200, value: { id: 7 } });
  expect(asked).toEqual([1, 2, 3].map((at) => `GET /v1/orders/7?tab=log Bearer token-${at}`));
});

test.each(["v1", "v1/"])("slashes make no difference: below %s", async (base) => {
  const asked: (string | undefined)[] = [];
  const url = await service((request, response) => {
    asked.push(request.url);
    response.end("{}");
  });
  const below = new URL(`../${base}`, url).href;
  for (const path of ["orders", "/orders", "orders/?a=/b"]) await api(below).get(path);
  expect(asked).toEqual(["/v1/orders", "/v1/orders", "/v1/orders/?a=/b"]);
});

test("forms and files are sent as they are", async () => {
  const sent: [string | undefined, string][] = [];
  const url = await service(async (request, response) => {
    let text = "";
    for await (const part of request) text += part;
    sent.push([request.headers["content-type"], text]);
    response.end();
  });
  const form = new FormData();
  form.set("name", "Ada");
  for (const body of [form, new Blob(["a,b"], { type: "text/csv" }), new URLSearchParams({ a: "b" })])
    expect((await api(url).post("orders", body)).ok).toBe(true);
  expect(sent.map(([type]) => type?.split(";")[0])).toEqual([
    "multipart/form-data",
    "text/csv",
    "application/x-www-form-urlencoded",
  ]);
  expect(sent[0]?.[1]).toContain('name="name"\r\n\r\nAda');
  expect(sent[1]?.[1]).toBe("a,b");
});

test("what may not be made twice is not, and what is sent arrives", async () => {
  const sent: unknown[] = [];
  const url = await service(async (request, response) => {
    sent.push(await bodyOf(request));
    response.writeHead(500).end();
  });
  expect(await api(url).post("orders", { amount: 3 })).toMatchObject({ problem: { kind: "server" } });
  expect(sent).toEqual([{ amount: 3 }]);
  expect((await api(url).post("orders", { amount: 3 }, { idempotent: true })).ok).toBe(false);
  expect(sent).toHaveLength(5);
});

test("pauses are random parts of ever longer ones, or as the server asks", async () => {
  let after: string | undefined;
  const url = await service((_, response) => {
    response.writeHead(429, after ? { "Retry-After": after } : {}).end();
  });
  const pauses: number[] = [];
  const sleep = async (pause: number): Promise<void> => {
    pauses.push(pause);
  };
  await api(url, { sleep, random: () => 0.5 }).get("x");
  expect(pauses.splice(0)).toEqual([150, 300, 600]);
  after = "2";
  await api(url, { sleep, attempts: 2 }).get("x");
  expect(pauses.splice(0)).toEqual([2000]);
  after = "3600";
  expect(await api(url, { sleep }).get("x")).toMatchObject({ problem: { kind: "busy", status: 429 } });
  expect(pauses).toEqual([]);
});

test("each problem is a value, in the server's words where it has some", async () => {
  let status = 0;
  const url = await service((_, response) => {
    const document = { title: "No such order", detail: "It was cancelled.", code: "cancelled" };
    response.writeHead(status).end(JSON.stringify(document));
  });
  for (const [given, kind] of [
    [401, "signed-out"],
    [403, "forbidden"],
    [404, "missing"],
    [409, "conflict"],
    [422, "invalid"],
  ] as const) {
    status = given;
    const result = await api(url).get("x");
    if (result.ok) throw new Error(`${given} is no problem`);
    expect(result.problem).toMatchObject({ kind, status: given, passes: false });
    expect(noticeOf(result.problem)).toMatchObject({ heading: "No such order", text: "It was cancelled." });
    expect(result.problem.document?.code).toBe("cancelled");
  }
});

test("no connection, no answer, and a caller that gives up", async () => {
  const hanging = await service(() => {});
  expect(await api(hanging, { timeout: 50, attempts: 1 }).get("x")).toMatchObject({
    problem: { kind: "timeout" },
  });
  const control = new AbortController();
  const waiting = api(hanging).get("x", { signal: control.signal });
  control.abort();
  expect(await waiting).toMatchObject({ problem: { kind: "aborted", passes: false } });
  expect(await api("http://127.0.0.1:9/").get("x")).toMatchObject({ problem: { kind: "offline" } });
  const result = await api("http://127.0.0.1:9/", { attempts: 1 }).get("x");
  if (!result.ok) expect(noticeOf(result.problem).tone).toBe("danger");
});

test("nobody signed in is a problem, and another origin never gets the token", async () => {
  let asked = 0;
  const url = await service((_, response) => {
    asked += 1;
    response.end();
  });
  const over = Object.assign(new Error("Nobody is signed in"), { name: "SignedOutError" });
  const session = { getAccessToken: () => Promise.reject(over) };
  expect(await api(url, { session }).get("x")).toMatchObject({ problem: { kind: "signed-out" } });
  await expect(api(url).get("https://elsewhere.example/x")).rejects.toThrow("the token is for that alone");
  expect(asked).toBe(0);
});

test("a session that cannot be renewed for now is asked again, and is no sign-out", async () => {
  const url = await service((_, response) => response.end("{}"));
  let asked = 0;
  const getAccessToken = async (): Promise<string> => {
    asked += 1;
    if (asked < 3) throw new Error("the sign-in service did not answer");
    return "token";
  };
  expect((await api(url, { session: { getAccessToken } }).get("x")).ok).toBe(true);
  asked = 0;
  const once = api(url, { session: { getAccessToken }, attempts: 1 });
  expect(await once.get("x")).toMatchObject({ problem: { kind: "offline", passes: true } });
});

test("an empty answer is a value, and one that is no JSON a problem", async () => {
  let text = "";
  const url = await service((_, response) => response.end(text));
  expect(await api(url).delete("x")).toEqual({ ok: true, status: 200, value: undefined });
  text = "<html>";
  expect(await api(url, { attempts: 1 }).get("x")).toMatchObject({
    problem: { kind: "server", status: 200 },
  });
});

test("the user pool says whose address is confirmed, in words or truth values", async () => {
  let claims: unknown;
  const userInfoUrl = `${await service((request, response) => {
    expect(request.headers.authorization).toBe("Bearer token");
    response.end(claims === undefined ? "" : JSON.stringify(claims));
  })}userInfo`;
  const session = { getAccessToken: async () => "token", userInfoUrl };
  for (const [said, value] of [
    [
      { email: "ada@example.com", email_verified: "true" },
      { email: "ada@example.com", emailConfirmed: true },
    ],
    [
      { email: "ada@example.com", email_verified: false },
      { email: "ada@example.com", emailConfirmed: false },
    ],
    [undefined, { email: undefined, emailConfirmed: false }],
  ]) {
    claims = said;
    expect(await userInfo(session)).toEqual({ ok: true, status: 200, value });
  }
});
