import type { SessionUser } from "@frontage/contract";
import { h } from "@frontage/ui/dom";

/** The signed-in user, and the sign-out. The browser's popover closes by itself on Escape and on a click elsewhere. */
export function userMenu(user: SessionUser, signOut: () => void): HTMLElement {
  const second = user.email && user.email !== user.name ? user.email : "";
  const leave = h("fr-button", { variant: "secondary" }, "Sign out");
  leave.addEventListener("click", signOut);
  const menu = h(
    "div",
    { id: "user-menu", class: "user-menu", popover: "auto", role: "dialog", "aria-label": "Account" },
    h("div", { class: "user-words" }, h("strong", {}, user.name), ...(second ? [h("span", {}, second)] : [])),
    ...(user.groups.length > 0 ? [groups(user.groups)] : []),
    leave,
  );
  const initial = [...user.name][0]?.toUpperCase() ?? "";
  const button = h(
    "button",
    { type: "button", class: "user-button", popovertarget: "user-menu", "aria-haspopup": "dialog" },
    h("span", { class: "avatar", "aria-hidden": "true" }, initial),
    h("span", { class: "user-name" }, user.name),
    ...(second ? [h("span", { class: "fr-visually-hidden" }, second)] : []),
  );
  return h("div", { class: "user" }, button, menu);
}

function groups(names: readonly string[]): HTMLElement {
  return h("div", { class: "fr-row" }, ...names.map((name) => h("fr-badge", {}, name)));
}
