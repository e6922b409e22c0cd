/** The content of the frame. */
export interface Page {
  /** For the document's title and the announcement. */
  readonly title: string;
  readonly element: HTMLElement;
  /** Called when the URL has changed within the same page. */
  moved?(isLink: boolean): void;
  /** Called when it is removed. */
  leave?(): void;
}
