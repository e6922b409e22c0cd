import { expect, it } from "vitest";
import type { Overview, Toggle } from "../../src/pages/toggles/answers.js";
import type { TogglesApi } from "../../src/pages/toggles/api.js";
import { Desk } from "../../src/pages/toggles/desk.js";

const toggle = (id: string, revision: number) => ({ id, name: id, revision }) as Toggle;
const overview = (...toggles: Toggle[]) => ({ toggles, segments: [] }) as unknown as Overview;
const found = <T>(value: T) => ({ ok: true, value, status: 200 });
const gone = { ok: false, problem: { kind: "not-found", status: 404, document: { code: "unknown-toggle" } } };

/** An API whose answers come in the order that a test wants. */
class SlowApi {
  readonly questions: ((answer: unknown) => void)[] = [];
  toggle = () => new Promise((answer) => this.questions.push(answer));
  overview = this.toggle;
  async answer(question: number, answer: unknown): Promise<void> {
    this.questions[question]?.(answer);
    await new Promise((later) => setTimeout(later));
  }
}

function desk(...toggles: Toggle[]): [Desk, SlowApi] {
  const api = new SlowApi();
  return [new Desk(api as unknown as TogglesApi, overview(...toggles)), api];
}

it("does not bring back a toggle with an answer that was overtaken", async () => {
  const [shown, api] = desk();
  void shown.reread("new");
  void shown.reread("new");
  await api.answer(1, gone);
  await api.answer(0, found(toggle("new", 1)));
  expect([...shown.toggles.keys()]).toEqual([]);
});

it("does not bring back with a list what was deleted while it was read, and loses nothing that came", async () => {
  const [shown, api] = desk(toggle("a", 1), toggle("b", 1));
  void shown.refresh();
  void shown.reread("b");
  void shown.reread("c");
  await api.answer(1, gone);
  await api.answer(2, found(toggle("c", 1)));
  await api.answer(0, found(overview(toggle("a", 2), toggle("b", 1))));
  expect([...shown.toggles.values()].map(({ id, revision }) => [id, revision])).toEqual([
    ["a", 2],
    ["c", 1],
  ]);
});

it("takes what comes back under its id later", async () => {
  const [shown, api] = desk(toggle("a", 1));
  shown.drop("a");
  void shown.reread("a");
  await api.answer(0, found(toggle("a", 1)));
  expect([...shown.toggles.keys()]).toEqual(["a"]);
});
