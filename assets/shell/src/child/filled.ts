import { within } from "./within.js";

/** How long a child that says it is ready may show nothing. */
const PATIENCE = 10_000;

/** What is empty unless something is in it. */
const CONTAINERS = new Set(["article", "div", "main", "section", "slot", "span"]);
/** What shows nothing, whatever is in it. */
const UNSEEN = new Set(["link", "meta", "script", "style", "template"]);

/**
 * Waits until something of a child can be seen. Frameworks render after `mount` has returned, and some children fetch
 * first.
 * @throws TimeoutError if nothing can be seen in ten seconds.
 */
export function filled(element: HTMLElement, visit: AbortSignal): Promise<void> {
  if (!isBlank(element)) {
    return Promise.resolve();
  }
  const seen = (signal: AbortSignal) =>
    new Promise<void>((done) => {
      const observer = new MutationObserver(() => {
        if (isBlank(element)) {
          observe(observer, element);
        } else {
          done();
        }
      });
      observe(observer, element);
      signal.addEventListener("abort", () => observer.disconnect());
    });
  return within(PATIENCE, "It is ready, but did not show anything", seen, visit);
}

/** Whether nothing of a child can be seen. What is in a closed shadow root only shows by its size. */
export function isBlank(element: HTMLElement): boolean {
  return element.offsetHeight === 0 && isEmpty(element.shadowRoot ?? element);
}

function isEmpty(content: ParentNode & Node): boolean {
  return [...content.childNodes].every((node) => {
    if (!(node instanceof Element)) {
      return !(node instanceof Text) || node.data.trim() === "";
    }
    const isContainer = CONTAINERS.has(node.localName) || node.shadowRoot !== null;
    return UNSEEN.has(node.localName) || (isContainer && isEmpty(node.shadowRoot ?? node));
  });
}

/** Observes an element, and all open shadow roots in it. */
function observe(observer: MutationObserver, root: ParentNode & Node): void {
  observer.observe(root, { childList: true, subtree: true, characterData: true });
  const inside = root.querySelectorAll("*");
  for (const each of root instanceof Element ? [root, ...inside] : inside) {
    if (each.shadowRoot) {
      observe(observer, each.shadowRoot);
    }
  }
}
