/** What came of a request: its answer, or why there is none. Nothing is thrown for what a network or a server does. */
export type Result<T> =
  | { readonly ok: true; readonly value: T; readonly status: number }
  | { readonly ok: false; readonly problem: Problem };

/**
 * - `signed-out`: nobody is signed in, or the server does not take the token (401)
 * - `forbidden`: the user may not (403)
 * - `missing`: there is no such thing (404, 410)
 * - `conflict`: somebody else was first (409, 412)
 * - `invalid`: the server does not take what was sent (other 4xx)
 * - `busy`: too much was asked (429, 503)
 * - `server`: the server failed (other 5xx), or answered with something else than JSON
 * - `offline`: no answer came
 * - `timeout`: no answer came in time
 * - `aborted`: the caller gave up
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
  /** The HTTP status, where there was an answer. */
  readonly status: number | undefined;
  /** The server's own words, where it has some (RFC 9457: `title`, `detail`). */
  readonly title: string | undefined;
  readonly detail: string | undefined;
  /** Whether the same request may work later. */
  readonly passes: boolean;
}

/** How `<fr-alert tone heading>` of `@frontage/ui` shows a problem. */
export interface Notice {
  readonly tone: "warning" | "danger" | "info";
  readonly heading: string;
  readonly text: string;
}

/** A problem in words for people: the server's, where it has some. */
export function noticeOf(problem: Problem): Notice {
  const { tone, heading, text } = WORDS[problem.kind];
  return { tone, heading: problem.title ?? heading, text: problem.detail ?? text };
}

const WORDS: Readonly<Record<ProblemKind, Notice>> = {
  "signed-out": { tone: "info", heading: "You are signed out", text: "Sign in again to go on." },
  forbidden: { tone: "warning", heading: "Not allowed", text: "Your account may not do this." },
  missing: { tone: "warning", heading: "Not found", text: "It is not there, or no longer." },
  conflict: {
    tone: "warning",
    heading: "Changed meanwhile",
    text: "Somebody else has changed it. Load it again, then make your change.",
  },
  invalid: { tone: "warning", heading: "Not accepted", text: "The service does not take what was sent." },
  busy: { tone: "warning", heading: "Busy", text: "The service has too much to do. Try again in a moment." },
  server: { tone: "danger", heading: "The service failed", text: "Try again in a moment." },
  offline: { tone: "danger", heading: "No connection", text: "The service cannot be reached." },
  timeout: { tone: "danger", heading: "No answer", text: "The service did not answer in time." },
  aborted: { tone: "info", heading: "Stopped", text: "The request was stopped." },
};

/** The problem that an answer is. */
export async function problemOf(response: Response): Promise<Problem> {
  const told = await response
    .clone()
    .json()
    .catch(() => undefined);
  const text = (name: string): string | undefined =>
    typeof told?.[name] === "string" && told[name] !== "" ? told[name] : undefined;
  return problem(kindOf(response.status), response.status, text("title"), text("detail"));
}

/** A problem without an answer, or one of the client's own finding. */
export function problem(kind: ProblemKind, status?: number, title?: string, detail?: string): Problem {
  const passes = kind === "busy" || kind === "server" || kind === "offline" || kind === "timeout";
  return { kind, status, title, detail, passes };
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
