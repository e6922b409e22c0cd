import type { PluginOption } from "vite";
import type { ViteUserConfig } from "vitest/config";

/** What a child application says of itself. */
export interface Child {
  /** What the entry's default export is: a class that extends `HTMLElement`, or `{ mount, unmount }`. */
  readonly kind: "element" | "module";
  /** What the shell's navigation shows. */
  readonly title: string;
  /** Where the development server listens. Each child has its own, so that several run at once. */
  readonly port: number;
  /** The module whose default export is the child. Default: `src/main.ts`. */
  readonly entry?: string;
  /** The framework's own plugins. */
  readonly plugins?: readonly PluginOption[];
  /** Constants that the framework's build asks for. */
  readonly define?: Readonly<Record<string, string>>;
}

/**
 * The configuration of Vite and Vitest for a child application, for its `vite.config.ts`.
 *
 * A build is one JavaScript file, because integrity covers one file: no chunks, and styles inside it. What the shell
 * shares (`@frontage/session`, `@frontage/toggles`, `@frontage/ui`) stays a bare import, which its import map answers.
 * The development server leaves those imports bare too: so a deployed shell can load the child from it, and both use
 * the same session.
 */
export declare function defineChild(child: Child): ViteUserConfig;
