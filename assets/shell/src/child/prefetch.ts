import type { TeamConfig } from "@frontage/contract";
import type { Version } from "./choice.js";

/** How long what was fetched ahead counts as fetched. */
const FRESH = 60_000;

/**
 * Fetches children ahead: when somebody is about to follow a link, the manifest and the module it names are on their way
 * before the click. Nothing of it runs.
 */
export class Prefetch {
  readonly #versions: (team: TeamConfig) => Promise<readonly Version[]>;
  readonly #fetched = new Map<string, number>();

  constructor(versions: (team: TeamConfig) => Promise<readonly Version[]>) {
    this.#versions = versions;
  }

  /** Watches the links to applications in an element. `teamOf` says whose a path is. */
  watch(element: HTMLElement, teamOf: (path: string) => TeamConfig | undefined): void {
    const aim = ({ target }: Event) => {
      const link = target instanceof Element ? target.closest("a") : null;
      const team = link?.origin === location.origin ? teamOf(link.pathname) : undefined;
      if (team !== undefined) {
        void this.#fetch(team);
      }
    };
    element.addEventListener("pointerover", aim);
    element.addEventListener("focusin", aim);
  }

  async #fetch(team: TeamConfig): Promise<void> {
    const before = this.#fetched.get(team.name);
    if (before !== undefined && Date.now() - before < FRESH) {
      return;
    }
    this.#fetched.set(team.name, Date.now());
    try {
      const [version] = await this.#versions(team);
      const [url] = version?.urls ?? [];
      if (version?.integrity !== undefined && url !== undefined) {
        preload(url, version.integrity);
      }
    } catch {
      // Who follows the link is told.
      this.#fetched.delete(team.name);
    }
  }
}

function preload(href: string, integrity: string): void {
  if (document.head.querySelector(`link[href="${CSS.escape(href)}"]`)) {
    return;
  }
  const link = document.createElement("link");
  link.rel = "modulepreload";
  link.crossOrigin = "anonymous";
  link.integrity = integrity;
  link.href = href;
  document.head.append(link);
}
