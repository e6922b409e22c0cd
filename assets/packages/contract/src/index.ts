/**
 * What shell and child promise each other. A child needs nothing else to be written against: types, one number
 * and one helper, all without a dependency. `validate` is the shell's, `listeners` is what implements these types.
 */

export type {
  Application,
  ChildContext,
  ChildElement,
  ChildElementClass,
  ChildExport,
  ChildModule,
  NavigateOptions,
  Theme,
  ThemeView,
} from "./child.js";
export { CHILD_ERROR, reportChildError } from "./child.js";
export type { LoginConfig, ShellConfig, TeamConfig, TogglesConfig } from "./config.js";
export type {
  Manifest,
  ManifestDeployment,
  ManifestEntry,
  ManifestExtras,
  ManifestMetadata,
  Preview,
} from "./manifest.js";
export type { SessionUser, SessionView } from "./session.js";
export type {
  Toggle,
  ToggleChange,
  TogglesStatus,
  TogglesView,
  ToggleValue,
} from "./toggles.js";
export type { Unsubscribe } from "./unsubscribe.js";

/** The version of this contract. A child's `frontage.json` states the one that it was built for. */
export const CONTRACT = 1;
/** The oldest version that the shell still shows children of: a new one is no flag day for teams. */
export const OLDEST_CONTRACT = 1;
