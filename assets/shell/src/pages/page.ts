/** What is shown in the middle of the frame. */
export interface Page {
  /** For the document's title and the announcement. */
  readonly title: string;
  readonly element: HTMLElement;
  /** The address has changed, and this is still the page of it. */
  moved?(isLink: boolean): void;
  /** It is being taken away. */
  leave?(): void;
}
