/** A team's `manifest.json`, in the format of awslabs' frontend-discovery schema (v1-pre). */
export interface Manifest {
  readonly schema?: string;
  /** The versions of each micro-frontend, by its package name (`@acme/shipping`). */
  readonly microFrontends: Readonly<Record<string, readonly ManifestEntry[]>>;
}

/** A preview, `previews/NAME.json` of a team's site: a manifest with the one release that it shows. */
export interface Preview extends Manifest {
  /** When the shell stops showing it, RFC 3339. */
  readonly expires: string;
}

export interface ManifestEntry {
  /** The module's URL; relative to the manifest's own. */
  readonly url: string;
  /** A second URL for the same bytes, in case `url` cannot be fetched. */
  readonly fallbackUrl?: string;
  readonly metadata: ManifestMetadata;
  readonly extras?: ManifestExtras;
  readonly deployment?: ManifestDeployment;
}

export interface ManifestMetadata {
  /** Subresource integrity: `sha384-…`. */
  readonly integrity: string;
  /** The package's version and the release's: `1.4.0+3f2a…`. */
  readonly version: string;
}

/** The data from `frontage.json` of the child's build. */
export interface ManifestExtras {
  readonly kind?: "element" | "module";
  readonly title?: string;
  readonly contract?: number;
}

export interface ManifestDeployment {
  /** Percent of the clients, 0 to 100. */
  readonly traffic: number;
  /** The version for everyone else, and for those whose version fails. */
  readonly default: boolean;
}
