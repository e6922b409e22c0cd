import type { PluginOption } from "vite";
import type { ViteUserConfig } from "vitest/config";

/** The description of a child application. */
export interface Child {
  /** The kind of the entry's default export: a class that extends `HTMLElement`, or `{ mount, unmount }`. */
  readonly kind: "element" | "module";
  /** The title in the shell's navigation. */
  readonly title: string;
  /** The port of the development server. Each child has its own, so that several can run at once. */
  readonly port: number;
  /** The module whose default export is the child. Default: `src/main.ts`. */
  readonly entry?: string;
  /** The framework's own plugins. */
  readonly plugins?: readonly PluginOption[];
  /** Constants that the framework's build requires. */
  readonly define?: Readonly<Record<string, string>>;
}

/**
 * The configuration of Vite and Vitest for a child application, for its `vite.config.ts`.
 *
 * A build is one JavaScript file, because integrity covers one file: no chunks, and styles inside it. The packages that
 * the shell shares (`@frontage/session`, `@frontage/toggles`, `@frontage/ui`) stay bare imports, which its import map
 * resolves. The development server leaves those imports bare too: so a deployed shell can load the child from it, and
 * both use the same session.
 */
export declare function defineChild(child: Child): ViteUserConfig;
