import type { Json, Rules } from "../../src/pages/toggles/answers.js";
import { whomOf } from "../../src/pages/toggles/rules/targeting.js";

/** Who sends a request. */
export interface Person {
  readonly sub: string;
  readonly name: string;
  readonly groups: readonly string[];
}

/** A toggle as it is kept. */
export interface Kept {
  readonly name: string;
  readonly isActive: boolean;
  readonly value?: Json;
  readonly rules: Rules;
  readonly attributes: Readonly<Record<string, Json>>;
}

interface Act {
  readonly by: string;
  readonly at: number;
  readonly comment?: string;
  readonly approvedBy?: string;
}

interface Recorded {
  readonly act: Act;
  readonly revision: number;
  readonly before: Kept | undefined;
  readonly after: Kept | undefined;
}

interface Proposed {
  readonly id: string;
  readonly change: string;
  readonly sub: string;
  readonly act: Act;
  readonly revision: number;
  readonly after: Kept | undefined;
}

/** The members of all requests. */
interface Body {
  readonly revision?: number;
  readonly isActive?: boolean;
  readonly name?: string;
  readonly value?: Json;
  readonly rules?: Readonly<Record<string, Json>>;
  readonly comment?: string;
  readonly to?: number;
  readonly patch?: Body;
  readonly proposal?: string;
}

interface BackendOptions {
  /** Who a bearer token is of. */
  readonly personOf: (token: string) => Person | undefined;
  readonly mayFlip: Readonly<Record<string, readonly string[]>>;
  readonly isProtected?: readonly string[];
  readonly segments?: readonly { readonly name: string; readonly condition: Json }[];
  /** The groups of each connection of this moment. */
  readonly connections?: readonly (readonly string[])[];
  /** In how many page loads each toggle was asked for, by answer. Absent: the system does not count. */
  readonly exposures?: Readonly<Record<string, Readonly<Record<string, number>>>>;
  /** Called after a toggle was written or deleted. */
  readonly changed?: (id: string, revision: number) => void;
}

/**
 * The toggles' HTTP API in memory, for tests of the page: what a request may do and answers, without rules being
 * checked or evaluated beyond groups.
 */
export class Backend {
  /** Milliseconds since the epoch: a minute later with each request. */
  time = Date.parse("2026-11-30T09:00:00Z");
  readonly #options: BackendOptions;
  readonly #toggles = new Map<string, Kept>();
  readonly #revisions = new Map<string, number>();
  readonly #history = new Map<string, Recorded[]>();
  readonly #proposals = new Map<string, Proposed>();
  /** Answers to give instead, in turn. */
  readonly #instead: Response[] = [];

  constructor(options: BackendOptions) {
    this.#options = options;
  }

  /** Writes a toggle, as somebody does by other means. */
  put(id: string, kept: Partial<Kept>, by = "grace@example.com", comment?: string): void {
    const before = this.#toggles.get(id);
    const after = { name: id, isActive: false, rules: {}, attributes: {}, ...before, ...kept };
    this.#write(id, after, { by, at: this.time, ...(comment && { comment }) });
  }

  kept(id: string): (Kept & { readonly revision: number }) | undefined {
    const kept = this.#toggles.get(id);
    return kept && { ...kept, revision: this.#revisions.get(id) ?? 0 };
  }

  /** Has the next request answered like this. */
  answerNext(status: number, body: unknown): void {
    this.#instead.push(answer(status, body));
  }

  async handle(request: Request): Promise<Response> {
    this.time += 60_000;
    const instead = this.#instead.shift();
    if (instead) {
      return instead;
    }
    const person = this.#options.personOf(
      (request.headers.get("authorization") ?? "").replace("Bearer ", ""),
    );
    if (!person) {
      return problem(401, "unauthorized", "No valid token");
    }
    if (!this.#patterns(person).length) {
      return problem(403, "forbidden", "You may not see the toggles");
    }
    const url = new URL(request.url);
    const text = await request.text();
    const body = (text ? JSON.parse(text) : {}) as Body;
    const route = `${request.method} ${url.pathname.split("/").at(-1)}`;
    return this.#route(route, url.searchParams, body, person);
  }

  #route(route: string, query: URLSearchParams, body: Body, person: Person): Response {
    const id = query.get("id") ?? "";
    switch (route) {
      case "GET toggles":
        return answer(200, this.#overview(person));
      case "GET toggle":
        return this.#ids().includes(id) ? answer(200, this.#shown(id, person)) : unknown(id);
      case "GET history":
        return answer(200, { changes: this.#changes(id).slice(0, Number(query.get("limit") ?? 50)) });
      case "GET exposure":
        return this.#exposure(id, Number(query.get("days")));
      case "PATCH toggle":
        return this.#patch(id, body, person);
      case "DELETE toggle":
        return this.#change(id, "deletion", Number(query.get("revision")), undefined, undefined, person);
      case "POST rollback": {
        const to = this.#history.get(id)?.find(({ revision }) => revision === body.to);
        if (to?.after === undefined) {
          return problem(400, "invalid", `${id} has no revision ${body.to} to go back to`);
        }
        return this.#change(id, "rollback", body.revision, to.after, body.comment, person);
      }
      case "POST audience":
        return this.#audience(id, body.patch);
      case "POST approve":
        return this.#approve(id, body.proposal, body.comment, person);
      case "DELETE proposal":
        return this.#withdraw(id, query.get("proposal") ?? "");
      default:
        return problem(404, "unknown-route", `There is no ${route}`);
    }
  }

  /** Also of those that are proposed and do not exist. */
  #ids(): readonly string[] {
    return [...new Set([...this.#toggles.keys(), ...this.#proposals.keys()])];
  }

  #overview(person: Person): unknown {
    return {
      you: { name: person.name, groups: person.groups, mayFlip: this.#patterns(person) },
      toggles: this.#ids().map((id) => this.#shown(id, person)),
      segments: (this.#options.segments ?? []).map((segment) => ({ ...segment, usedBy: [] })),
      now: this.time,
    };
  }

  #shown(id: string, person: Person): unknown {
    const nothing = { name: id, isActive: false, revision: 0, rules: {}, attributes: {} };
    const kept = this.kept(id);
    const proposed = this.#proposals.get(id);
    return {
      id,
      ...(kept ?? nothing),
      ...(kept && { lastChange: this.#history.get(id)?.at(-1)?.act }),
      isProtected: this.#isProtected(id),
      mayFlip: this.#mayFlip(id, person),
      ...(proposed && { proposal: this.#proposal(id, proposed, person) }),
    };
  }

  #proposal(id: string, { sub, act, after, ...proposed }: Proposed, person: Person): unknown {
    const isYours = sub === person.sub;
    return {
      ...proposed,
      ...act,
      expiresAt: act.at + 14 * 86_400_000,
      attributes: differences(this.#toggles.get(id), after),
      isYours,
      mayApprove: !isYours && this.#mayFlip(id, person) && proposed.revision === this.#live(id),
    };
  }

  #changes(id: string): unknown[] {
    const all = (this.#history.get(id) ?? []).map(({ act, revision, before, after }) => ({
      changedAt: act.at,
      revision,
      by: act.by,
      approvedBy: act.approvedBy,
      comment: act.comment,
      isDeletion: after === undefined,
      attributes: differences(before, after),
    }));
    return all.reverse();
  }

  #patch(id: string, patch: Body, person: Person): Response {
    const isOnlyOff = patch.isActive === false && Object.keys(patch).every((name) => OFF.includes(name));
    return this.#change(
      id,
      "patch",
      patch.revision,
      this.#patched(id, patch),
      patch.comment,
      person,
      isOnlyOff,
    );
  }

  #patched(id: string, patch: Body): Kept {
    const before = this.#toggles.get(id) ?? { name: id, isActive: false, rules: {}, attributes: {} };
    const rules = { ...before.rules, ...patch.rules };
    const { value = before.value } = patch;
    return {
      ...before,
      ...(patch.name !== undefined && { name: patch.name }),
      ...(patch.isActive !== undefined && { isActive: patch.isActive }),
      ...(value !== null && value !== undefined ? { value } : {}),
      rules: Object.fromEntries(Object.entries(rules).filter(([, rule]) => rule !== null)),
    };
  }

  #change(
    id: string,
    change: string,
    revision: number | undefined,
    after: Kept | undefined,
    comment: string | undefined,
    person: Person,
    isOnlyOff = false,
  ): Response {
    if (!this.#mayFlip(id, person)) {
      return problem(403, "forbidden", `You may not change ${id}`);
    }
    const live = this.#live(id);
    if (live !== revision) {
      return problem(409, "revised", `${id} has changed: it has revision ${live}`, { live });
    }
    const act = { by: person.name, at: this.time, ...(comment && { comment }) };
    if (!this.#isProtected(id) || isOnlyOff) {
      this.#write(id, after, act);
      return after ? answer(200, this.#shown(id, person)) : new Response(null, { status: 204 });
    }
    if (this.#proposals.get(id)?.revision === live) {
      return problem(409, "proposed", `A proposal for ${id} is open`);
    }
    const proposed = { id: `p${this.time}`, change, sub: person.sub, act, revision: live, after };
    this.#proposals.set(id, proposed);
    return answer(202, { proposal: this.#proposal(id, proposed, person) });
  }

  #approve(id: string, proposal: string | undefined, comment: string | undefined, person: Person): Response {
    const proposed = this.#proposals.get(id);
    if (proposed === undefined || proposed.id !== proposal) {
      return problem(404, "unknown-toggle", "The proposal is not open any more");
    }
    if (proposed.sub === person.sub) {
      return problem(403, "own-proposal", "A second person has to approve it");
    }
    if (this.#live(id) !== proposed.revision) {
      return problem(409, "revised", `${id} has changed since`, { live: this.#live(id) });
    }
    this.#proposals.delete(id);
    this.#write(id, proposed.after, {
      ...proposed.act,
      ...(comment && { comment }),
      approvedBy: person.name,
    });
    return proposed.after ? answer(200, this.#shown(id, person)) : new Response(null, { status: 204 });
  }

  #withdraw(id: string, proposal: string): Response {
    if (this.#proposals.get(id)?.id !== proposal) {
      return problem(404, "unknown-toggle", "The proposal is not open any more");
    }
    this.#proposals.delete(id);
    return new Response(null, { status: 204 });
  }

  #audience(id: string, patch: Body | undefined): Response {
    const now = this.#counts(this.#toggles.get(id));
    const after = patch && this.#counts(this.#patched(id, patch));
    return answer(200, Object.fromEntries([["now", now], ...(after ? [["then", after]] : [])]));
  }

  #exposure(id: string, days: number): Response {
    const { exposures } = this.#options;
    if (exposures === undefined) {
      return problem(404, "unknown-route", "This system does not count");
    }
    const answers = exposures[id];
    const last = new Date(this.time).toISOString().slice(0, 10);
    return answer(200, { days, answers: answers ?? {}, byDay: {}, ...(answers && { last }) });
  }

  #counts(kept: Kept | undefined): unknown {
    const { connections = [] } = this.#options;
    const whom = kept && whomOf(kept.rules.targeting);
    const isFor = (groups: readonly string[]) =>
      !whom?.groups.length || groups.some((group) => whom.groups.includes(group));
    const on = kept?.isActive ? connections.filter(isFor).length : 0;
    const names = Object.keys(kept?.rules.variants ?? {});
    return {
      connections: connections.length,
      on,
      variants: Object.fromEntries(names.map((name, at) => [name, at === 0 ? on : 0])),
    };
  }

  #write(id: string, after: Kept | undefined, act: Act): void {
    const before = this.#toggles.get(id);
    const revision = (this.#revisions.get(id) ?? 0) + 1;
    this.#revisions.set(id, revision);
    if (after) {
      this.#toggles.set(id, after);
    } else {
      this.#toggles.delete(id);
    }
    const history = this.#history.get(id) ?? [];
    this.#history.set(id, [...history, { act, revision, before, after }]);
    this.#options.changed?.(id, revision);
  }

  /** The revision of a toggle; zero if it does not exist. */
  #live(id: string): number {
    return this.kept(id)?.revision ?? 0;
  }

  #isProtected(id: string): boolean {
    return (this.#options.isProtected ?? []).some((pattern) => isLike(id, pattern));
  }

  #mayFlip(id: string, person: Person): boolean {
    return this.#patterns(person).some((pattern) => isLike(id, pattern));
  }

  #patterns({ groups }: Person): readonly string[] {
    return groups.flatMap((group) => this.#options.mayFlip[group] ?? []);
  }
}

/** The members of a patch that only switches off. */
const OFF: readonly string[] = ["revision", "isActive", "comment"];

/** `*` is any characters, `?` one. */
function isLike(id: string, pattern: string): boolean {
  const literal = (text: string) => text.replace(/[.+^${}()|[\]\\]/g, "\\$&");
  return new RegExp(`^${literal(pattern).replace(/\*/g, ".*").replace(/\?/g, ".")}$`).test(id);
}

/** The attributes of the items, as the history has them: rules are JSON in a text. */
function attributesOf(kept: Kept | undefined): Record<string, unknown> {
  if (!kept) {
    return {};
  }
  const { rules } = kept;
  const inText = Object.fromEntries(
    (["targeting", "windows", "ramp"] as const).flatMap((name) =>
      rules[name] === undefined ? [] : [[name, JSON.stringify(rules[name])]],
    ),
  );
  return {
    isActive: kept.isActive,
    featureName: kept.name,
    ...(kept.value !== undefined && { value: kept.value }),
    ...rules,
    ...inText,
    ...kept.attributes,
  };
}

function differences(before: Kept | undefined, after: Kept | undefined): unknown[] {
  const [was, is] = [attributesOf(before), attributesOf(after)];
  const names = [...new Set([...Object.keys(was), ...Object.keys(is)])];
  return names
    .map((name) => ({ name, before: JSON.stringify(was[name]), after: JSON.stringify(is[name]) }))
    .filter((each) => each.before !== each.after);
}

function answer(status: number, body: unknown): Response {
  return new Response(JSON.stringify(body), { status, headers: { "content-type": "application/json" } });
}

function problem(status: number, code: string, detail: string, more: object = {}): Response {
  const title =
    { 401: "Not signed in", 403: "Not allowed", 404: "Not found", 409: "Conflict" }[status] ?? "Failed";
  const headers = { "content-type": "application/problem+json" };
  return new Response(JSON.stringify({ title, status, detail, code, ...more }), { status, headers });
}

function unknown(id: string): Response {
  return problem(404, "unknown-toggle", `There is no toggle ${id}`);
}
