import { h } from "@frontage/ui/dom";
import type { Proposal, Toggle } from "./answers.js";
import { explainProblem } from "./conflict.js";
import type { Desk } from "./desk.js";
import { button } from "./parts/control.js";
import { differences } from "./parts/differences.js";
import { Notices } from "./parts/notices.js";
import { momentText } from "./rules/words.js";

const CHANGES: Readonly<Record<string, string>> = {
  patch: "Change",
  deletion: "Deletion",
  rollback: "Going back to an earlier state",
};

const OUTDATED =
  "The toggle has changed since, so it cannot be approved any more. Make the change again if it is wanted.";

/**
 * An open proposal: what it would change, and for whom it is up to, the decision. `decided` is called once it is made.
 */
export function proposalCard(
  desk: Desk,
  { id, name, revision, mayFlip }: Toggle,
  proposal: Proposal,
  decided: (words: string) => void,
): HTMLElement {
  const notices = new Notices();
  const buttons: HTMLElement[] = [];
  let isDeciding = false;
  const decide = async (
    words: string,
    request: () => ReturnType<Desk["api"]["approve"] | Desk["api"]["withdraw"]>,
  ) => {
    if (isDeciding) {
      return;
    }
    isDeciding = true;
    notices.clear();
    const result = await request();
    isDeciding = false;
    if (result.ok) {
      await reread(desk, id);
      decided(words);
    } else {
      const look = () => void reread(desk, id);
      await explainProblem(desk, notices, id, proposal.revision, result.problem, look);
    }
  };
  const end = (words: string) => decide(words, () => desk.api.withdraw(id, proposal.id));
  if (proposal.mayApprove) {
    const approve = () => decide(`Approved: ${name}`, () => desk.api.approve(id, proposal.id));
    buttons.push(
      button("Approve", approve, { variant: "primary", label: `Approve the proposal for ${name}` }),
    );
  }
  if (mayFlip && !proposal.isYours) {
    const label = `Refuse the proposal for ${name}`;
    buttons.push(button("Refuse", () => end(`Refused: ${name}`), { label }));
  }
  if (proposal.isYours) {
    buttons.push(
      button("Withdraw", () => end(`Withdrawn: ${name}`), {
        label: `Withdraw your proposal for ${name}`,
      }),
    );
  }
  return h(
    "section",
    { class: "proposal fr-stack", "data-proposal": id, "aria-label": `Proposal for ${name}` },
    notices.element,
    head(id, name, proposal),
    differences(proposal.attributes),
    ...(proposal.comment ? [h("blockquote", {}, proposal.comment)] : []),
    ...(proposal.revision === revision ? [] : [h("p", {}, OUTDATED)]),
    h("div", { class: "fr-row" }, ...buttons),
  );
}

/** Reads a toggle after a decision. One that was to be made, or was deleted, may not exist. */
async function reread(desk: Desk, id: string): Promise<void> {
  await desk.reread(id);
  await desk.refresh();
}

function head(id: string, name: string, proposal: Proposal): HTMLElement {
  const { change, by, at, expiresAt, isYours, mayApprove } = proposal;
  const badge = isYours
    ? "Awaiting a second person"
    : mayApprove
      ? "Awaits your decision"
      : "Awaiting approval";
  const expiry = expiresAt === undefined ? "" : ` It expires on ${momentText(expiresAt)}.`;
  const who = isYours ? "you" : by;
  return h(
    "div",
    { class: "proposal-head" },
    h(
      "div",
      { class: "fr-row" },
      h("a", { href: `/toggles?id=${encodeURIComponent(id)}`, class: "toggle-name" }, name),
      h("fr-badge", { tone: "warning", dot: true }, badge),
    ),
    h(
      "p",
      { class: "fr-muted fr-small" },
      `${CHANGES[change] ?? change}, proposed by ${who} on ${momentText(at)}.${expiry}`,
    ),
  );
}
