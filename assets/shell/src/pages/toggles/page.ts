import { h } from "@frontage/ui/dom";
import type { Operators } from "../../operators.js";
import type { Shell } from "../../shell.js";
import type { Page } from "../page.js";
import { livePage } from "./live.js";

/** What of the page a URL asks for. */
export type Where =
  | { readonly view: "list" }
  | { readonly view: "new" }
  | { readonly view: "toggle"; readonly id: string };

/** Reads the query: `?id=ID` is one toggle, `?new` another one, and all else the list. */
export function whereOf(path: string): Where {
  const query = new URLSearchParams(path.split("?", 2)[1] ?? "");
  const id = query.get("id");
  if (id) {
    return { view: "toggle", id };
  }
  return query.has("new") ? { view: "new" } : { view: "list" };
}

/** URLs with the same key are one view: what is searched for is not part of it. */
export function togglesKey(path: string): string {
  const where = whereOf(path);
  return `/toggles ${where.view} ${where.view === "toggle" ? where.id : ""}`;
}

/** For operators, where the system has an API for them; otherwise the live list, which changes nothing. */
export function togglesPage(shell: Shell, path: string): Page {
  return shell.operators ? operatorsPage(shell, shell.operators, whereOf(path)) : livePage(shell);
}

/** Its code is loaded once the API has said that it is for who is signed in. */
function operatorsPage(shell: Shell, operators: Operators, where: Where): Page {
  const title = titleOf(where);
  const element = h("fr-page", { heading: title });
  const end = new AbortController();
  const fill = async () => {
    element.replaceChildren(h("fr-spinner", { label: "Loading the toggles" }));
    const answer = await operators.ask();
    const shown = answer.kind === "operator" ? await loadView() : undefined;
    if (end.signal.aborted) {
      return;
    }
    if (answer.kind === "operator" && shown) {
      shown.show({ element, shell, desk: answer.desk, signal: end.signal }, where);
    } else if (answer.kind === "other") {
      element.replaceChildren(forOperators());
    } else {
      element.replaceChildren(
        failed(answer.kind === "failed" ? answer.notice : NOT_LOADED, () => void fill()),
      );
    }
  };
  void fill();
  return { title, element, leave: () => end.abort() };
}

function titleOf(where: Where): string {
  switch (where.view) {
    case "list":
      return "Toggles";
    case "new":
      return "New toggle";
    case "toggle":
      return where.id;
  }
}

const NOT_LOADED = {
  tone: "danger",
  heading: "This page could not be loaded",
  text: "Reload the page to try again.",
} as const;

/** A module that could not be loaded is not asked for again by the browser: a reload is. */
async function loadView(): Promise<typeof import("./operator.js") | undefined> {
  try {
    return await import("./operator.js");
  } catch (error) {
    console.error(error);
    return undefined;
  }
}

function forOperators(): HTMLElement {
  const words = "Your groups do not include one that may change toggles. Ask an operator if you need it.";
  return h("fr-alert", { tone: "info", heading: "This page is for operators" }, words);
}

function failed(
  { tone, heading, text }: { tone: string; heading: string; text: string },
  again: () => void,
): HTMLElement {
  const button = h("fr-button", { slot: "actions" }, "Try again");
  button.addEventListener("click", again);
  return h("fr-alert", { tone, heading }, text, button);
}
