import "@frontage/ui";
import "./styles/index.css";
import type { TogglesConfig } from "@frontage/contract";
import { Session } from "@frontage/session";
import { FrontageProvider, OpenFeature, TogglesClient } from "@frontage/toggles";
import { App } from "./app.js";
import { messageOf } from "./child/load.js";
import { Overrides } from "./child/overrides.js";
import { Previews } from "./child/previews.js";
import { fetchConfig } from "./config.js";
import { cannotStart, waiting } from "./pages/sign-in.js";
import { BUSY } from "./retry.js";
import { Router } from "./router.js";
import { client, type Shell } from "./shell.js";
import { ThemeSwitch } from "./theme.js";

const host = document.getElementById("app") as HTMLElement;

async function start(): Promise<void> {
  const theme = new ThemeSwitch();
  const gate = waiting("One moment");
  host.replaceChildren(gate);
  const config = await fetchConfig({
    onBusy: () => gate.querySelector("fr-spinner")?.setAttribute("label", BUSY),
  });
  const router = new Router();
  const overrides = new Overrides(config.overrides, sessionStorage);
  const previews = new Previews(sessionStorage);
  const query = overrides.take(previews.take(location.search), config.overrides);
  if (query !== location.search && location.search.includes("mfe:")) {
    router.replace(location.pathname + query + location.hash);
  }
  const shell: Shell = {
    config,
    router,
    overrides,
    previews,
    theme,
    session: new Session(config.login),
    toggles: follow(config.toggles),
    client: client(),
    failures: new Map(),
  };
  document.title = config.title;
  const app = new App(shell, host);
  window.addEventListener("pageshow", (event) => void shell.session.resume(event.persisted));
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "visible") {
      void shell.session.resume(false);
    }
  });
  await shell.session.start();
  router.start();
  app.start();
}

/** One connection for the whole page, and one OpenFeature provider on it. */
function follow(config: TogglesConfig): TogglesClient {
  const toggles = new TogglesClient(config);
  const show = () => {
    document.documentElement.dataset.toggles = toggles.status;
  };
  toggles.onStatus(show);
  toggles.start();
  show();
  OpenFeature.setProvider(new FrontageProvider(toggles));
  return toggles;
}

start().catch((error: unknown) => {
  console.error(error);
  host.replaceChildren(cannotStart(messageOf(error)));
});
