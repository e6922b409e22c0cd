import { Api, type Problem, problem, type RequestOptions, type Result } from "@frontage/api";
import type { Audience, Change, Exposure, Json, Overview, Rules, Toggle, Written } from "./answers.js";
import * as answers from "./answers.js";

/** A change of a toggle: what it does not name stays. */
export interface Patch {
  /** The revision that it was made on; 0 if the toggle must not exist. */
  readonly revision: number;
  readonly isActive?: boolean;
  readonly name?: string;
  /** `null` removes it. */
  readonly value?: Json;
  /** `null` removes a rule. */
  readonly rules?: { readonly [Name in keyof Rules]?: Rules[Name] | null };
  readonly comment?: string;
}

/** The codes of the API's problems that the page acts on. */
export type Code = "revised" | "proposed" | "own-proposal" | "unknown-toggle" | "forbidden" | "invalid";

/** The API's own code of a problem, if it has one. */
export function codeOf({ document }: Problem): string | undefined {
  return typeof document?.code === "string" ? document.code : undefined;
}

export function isCode(problem: Problem, code: Code): boolean {
  return codeOf(problem) === code;
}

/** What of the session the API needs. */
export interface Tokens {
  getIdToken(): Promise<string>;
}

/** The HTTP API by which operators change toggles. A request that changes something is made once. */
export class TogglesApi {
  readonly #api: Api;

  /** `url` has no trailing slash. The groups that decide are in the ID token. */
  constructor(url: string, session: Tokens) {
    this.#api = new Api({ session: { getAccessToken: () => session.getIdToken() }, baseUrl: `${url}/` });
  }

  async overview(signal?: AbortSignal): Promise<Result<Overview>> {
    return read(await this.#api.get("toggles", options(signal)), answers.overview);
  }

  async toggle(id: string, signal?: AbortSignal): Promise<Result<Toggle>> {
    return read(await this.#api.get("toggle", { query: { id }, ...options(signal) }), answers.toggle);
  }

  async change(id: string, patch: Patch): Promise<Result<Written>> {
    return read(await this.#api.patch("toggle", patch, { query: { id } }), answers.written);
  }

  async remove(id: string, revision: number): Promise<Result<Written>> {
    const once = { query: { id, revision }, idempotent: false };
    return read(await this.#api.delete("toggle", once), answers.written);
  }

  async history(id: string, limit: number, signal?: AbortSignal): Promise<Result<readonly Change[]>> {
    return read(
      await this.#api.get("history", { query: { id, limit }, ...options(signal) }),
      answers.history,
    );
  }

  /** Writes the toggle as it was at the revision `to`. */
  async rollback(id: string, to: number, revision: number, comment?: string): Promise<Result<Written>> {
    const body = { to, revision, ...(comment && { comment }) };
    return read(await this.#api.post("rollback", body, { query: { id } }), answers.written);
  }

  /** Counts the connections for which it is on now, and with a patch then. It changes nothing. */
  async audience(id: string, patch?: Patch, signal?: AbortSignal): Promise<Result<Audience>> {
    const asked = { query: { id }, idempotent: true, ...options(signal) };
    return read(await this.#api.post("audience", patch ? { patch } : {}, asked), answers.audience);
  }

  /** What was asked of a toggle in the last days. */
  async exposure(id: string, days: number, signal?: AbortSignal): Promise<Result<Exposure>> {
    const asked = { query: { id, days }, ...options(signal) };
    return read(await this.#api.get("exposure", asked), answers.exposure);
  }

  async approve(id: string, proposal: string, comment?: string): Promise<Result<Written>> {
    const body = { proposal, ...(comment && { comment }) };
    return read(await this.#api.post("approve", body, { query: { id } }), answers.written);
  }

  /** Withdraws one's own proposal, or refuses another's. */
  withdraw(id: string, proposal: string): Promise<Result<void>> {
    return this.#api.delete("proposal", { query: { id, proposal }, idempotent: false });
  }
}

function options(signal: AbortSignal | undefined): RequestOptions {
  return signal ? { signal } : {};
}

/** An answer that is not what was agreed on is a problem like others, with the field that is wrong. */
function read<T>(result: Result<unknown>, parse: (value: unknown, status: number) => T): Result<T> {
  if (!result.ok) {
    return result;
  }
  try {
    return { ...result, value: parse(result.value, result.status) };
  } catch (error) {
    const detail = error instanceof Error ? error.message : String(error);
    return { ok: false, problem: problem("server", result.status, "The service answered oddly", detail) };
  }
}
