import type { Problem } from "@frontage/api";
import { isCode } from "./api.js";
import type { Desk } from "./desk.js";
import { button } from "./parts/control.js";
import { differencesText } from "./parts/differences.js";
import type { Notices } from "./parts/notices.js";
import { momentText } from "./rules/words.js";

/** How many changes of the history are read to say what has happened meanwhile. */
const CHANGES = 10;

/**
 * Shows why a change was not made. If somebody else was first: who, what and why, with a button that looks again.
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
  if (!isCode(problem, "revised")) {
    const again = isCode(problem, "proposed") || isCode(problem, "unknown-toggle");
    if (!again) {
      notices.problem(problem);
      return;
    }
    const { title, detail } = problem;
    notices.show({
      tone: "warning",
      heading: title ?? "A proposal is open",
      text: detail ?? "It has to be decided first.",
      actions: [button("Look again", lookAgain)],
    });
    return;
  }
  notices.show({
    tone: "warning",
    heading: "Changed in the meantime",
    text: await whatHappened(desk, id, known),
    actions: [button("Look again", lookAgain)],
  });
}

/** Who changed a toggle since a revision, and how. */
export async function whatHappened(desk: Desk, id: string, known: number): Promise<string> {
  const result = await desk.api.history(id, CHANGES);
  const later = result.ok
    ? result.value.filter(({ revision }) => revision !== undefined && revision > known)
    : [];
  if (later.length === 0) {
    return "Somebody else has changed it. Look again, and then make your change.";
  }
  return later
    .map(({ by, changedAt, comment, isDeletion, attributes }) => {
      const what = isDeletion ? "deleted it" : `changed it (${differencesText(attributes)})`;
      const why = comment ? `: “${comment}”` : "";
      return `${by ?? "Somebody"} ${what} on ${momentText(changedAt)}${why}.`;
    })
    .join(" ");
}
