import { h } from "@frontage/ui/dom";
import { mark } from "../icons.js";

/** The page for a user who is not signed in. */
export function signInCard(title: string, problem: string | undefined, signIn: () => void): HTMLElement {
  const button = h("fr-button", { variant: "primary" }, "Sign in");
  button.addEventListener("click", signIn);
  const alert = problem ? [h("fr-alert", { tone: "warning" }, problem)] : [];
  return centred(
    mark(),
    h("h1", {}, title),
    h("p", { class: "fr-muted" }, "One account for every application. You will return to this page."),
    ...alert,
    button,
  );
}

/** The page while the state is unknown, or on the way to the login pages. */
export function waiting(label: string): HTMLElement {
  return h("main", { class: "gate", id: "main" }, h("fr-spinner", { label }));
}

/** The page if the shell cannot start. */
export function cannotStart(reason: string): HTMLElement {
  const again = h("fr-button", { variant: "primary" }, "Try again");
  again.addEventListener("click", () => location.reload());
  const words = h("p", { class: "fr-muted", role: "alert" }, reason);
  return centred(mark(), h("h1", {}, "This page cannot start"), words, again);
}

function centred(...children: Node[]): HTMLElement {
  return h("main", { class: "gate", id: "main" }, h("div", { class: "gate-card" }, ...children));
}
