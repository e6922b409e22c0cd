/** One sign-in for the page. The shell has the `Session`; children get a `SessionView` of it in their context. */
export type { SessionUser, SessionView } from "@frontage/contract";
export { type Access, readAccess } from "./access.js";
export type { Browser } from "./browser.js";
export { CALLBACK_PATH } from "./login.js";
export { Session, type SessionState, SignedOutError } from "./session.js";
