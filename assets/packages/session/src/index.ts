/** One sign-in for the page. The shell starts it; children get a `SessionView` in their context. */
export type { SessionUser, SessionView } from "@frontage/contract";
export { type Access, readAccess } from "./access.js";
