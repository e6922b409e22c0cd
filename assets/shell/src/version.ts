/** The package's own version: `1.4.0` of `1.4.0+3f2a…`. */
export function shortVersion(version: string): string {
  return version.split("+", 1)[0] ?? version;
}

/** The release: `3f2a…` of `1.4.0+3f2a…`, or nothing. */
export function releaseOf(version: string): string {
  return version.split("+")[1] ?? "";
}
