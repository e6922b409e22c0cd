import type { BrowserContext, Page } from "@playwright/test";

/** A WebSocket of a page. */
export interface Noted {
  readonly url: string;
  /** The subprotocols that the page has offered. */
  readonly offered: readonly string[];
  /** The one that the server has chosen. */
  readonly protocol: string;
  /** 1 is open, 3 is closed. */
  readonly state: number;
}

/** Has every page of a browser note its sockets. */
export async function noteSockets(context: BrowserContext): Promise<void> {
  await context.addInitScript(() => {
    const sockets: { socket: WebSocket; offered: readonly string[] }[] = [];
    const Noting = class extends WebSocket {
      constructor(...how: ConstructorParameters<typeof WebSocket>) {
        super(...how);
        sockets.push({ socket: this, offered: [how[1] ?? []].flat() });
      }
    };
    Object.assign(window, { sockets, WebSocket: Noting });
  });
}

/** The sockets of a page that is there since then. */
export function socketsOf(page: Page): Promise<Noted[]> {
  return page.evaluate(() => {
    const { sockets = [] } = window as { sockets?: { socket: WebSocket; offered: readonly string[] }[] };
    return sockets.map(({ socket: { url, protocol, readyState }, offered }) => ({
      url,
      offered,
      protocol,
      state: readyState,
    }));
  });
}
