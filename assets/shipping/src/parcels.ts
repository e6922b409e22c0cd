/** The status of a parcel on its way. */
export type Status = "preparing" | "transit" | "delivering" | "delivered" | "held";

/** One event in a parcel's history. */
export interface Scan {
  readonly at: Date;
  readonly place: string;
  readonly what: string;
}

/** A parcel in the carrier's data. */
export interface Parcel {
  readonly id: string;
  readonly contents: string;
  readonly recipient: string;
  readonly destination: string;
  readonly status: Status;
  readonly arrives: Date;
  readonly weight: number;
  readonly scans: readonly Scan[];
}

/** The title of each status, in the order of a parcel's life. */
export const STATUSES: Readonly<Record<Status, string>> = {
  preparing: "Preparing",
  transit: "In transit",
  delivering: "Out for delivery",
  delivered: "Delivered",
  held: "Held at customs",
};

/** Express accepts the parcels that have not left the last depot yet. */
export function canExpress({ status }: Parcel): boolean {
  return status === "preparing" || status === "transit";
}

/** Whether a parcel matches a search: the status, and the words anywhere in it. */
export function matches(parcel: Parcel, status: Status | "all", words: string): boolean {
  const text = [parcel.id, parcel.contents, parcel.recipient, parcel.destination].join(" ").toLowerCase();
  return (status === "all" || parcel.status === status) && text.includes(words.trim().toLowerCase());
}

/** How many parcels have each status. */
export function count(parcels: readonly Parcel[]): ReadonlyMap<Status, number> {
  const counts = new Map<Status, number>();
  for (const { status } of parcels) counts.set(status, (counts.get(status) ?? 0) + 1);
  return counts;
}

/** The example's parcels, as of a day: they are always on their way. */
export function parcels(today: Date): readonly Parcel[] {
  const at = (days: number, hour: number, minute = 0): Date =>
    new Date(today.getFullYear(), today.getMonth(), today.getDate() + days, hour, minute);
  return [
    {
      id: "FR-20931",
      contents: "Standing desk, oak",
      recipient: "Amara Okafor",
      destination: "Lyon, France",
      status: "delivering",
      arrives: at(0, 16),
      weight: 31.4,
      scans: [
        { at: at(0, 7, 12), place: "Lyon", what: "With the courier" },
        { at: at(-1, 21, 40), place: "Dijon", what: "Left the depot" },
        { at: at(-2, 9, 5), place: "Rotterdam", what: "Picked up" },
      ],
    },
    {
      id: "FR-20928",
      contents: "Espresso machine",
      recipient: "Jonas Lindqvist",
      destination: "Malmö, Sweden",
      status: "transit",
      arrives: at(3, 12),
      weight: 11.8,
      scans: [
        { at: at(0, 3, 30), place: "Hamburg", what: "Arrived at the depot" },
        { at: at(-1, 15, 10), place: "Rotterdam", what: "Picked up" },
      ],
    },
    {
      id: "FR-20917",
      contents: "Server rack, 12 units",
      recipient: "Priya Raman",
      destination: "Zürich, Switzerland",
      status: "held",
      arrives: at(5, 12),
      weight: 44.0,
      scans: [
        { at: at(-1, 11, 25), place: "Basel", what: "Waiting for an import declaration" },
        { at: at(-2, 18, 0), place: "Strasbourg", what: "Left the depot" },
        { at: at(-3, 10, 45), place: "Rotterdam", what: "Picked up" },
      ],
    },
    {
      id: "FR-20941",
      contents: "Trail running shoes",
      recipient: "Tomás Herrera",
      destination: "Porto, Portugal",
      status: "preparing",
      arrives: at(6, 12),
      weight: 1.2,
      scans: [{ at: at(0, 8, 20), place: "Rotterdam", what: "Label printed" }],
    },
    {
      id: "FR-20902",
      contents: "Reading lamp, brass",
      recipient: "Elena Petrova",
      destination: "Vienna, Austria",
      status: "delivered",
      arrives: at(-1, 14),
      weight: 2.6,
      scans: [
        { at: at(-1, 13, 52), place: "Vienna", what: "Signed for by E. Petrova" },
        { at: at(-1, 8, 15), place: "Vienna", what: "With the courier" },
        { at: at(-3, 17, 30), place: "Nuremberg", what: "Left the depot" },
      ],
    },
    {
      id: "FR-20936",
      contents: "Camera lens, 35 mm",
      recipient: "Sofia Marchetti",
      destination: "Bologna, Italy",
      status: "transit",
      arrives: at(2, 12),
      weight: 0.7,
      scans: [
        { at: at(0, 1, 5), place: "Munich", what: "Left the depot" },
        { at: at(-1, 9, 0), place: "Rotterdam", what: "Picked up" },
      ],
    },
  ];
}
