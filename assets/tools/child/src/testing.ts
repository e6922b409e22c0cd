import type { ChildContext, ChildElement, ChildElementClass } from "@frontage/contract";
import { FrontageProvider, OpenFeature } from "@frontage/toggles";
import { LocalContext } from "./context.js";
import { LocalSession } from "./session.js";
import { LocalToggles } from "./toggles.js";

export { SOMEBODY } from "./session.js";
export { LocalContext, LocalSession, LocalToggles };

/** The context of a child in a test: it can flip toggles, change the user, and count listeners. */
export type TestContext = LocalContext<LocalSession, LocalToggles>;

/**
 * A context for a test of a child, with OpenFeature behind it as in the shell.
 *
 * @param basePath The child's route: `/shipping`.
 * @param path The page's path in the child.
 */
export async function testContext(basePath: string, path = "/"): Promise<TestContext> {
  const toggles = new LocalToggles({
    "1": "Feature toggle 1",
    "2": "Feature toggle 2",
    "3": "Feature toggle 3",
  });
  await OpenFeature.setProviderAndWait(new FrontageProvider(toggles));
  return new LocalContext({ session: new LocalSession(), toggles, basePath, path });
}

/** The number of a child's listeners on its context: zero, once it is unmounted. The provider's own do not count. */
export function listeners({ session, navigations, theme }: TestContext): number {
  return session.changes.size + navigations.size + theme.changes.size;
}

let defined = 0;

/** Puts a child of kind `element` on the page, as the shell does: defined under its own name. */
export function show(child: ChildElementClass, context: ChildContext): ChildElement {
  defined += 1;
  // A class can be defined under one name only, and a test file mounts it often.
  const subclass = class extends child {};
  const name = `mfe-test-${defined}`;
  customElements.define(name, subclass as CustomElementConstructor);
  const element = document.createElement(name) as ChildElement;
  element.context = context;
  document.body.append(element);
  return element;
}

/** The errors that a child has reported, as the shell would receive them. */
export function reports(element: HTMLElement): unknown[] {
  const errors: unknown[] = [];
  element.addEventListener("mfe:error", (event) => errors.push(event.detail.error));
  return errors;
}
