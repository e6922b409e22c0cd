import type { ShellConfig, TeamConfig, TogglesConfig } from "./config.js";
import type { Manifest, ManifestDeployment, ManifestEntry, ManifestExtras, Preview } from "./manifest.js";

/** Thrown for a document that was fetched and is invalid. */
export class InvalidDocumentError extends Error {
  override readonly name = "InvalidDocumentError";
}

/**
 * Checks `/config.json`. Unknown fields are dropped, so that a newer `apply` can serve an older shell.
 * @throws InvalidDocumentError that names the first invalid field.
 */
export function parseConfig(value: unknown): ShellConfig {
  const root = new Field("config.json", value);
  const login = root.get("login");
  const operators = root.get("operators").optional()?.texts();
  return {
    system: root.get("system").text(),
    title: root.get("title").text(),
    login: {
      issuer: login.get("issuer").url("https:", "http:"),
      url: withoutSlash(login.get("url").url("https:", "http:")),
      clientId: login.get("clientId").text(),
      scope: login.get("scope").text(),
    },
    toggles: toggles(root.get("toggles")),
    teams: unique(root.get("teams").items().map(team)),
    overrides: root.get("overrides").optional()?.flag() ?? false,
    ...(operators && { operators }),
  };
}

/**
 * Checks a team's `manifest.json`: the parts that the shell relies on, and no more.
 * @throws InvalidDocumentError that names the first invalid field.
 */
export function parseManifest(value: unknown): Manifest {
  return manifest(new Field("manifest.json", value));
}

/**
 * Checks a preview, in the same way.
 * @throws InvalidDocumentError that names the first invalid field.
 */
export function parsePreview(value: unknown): Preview {
  const root = new Field("preview", value);
  return { ...manifest(root), expires: root.get("expires").time() };
}

function manifest(root: Field): Manifest {
  const schema = root.get("schema").optional()?.text();
  const microFrontends = Object.fromEntries(
    root
      .get("microFrontends")
      .entries()
      .map(([name, versions]) => [name, versions.items().map(entry)]),
  );
  return { ...(schema !== undefined && { schema }), microFrontends };
}

function toggles(field: Field): TogglesConfig {
  const longestWait = field.get("longestWait").optional()?.positive();
  const snapshotUrl = field.get("snapshotUrl").optional()?.text();
  const connect = field.get("connect").optional()?.oneOf("optional", "required");
  const exposure = field.get("exposure").optional()?.positive();
  const api = field.get("api").optional()?.url("https:", "http:");
  return {
    url: field.get("url").url("wss:", "ws:"),
    ...(longestWait !== undefined && { longestWait }),
    ...(snapshotUrl !== undefined && { snapshotUrl }),
    ...(connect !== undefined && { connect }),
    ...(exposure !== undefined && { exposure }),
    ...(api !== undefined && { api: withoutSlash(api) }),
  };
}

function team(field: Field): TeamConfig {
  const name = field.get("name").matching(/^[a-z][a-z0-9-]*$/, "lower-case letters, digits and hyphens");
  const groups = field.get("groups").optional()?.texts();
  return {
    name,
    title: field.get("title").optional()?.text() ?? name,
    route: field.get("route").matching(/^(\/[a-z0-9-]+)+$/, "a path such as /shipping"),
    url: withoutSlash(field.get("url").url("https:", "http:")),
    ...(groups && { groups }),
  };
}

function unique(teams: TeamConfig[]): TeamConfig[] {
  for (const key of ["name", "route"] as const) {
    const seen = new Set<string>();
    for (const each of teams) {
      if (seen.has(each[key])) {
        throw new InvalidDocumentError(`config.json: two teams have the ${key} ${each[key]}`);
      }
      seen.add(each[key]);
    }
  }
  return teams;
}

function entry(field: Field): ManifestEntry {
  const metadata = field.get("metadata");
  const fallbackUrl = field.get("fallbackUrl").optional()?.text();
  const extras = field.get("extras").optional();
  const deployment = field.get("deployment").optional();
  return {
    url: field.get("url").text(),
    ...(fallbackUrl !== undefined && { fallbackUrl }),
    metadata: {
      integrity: metadata.get("integrity").matching(INTEGRITY, "subresource integrity such as sha384-…"),
      version: metadata.get("version").text(),
    },
    ...(extras && { extras: extrasOf(extras) }),
    ...(deployment && { deployment: deploymentOf(deployment) }),
  };
}

const INTEGRITY = /^sha(256|384|512)-[A-Za-z0-9+/]+={0,2}$/;

function extrasOf(field: Field): ManifestExtras {
  const kind = field.get("kind").optional()?.oneOf("element", "module");
  const title = field.get("title").optional()?.text();
  const contract = field.get("contract").optional()?.number();
  return {
    ...(kind !== undefined && { kind }),
    ...(title !== undefined && { title }),
    ...(contract !== undefined && { contract }),
  };
}

function deploymentOf(field: Field): ManifestDeployment {
  const traffic = field.get("traffic").number();
  if (traffic < 0 || traffic > 100) {
    throw new InvalidDocumentError(`${field.get("traffic").path} is ${traffic}: must be between 0 and 100`);
  }
  return { traffic, default: field.get("default").flag() };
}

function withoutSlash(url: string): string {
  return url.replace(/\/+$/, "");
}

/** A value and its place, so that every error names the field. */
export class Field {
  readonly path: string;
  readonly value: unknown;

  constructor(path: string, value: unknown) {
    this.path = path;
    this.value = value;
  }

  get(key: string): Field {
    const separator = this.path.includes(": ") ? "." : ": ";
    return new Field(this.path + separator + key, this.record()[key]);
  }

  optional(): Field | undefined {
    return this.value === undefined || this.value === null ? undefined : this;
  }

  entries(): [string, Field][] {
    return Object.keys(this.record()).map((key) => [key, this.get(key)]);
  }

  items(): Field[] {
    if (!Array.isArray(this.value)) {
      throw this.error("an array");
    }
    return this.value.map((item, index) => new Field(`${this.path}[${index}]`, item));
  }

  texts(): string[] {
    return this.items().map((item) => item.text());
  }

  text(): string {
    if (typeof this.value !== "string" || this.value === "") {
      throw this.error("a non-empty string");
    }
    return this.value;
  }

  number(): number {
    if (typeof this.value !== "number" || !Number.isFinite(this.value)) {
      throw this.error("a number");
    }
    return this.value;
  }

  positive(): number {
    const number = this.number();
    if (number <= 0) {
      throw this.error("above zero");
    }
    return number;
  }

  flag(): boolean {
    if (typeof this.value !== "boolean") {
      throw this.error("true or false");
    }
    return this.value;
  }

  oneOf<const T extends string>(...choices: T[]): T {
    const found = choices.find((choice) => choice === this.value);
    if (found === undefined) {
      throw this.error(choices.join(" or "));
    }
    return found;
  }

  matching(pattern: RegExp, what: string): string {
    if (typeof this.value !== "string" || !pattern.test(this.value)) {
      throw this.error(what);
    }
    return this.value;
  }

  time(): string {
    const text = this.text();
    if (Number.isNaN(Date.parse(text))) {
      throw this.error("a time such as 2026-01-31T12:00:00Z");
    }
    return text;
  }

  url(...protocols: string[]): string {
    const text = this.text();
    if (!URL.canParse(text) || !protocols.includes(new URL(text).protocol)) {
      throw this.error(`a URL that begins with ${protocols.map((each) => `${each}//`).join(" or ")}`);
    }
    return text;
  }

  private record(): Record<string, unknown> {
    if (typeof this.value !== "object" || this.value === null || Array.isArray(this.value)) {
      throw this.error("an object");
    }
    return this.value as Record<string, unknown>;
  }

  private error(wanted: string): InvalidDocumentError {
    return new InvalidDocumentError(`${this.path} is ${shown(this.value)}: must be ${wanted}`);
  }
}

function shown(value: unknown): string {
  if (value === undefined) {
    return "missing";
  }
  const json = JSON.stringify(value);
  return json.length > 60 ? `${json.slice(0, 60)}…` : json;
}
