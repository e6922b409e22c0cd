import type { Address } from "./connection.js";
import type { Feed, LinkEvent } from "./link.js";

/** Who asks. */
export interface Identity {
  /** Of the user: stable, and nobody else's. */
  readonly id: string;
  /** The user's groups, which rules may ask for. */
  readonly groups: readonly string[];
}

/** How a connection says who asks. */
export interface DoorOptions {
  readonly url: string;
  /**
   * Whether a connection may (`optional`) or must (`required`) say who asks: `toggles.connect` in `config.json`. Absent:
   * everybody gets the same answers, and nothing is said.
   */
  readonly connect?: "optional" | "required";
  /**
   * A token of the user whom `identify` has named, for one attempt to connect. None, or a failure, is an attempt that
   * failed. It is neither stored nor logged, and in no URL.
   */
  readonly credentials?: () => Promise<string | undefined>;
  /** A stable id of this browser, up to 128 characters, for percentages of those who are not signed in. */
  readonly id?: string;
}

/** What is chosen of the subprotocols that are offered. */
const PROTOCOL = "frontage.toggles.v1";
/** A browser cannot set a header of a WebSocket's handshake but this one: a token is offered as a subprotocol. */
const TOKEN = "jwt.";

/** Where a user, or nobody, connects. */
export function addressOf(
  options: DoorOptions,
  user: Identity | undefined,
): () => Address | Promise<Address> {
  const { url, connect, credentials, id } = options;
  if (connect === undefined) {
    return () => ({ url });
  }
  if (user === undefined) {
    return () => ({ url: id === undefined ? url : withId(url, id), protocols: [PROTOCOL] });
  }
  return async () => {
    const token = await credentials?.();
    if (token === undefined) {
      throw new Error("There is no token");
    }
    return { url, protocols: [PROTOCOL, TOKEN + token] };
  };
}

/** Whether somebody has to sign in before a connection is attempted. */
export function isClosed({ connect }: DoorOptions, user: Identity | undefined): boolean {
  return connect === "required" && user === undefined;
}

/** Instead of a link, where there is no connection for nobody. */
export function noLink(emit: (event: LinkEvent) => void): Feed {
  return {
    leads: true,
    start: () => emit({ kind: "status", status: "stale" }),
    stop: () => undefined,
    noticed: () => undefined,
    renew: () => undefined,
    send: () => false,
  };
}

/** Whether the same answers are meant for both. */
export function isSame(a: Identity | undefined, b: Identity | undefined): boolean {
  const groups = (user: Identity | undefined) => JSON.stringify([...(user?.groups ?? [])].sort());
  return a?.id === b?.id && groups(a) === groups(b);
}

function withId(url: string, id: string): string {
  const address = new URL(url);
  address.searchParams.set("id", id);
  return address.href;
}
