import type { ChildContext, ChildElement, ChildExport, ChildModule } from "@frontage/contract";
import { fnv1a } from "./bucket.js";
import { isElementClass } from "./load.js";
import { within } from "./within.js";

/** A child that is shown in its area. */
export interface Instance {
  /** The child's element, or the one that it renders into. */
  readonly element: HTMLElement;
  /** Removes it; errors of the child's own clean-up are reported, and stop nothing. */
  unmount(): void;
}

const PATIENCE = 10_000;

/** Mounts a child in `area`. Rejects if it throws, or does not finish; then nothing of it is left there. */
export async function mount(
  exported: ChildExport,
  name: string,
  area: HTMLElement,
  context: ChildContext,
): Promise<Instance> {
  return isElementClass(exported)
    ? mountElement(exported, name, area, context)
    : mountModule(exported as ChildModule, area, context);
}

function mountElement(
  Class: new () => ChildElement,
  name: string,
  area: HTMLElement,
  context: ChildContext,
): Instance {
  define(Class, name);
  const element = new Class();
  element.context = context;
  appendOrThrow(area, element);
  return { element, unmount: () => element.remove() };
}

/** Errors thrown by `connectedCallback` do not propagate from `append`: the browser reports them to the window during it. */
function appendOrThrow(area: HTMLElement, element: HTMLElement): void {
  const thrown: unknown[] = [];
  const listen = (event: ErrorEvent) => thrown.push(event.error ?? event.message);
  window.addEventListener("error", listen);
  area.append(element);
  window.removeEventListener("error", listen);
  if (thrown.length > 0) {
    element.remove();
    throw thrown[0];
  }
}

async function mountModule(child: ChildModule, area: HTMLElement, context: ChildContext): Promise<Instance> {
  const element = document.createElement("div");
  area.append(element);
  const instance = { element, unmount: () => unmountModule(child, element) };
  try {
    await within(PATIENCE, "It did not finish rendering", () => child.mount(element, context));
    return instance;
  } catch (error) {
    instance.unmount();
    throw error;
  }
}

function unmountModule(child: ChildModule, element: HTMLElement): void {
  try {
    Promise.resolve(child.unmount?.(element)).catch(reportError);
  } catch (error) {
    reportError(error);
  }
  element.remove();
}

const names = new WeakMap<object, string>();

/** Defines each class once, and no name twice: a module that was loaded again, after a failure, has its own class. */
function define(Class: new () => HTMLElement, wanted: string): void {
  if (names.has(Class) || customElements.getName?.(Class)) {
    return;
  }
  let name = wanted;
  for (let copy = 2; customElements.get(name); copy++) {
    name = `${wanted}-${copy}`;
  }
  customElements.define(name, Class);
  names.set(Class, name);
}

/** `mfe-shipping-3f2a9c01b7de`: by the release, or by the whole version if that has none. */
export function elementName(team: string, version: string): string {
  const release = /\+([0-9a-f]+)$/.exec(version)?.[1];
  return `mfe-${team}-${release ?? fnv1a(version).toString(16)}`;
}
