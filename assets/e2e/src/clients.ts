import type { Browser, BrowserContext, Page } from "@playwright/test";
import { bucket } from "../../shell/src/child/bucket.js";
import { openTab } from "./pages.js";

/** What a browser stores. */
export type StorageState = Awaited<ReturnType<BrowserContext["storageState"]>>;

/** The ids of a hundred browsers: the same in each run, and so is their share. */
export const CLIENTS = Array.from({ length: 100 }, (_, number) => `client-${number}`);

/** The hundred, split into those that a team's canary of this percentage shows to, and the others. */
export function split(team: string, percent: number): { some: string[]; others: string[] } {
  const place = (client: string) => bucket(team, client);
  const ordered = CLIENTS.toSorted((one, other) => place(one) - place(other));
  const isBelow = (client: string) => place(client) < percent;
  return { some: ordered.filter(isBelow), others: ordered.filter((client) => !isBelow(client)) };
}

/** A page of another browser that is signed in like the first one, and has an id of its own. */
export async function another(
  browser: Browser,
  { cookies, origins }: StorageState,
  client: string,
  path: string,
): Promise<Page> {
  const id = { name: "frontage:client", value: client };
  const withId = ({ origin, localStorage }: StorageState["origins"][number]) => ({
    origin,
    localStorage: [...localStorage.filter(({ name }) => name !== id.name), id],
  });
  const context = await browser.newContext({ storageState: { cookies, origins: origins.map(withId) } });
  return openTab(context, path);
}
