import type { ChildContext, SessionView, Theme, ThemeView, TogglesView } from "@frontage/contract";
import { Emitter } from "./emitter.js";

/** The child's path and context. */
export interface ContextOptions<S extends SessionView, T extends TogglesView> {
  readonly session: S;
  readonly toggles: T;
  readonly basePath: string;
  readonly path?: string;
}

/** A theme that can be changed from outside. */
export class LocalTheme implements ThemeView {
  readonly changes = new Emitter<Theme>();
  current: Theme = "light";

  onChange(listener: (theme: Theme) => void): () => void {
    return this.changes.on(listener);
  }

  set(theme: Theme): void {
    this.current = theme;
    this.changes.emit(theme);
  }
}

/** The context that the shell would provide, without a shell. */
export class LocalContext<S extends SessionView, T extends TogglesView> implements ChildContext {
  readonly session: S;
  readonly toggles: T;
  readonly basePath: string;
  readonly theme = new LocalTheme();
  readonly navigations = new Emitter<string>();
  #path: string;

  constructor({ session, toggles, basePath, path = "/" }: ContextOptions<S, T>) {
    this.session = session;
    this.toggles = toggles;
    this.basePath = basePath;
    this.#path = path;
  }

  get path(): string {
    return this.#path;
  }

  navigate(path: string): void {
    this.#path = path;
    this.navigations.emit(path);
  }

  onNavigate(listener: (path: string) => void): () => void {
    return this.navigations.on(listener);
  }
}
