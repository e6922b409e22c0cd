/** One kind of goods in the warehouse. */
export interface Item {
  readonly name: string;
  readonly place: string;
  readonly number: number;
  /** With fewer than these it runs short. */
  readonly least: number;
}

/** An example: a real application would ask its API. */
export const ITEMS: readonly Item[] = [
  { name: "Standing desk, oak", place: "A 12", number: 14, least: 5 },
  { name: "Desk lamp", place: "A 14", number: 3, least: 10 },
  { name: "Office chair", place: "B 02", number: 27, least: 8 },
  { name: "Monitor arm", place: "B 07", number: 6, least: 6 },
  { name: "Cable tray", place: "C 21", number: 1, least: 12 },
];

/** Whether it has to be ordered. */
export function isShort({ number, least }: Item): boolean {
  return number < least;
}
