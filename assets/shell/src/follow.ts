import type { TogglesConfig } from "@frontage/contract";
import type { Session } from "@frontage/session";
import { FrontageProvider, OpenFeature, TogglesClient } from "@frontage/toggles";

/** The part of the session that decides whose toggles the page shows. */
export type Asking = Pick<Session, "state" | "user" | "onChange" | "getIdToken">;

/**
 * One connection for the whole page, and one OpenFeature provider on it.
 *
 * @param browser The browser's id, of which percentages are computed for those who are not signed in.
 */
export function follow(config: TogglesConfig, session: Asking, browser: string): TogglesClient {
  const toggles = new TogglesClient({ ...config, credentials: () => session.getIdToken(), id: browser });
  const show = () => {
    document.documentElement.dataset.toggles = toggles.status;
  };
  toggles.onStatus(show);
  if (config.connect === undefined) {
    toggles.start();
  } else {
    session.onChange(() => identify(toggles, session));
  }
  show();
  OpenFeature.setProvider(new FrontageProvider(toggles));
  return toggles;
}

/**
 * Has the toggles be those for who is signed in. Nothing is shown before that is known, and a page that is about to leave
 * for the login pages needs no connection: so there is none until then.
 */
function identify(toggles: TogglesClient, session: Asking): void {
  if (session.state !== "starting") {
    toggles.identify(session.user);
    toggles.start();
  }
}
