import "@frontage/ui";
import "./styles/index.css";
import { storageOf } from "@frontage/contract/storage";
import { Session } from "@frontage/session";
import { App } from "./app.js";
import { messageOf } from "./child/load.js";
import { Overrides } from "./child/overrides.js";
import { Previews } from "./child/previews.js";
import { fetchConfig } from "./config.js";
import { follow } from "./follow.js";
import { Operators } from "./operators.js";
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
  const tab = storageOf(() => sessionStorage);
  const overrides = new Overrides(config.overrides, tab);
  const previews = new Previews(tab);
  const query = overrides.take(previews.take(location.search), config.overrides);
  if (query !== location.search && location.search.includes("mfe:")) {
    router.replace(location.pathname + query + location.hash);
  }
  const session = new Session(config.login);
  const browser = client();
  const shell: Shell = {
    config,
    router,
    overrides,
    previews,
    theme,
    session,
    toggles: follow(config.toggles, session, browser),
    operators: config.toggles.api === undefined ? undefined : new Operators(config.toggles.api, session),
    client: browser,
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

start().catch((error: unknown) => {
  console.error(error);
  host.replaceChildren(cannotStart(messageOf(error)));
});
