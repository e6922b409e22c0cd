import type { ShellConfig } from "./config.js";
import type { Manifest } from "./manifest.js";

/** Thrown for what was fetched and is not what it should be. */
export class InvalidDocumentError extends Error {
  override readonly name = "InvalidDocumentError";
}

export declare function parseConfig(value: unknown): ShellConfig;
export declare function parseManifest(value: unknown): Manifest;
