import type {
  Application,
  ChildContext,
  SessionView,
  Theme,
  ThemeView,
  TogglesView,
} from "@frontage/contract";
import { Listeners } from "@frontage/contract/listeners";

/** The child's path and context. */
export interface ContextOptions<S extends SessionView, T extends TogglesView> {
  readonly session: S;
  readonly toggles: T;
  readonly basePath: string;
  readonly path?: string;
}

/** A theme that can be changed from outside. */
export class LocalTheme implements ThemeView {
  readonly changes = new Listeners<Theme>();
  current: Theme = "light";

  onChange(listener: (theme: Theme) => void): () => void {
    return this.changes.add(listener);
  }

  set(theme: Theme): void {
    this.current = theme;
    this.changes.notify(theme);
  }
}

/** The context that the shell would provide, without a shell. */
export class LocalContext<S extends SessionView, T extends TogglesView> implements ChildContext {
  readonly session: S;
  readonly toggles: T;
  readonly basePath: string;
  readonly theme = new LocalTheme();
  readonly navigations = new Listeners<string>();
  /** What says whether the child would lose something if it were left. */
  readonly guards = new Set<() => boolean>();
  readonly applications: readonly Application[];
  /** The pages of the shell that the child has gone to. */
  readonly gone: string[] = [];
  #path: string;

  constructor({ session, toggles, basePath, path = "/" }: ContextOptions<S, T>) {
    this.session = session;
    this.toggles = toggles;
    this.basePath = basePath;
    this.applications = [{ title: "This application", route: basePath }];
    this.#path = path;
  }

  get path(): string {
    return this.#path;
  }

  navigate(path: string): void {
    this.#path = path;
    this.navigations.notify(path);
  }

  go(path: string): void {
    this.gone.push(path);
  }

  guard(isDirty: () => boolean): () => void {
    this.guards.add(isDirty);
    return () => this.guards.delete(isDirty);
  }

  setTitle(text?: string): void {
    document.title = text ?? "";
  }

  onNavigate(listener: (path: string) => void): () => void {
    return this.navigations.add(listener);
  }
}
