/**
 * The contract between shell and child. A child needs nothing else to be written against: types, one number and one
 * helper, all without dependencies.
 */

export type {
  ChildContext,
  ChildElement,
  ChildElementClass,
  ChildExport,
  ChildModule,
  Theme,
  ThemeView,
} from "./child.js";
export { CHILD_ERROR, reportChildError } from "./child.js";
export type { LoginConfig, ShellConfig, TeamConfig } from "./config.js";
export type {
  Manifest,
  ManifestDeployment,
  ManifestEntry,
  ManifestExtras,
  ManifestMetadata,
} from "./manifest.js";
export type { SessionUser, SessionView } from "./session.js";
export type {
  Toggle,
  ToggleChange,
  TogglesStatus,
  TogglesView,
  ToggleValue,
} from "./toggles.js";

/** The version of this contract. A child's `frontage.json` states the one that it was built for. */
export const CONTRACT = 1;

/** Ends a subscription. Calling it again does nothing. */
export type Unsubscribe = () => void;
