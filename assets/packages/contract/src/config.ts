/** The shell's `/config.json`: its configuration at run time, written by `apply`. */
export interface ShellConfig {
  /** The system's name: the scope of the teams' packages in their manifests (`@acme/shipping`). */
  readonly system: string;
  readonly title: string;
  readonly login: LoginConfig;
  readonly toggles: TogglesConfig;
  readonly teams: readonly TeamConfig[];
  /** Whether `?mfe:NAME=URL` may replace a child. */
  readonly overrides: boolean;
  /** The groups whose members see the toggles and the releases. Absent: everybody. */
  readonly operators?: readonly string[];
}

export interface TogglesConfig {
  /** The WebSocket API's URL. */
  readonly url: string;
  /** The longest wait of a client between two attempts to connect, in seconds. */
  readonly longestWait?: number;
  /** The URL of a snapshot of the toggles, such as `/toggles.json`, for pages that have no connection. */
  readonly snapshotUrl?: string;
  /**
   * Whether a connection may (`optional`) or must (`required`) say who asks, with a token of the user pool. Absent:
   * everybody gets the same answers.
   */
  readonly connect?: "optional" | "required";
  /** The share of page loads that tell which toggles they asked for, above 0 and up to 1. Absent: none does. */
  readonly exposure?: number;
  /** The HTTP API by which operators change toggles, without a trailing slash. Absent: there is none. */
  readonly api?: string;
}

export interface LoginConfig {
  /** The issuer in tokens. */
  readonly issuer: string;
  /** The base URL of the login pages, without a trailing slash. */
  readonly url: string;
  readonly clientId: string;
  /** Separated by spaces: `openid email profile`. */
  readonly scope: string;
}

export interface TeamConfig {
  readonly name: string;
  readonly title: string;
  /** `/shipping`. */
  readonly route: string;
  /** The team's site, without a trailing slash. */
  readonly url: string;
  /** The groups whose members see the application. Absent: everybody. */
  readonly groups?: readonly string[];
}
