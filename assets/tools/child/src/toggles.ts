import type { Toggle, ToggleChange, TogglesStatus, TogglesView } from "@frontage/contract";
import { Listeners } from "@frontage/contract/listeners";

/** Toggles that only this page changes. */
export class LocalToggles implements TogglesView {
  readonly changes = new Listeners<ToggleChange>();
  readonly statuses = new Listeners<TogglesStatus>();
  readonly status: TogglesStatus = "live";
  readonly #toggles = new Map<string, Toggle>();

  /** @param names The toggles by their ids; all of them are off. */
  constructor(names: Readonly<Record<string, string>>) {
    for (const [id, name] of Object.entries(names)) this.#toggles.set(id, toggle(id, name, false));
  }

  get toggles(): ReadonlyMap<string, Toggle> {
    return this.#toggles;
  }

  get(key: string): Toggle | undefined {
    return this.#toggles.get(key) ?? [...this.#toggles.values()].find(({ name }) => name === key);
  }

  isActive(key: string, fallback = false): boolean {
    return this.get(key)?.isActive ?? fallback;
  }

  onChange(listener: (change: ToggleChange) => void): () => void {
    return this.changes.add(listener);
  }

  onStatus(listener: (status: TogglesStatus) => void): () => void {
    return this.statuses.add(listener);
  }

  /** Turns a toggle on or off, as an operator would. */
  set(id: string, isActive: boolean): void {
    this.#toggles.set(id, toggle(id, this.#toggles.get(id)?.name ?? id, isActive));
    this.changes.notify({ changed: [id] });
  }
}

function toggle(id: string, name: string, isActive: boolean): Toggle {
  return { id, name, isActive, attributes: { featureId: id, featureName: name, isActive } };
}
