import { noticeOf, type Problem } from "@frontage/api";
import type { Change } from "./answers.js";
import { isCode } from "./api.js";
import type { Desk } from "./desk.js";
import { button } from "./parts/control.js";
import { differencesText, isWake } from "./parts/differences.js";
import type { Notices } from "./parts/notices.js";
import { momentText } from "./rules/words.js";

/** How many changes of the history are read to say what has happened meanwhile. */
const CHANGES = 10;

/**
 * Shows why a change was not made. If something else has happened first, it says what, with a button that looks again.
 *
 * @param known The revision that the change was made on.
 */
export async function explainProblem(
  desk: Desk,
  notices: Notices,
  id: string,
  known: number,
  problem: Problem,
  lookAgain: () => void,
): Promise<void> {
  const actions = [button("Look again", lookAgain)];
  if (isCode(problem, "revised")) {
    const text = whatHappened(await changesSince(desk, id, known));
    notices.show({ tone: "warning", heading: "Changed in the meantime", text, actions });
  } else if (isCode(problem, "proposed") || isCode(problem, "unknown-toggle")) {
    notices.show({ ...noticeOf(problem), actions });
  } else {
    notices.problem(problem);
  }
}

/** The changes of a toggle since a revision that people have made; `undefined` if that is not known. */
export async function changesSince(
  desk: Desk,
  id: string,
  known: number,
): Promise<readonly Change[] | undefined> {
  const result = await desk.api.history(id, CHANGES);
  const later = result.ok ? result.value.filter(({ revision }) => (revision ?? 0) > known) : [];
  // The history may not have it yet.
  return later.length === 0 ? undefined : later.filter((change) => !isWake(change));
}

/** Who did what, and why. */
export function whatHappened(changes: readonly Change[] | undefined): string {
  if (changes === undefined) {
    return "Somebody else has changed it. Look again, and then make your change.";
  }
  if (changes.length === 0) {
    return "A window has opened or closed, or a step has begun. Look again, and then make your change.";
  }
  return changes
    .map(({ by, changedAt, comment, isDeletion, attributes }) => {
      const what = isDeletion ? "deleted it" : `changed it (${differencesText(attributes)})`;
      const why = comment ? `: “${comment}”` : "";
      return `${by ?? "Somebody"} ${what} on ${momentText(changedAt)}${why}.`;
    })
    .join(" ");
}
