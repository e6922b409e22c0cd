/** The ceiling of the first wait; it triples with each failure up to the longest wait. */
const FIRST_WAIT = 1_000;
const GROWTH = 3;

/** Why a client connects again. */
export type Cause =
  /** The network broke the connection, or an attempt has failed. */
  | "broken"
  /** The service closed it, and so perhaps everybody's. */
  | "closed"
  /** The connection to roll over to could not be opened, and the old one still serves. */
  | "roll-over";

/** The number of failures that each cause counts as, at least: what may concern everybody is spread from the start. */
const STEPS: Readonly<Record<Cause, number>> = { broken: 0, closed: 2, "roll-over": 3 };

/**
 * The waits before reconnecting, with full jitter: anything up to a ceiling that grows. The first one is below a second,
 * as a single client's short interruption needs it; those of clients that fail together soon spread over minutes, since
 * API Gateway admits only so many new connections per second.
 */
export class Pace {
  readonly #random: () => number;
  readonly #longest: number;
  #failures = 0;

  /** @param longest The highest ceiling, in milliseconds. */
  constructor(random: () => number, longest: number) {
    this.#random = random;
    this.#longest = longest;
  }

  /** The time to wait now, in milliseconds. */
  wait(cause: Cause): number {
    const failures = Math.max(this.#failures, STEPS[cause]);
    this.#failures = failures + 1;
    return this.within(Math.min(this.#longest, FIRST_WAIT * GROWTH ** failures));
  }

  /** Any time below a ceiling. */
  within(ceiling: number): number {
    return this.#random() * ceiling;
  }

  /** The series of failures has ended. */
  reset(): void {
    this.#failures = 0;
  }
}
