/** The result of a request: its response, or the problem. Nothing is thrown for failures of a network or a server. */
export type Result<T> =
  | { readonly ok: true; readonly value: T; readonly status: number }
  | { readonly ok: false; readonly problem: Problem };

/**
 * - `signed-out`: no user is signed in, or the server rejects the token (401)
 * - `forbidden`: the user is not allowed to do it (403)
 * - `missing`: it does not exist (404, 410)
 * - `conflict`: another change was made first (409, 412)
 * - `invalid`: the server rejects the input (other 4xx)
 * - `busy`: too many requests (429, 503)
 * - `server`: the server failed (other 5xx), or its response is not JSON
 * - `offline`: no response arrived
 * - `timeout`: no response arrived in time
 * - `aborted`: the caller aborted it
 */
export type ProblemKind =
  | "signed-out"
  | "forbidden"
  | "missing"
  | "conflict"
  | "invalid"
  | "busy"
  | "server"
  | "offline"
  | "timeout"
  | "aborted";

export interface Problem {
  readonly kind: ProblemKind;
  /** The HTTP status, if there was a response. */
  readonly status: number | undefined;
  /** The server's own message, if it has one (RFC 9457: `title`, `detail`). */
  readonly title: string | undefined;
  readonly detail: string | undefined;
  /** The whole problem document of the server, if there is one: with the members that are its own. */
  readonly document: Readonly<Record<string, unknown>> | undefined;
  /** Whether the same request may succeed later. */
  readonly passes: boolean;
}

/** How `<fr-alert tone heading>` of `@frontage/ui` shows a problem. */
export interface Notice {
  readonly tone: "warning" | "danger" | "info";
  readonly heading: string;
  readonly text: string;
}

/** A problem in words for people: the server's, if it has some. */
export function noticeOf(problem: Problem): Notice {
  const { tone, heading, text } = WORDS[problem.kind];
  return { tone, heading: problem.title ?? heading, text: problem.detail ?? text };
}

const WORDS: Readonly<Record<ProblemKind, Notice>> = {
  "signed-out": { tone: "info", heading: "You are signed out", text: "Sign in again to continue." },
  forbidden: { tone: "warning", heading: "Not allowed", text: "Your account may not do this." },
  missing: { tone: "warning", heading: "Not found", text: "It does not exist, or no longer does." },
  conflict: {
    tone: "warning",
    heading: "Changed in the meantime",
    text: "Someone else has changed it. Reload it, then make your change again.",
  },
  invalid: { tone: "warning", heading: "Not accepted", text: "The service did not accept the input." },
  busy: { tone: "warning", heading: "Busy", text: "The service is overloaded. Try again in a moment." },
  server: { tone: "danger", heading: "The service failed", text: "Try again in a moment." },
  offline: { tone: "danger", heading: "No connection", text: "The service cannot be reached." },
  timeout: { tone: "danger", heading: "No response", text: "The service did not respond in time." },
  aborted: { tone: "info", heading: "Stopped", text: "The request was stopped." },
};

/** The problem of a response. */
export async function problemOf(response: Response): Promise<Problem> {
  const answer: unknown = await response
    .clone()
    .json()
    .catch(() => undefined);
  const told = isObject(answer) ? answer : undefined;
  const text = (name: string): string | undefined =>
    typeof told?.[name] === "string" && told[name] !== "" ? told[name] : undefined;
  return problem(kindOf(response.status), response.status, text("title"), text("detail"), told);
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** A problem without a response, or one that the client itself found. */
export function problem(
  kind: ProblemKind,
  status?: number,
  title?: string,
  detail?: string,
  document?: Problem["document"],
): Problem {
  const passes = kind === "busy" || kind === "server" || kind === "offline" || kind === "timeout";
  return { kind, status, title, detail, document, passes };
}

function kindOf(status: number): ProblemKind {
  switch (status) {
    case 401:
      return "signed-out";
    case 403:
      return "forbidden";
    case 404:
    case 410:
      return "missing";
    case 409:
    case 412:
      return "conflict";
    case 429:
    case 503:
      return "busy";
    case 408:
    case 504:
      return "timeout";
    default:
      return status >= 500 ? "server" : "invalid";
  }
}
