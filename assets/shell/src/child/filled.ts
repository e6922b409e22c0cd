import { within } from "./within.js";

/** How long a child that says it is ready may show nothing. */
const PATIENCE = 10_000;

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
      const observer = new MutationObserver(() => isBlank(element) || done());
      const observed = { childList: true, subtree: true, characterData: true };
      observer.observe(element, observed);
      if (element.shadowRoot) {
        observer.observe(element.shadowRoot, observed);
      }
      signal.addEventListener("abort", () => observer.disconnect());
    });
  return within(PATIENCE, "It is ready, but did not show anything", seen, visit);
}

/** Whether nothing of a child can be seen. What is in a closed shadow root only shows by its size. */
export function isBlank(element: HTMLElement): boolean {
  const content = element.shadowRoot ?? element;
  return content.childElementCount === 0 && !content.textContent?.trim() && element.offsetHeight === 0;
}
