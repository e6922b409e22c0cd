import type {
  ChildContext,
  ChildElement,
  ChildElementClass,
  ChildExport,
  TogglesView,
} from "@frontage/contract";
import { FrontageProvider, OpenFeature, TogglesClient } from "@frontage/toggles";
import { sheet } from "@frontage/ui";
import { bar } from "./bar.js";
import { LocalContext } from "./context.js";
import css from "./host.css?inline";
import { LocalSession } from "./session.js";
import { LocalToggles } from "./toggles.js";

/** The input of the page that shows a child alone. */
export interface Host {
  /** The child's default export. */
  readonly child: ChildExport;
  /** The child's route in the shell: `/shipping`. */
  readonly basePath: string;
  /** The toggles that the child uses, by their ids: each gets a switch on the page. */
  readonly toggles: Readonly<Record<string, string>>;
}

/**
 * Shows a child without a shell: a user is signed in, and a bar has a switch for each toggle.
 *
 * With `VITE_TOGGLES_URL=wss://…` in the environment of the development server the toggles are those of a system.
 */
export async function startHost({ child, basePath, toggles: names }: Host): Promise<void> {
  document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet(css)];
  const toggles = connect(names);
  OpenFeature.setProvider(new FrontageProvider(toggles));
  const context = new LocalContext({
    session: new LocalSession(),
    toggles,
    basePath,
    path: pathBelow(basePath),
  });
  const main = document.createElement("main");
  document.body.append(bar(context, names), main);
  followLinks(context);
  showErrors(main);
  await mount(child, main, context);
}

function connect(names: Readonly<Record<string, string>>): TogglesView {
  const url: string | undefined = import.meta.env.VITE_TOGGLES_URL;
  if (!url) return new LocalToggles(names);
  const client = new TogglesClient({ url });
  client.start();
  return client;
}

async function mount(child: ChildExport, main: HTMLElement, context: ChildContext): Promise<void> {
  if ("mount" in child) return child.mount(main, context);
  customElements.define("mfe-alone", child as ChildElementClass & CustomElementConstructor);
  const element = document.createElement("mfe-alone") as ChildElement;
  element.context = context;
  main.append(element);
}

/** The page's path below the child's route. The server answers every path with the same page. */
function pathBelow(basePath: string): string {
  const { pathname, search } = location;
  return (pathname.startsWith(`${basePath}/`) ? pathname.slice(basePath.length) : "/") + search;
}

/** Clicks on links below the child's route stay on the page, as in the shell. */
function followLinks(context: LocalContext<LocalSession, TogglesView>): void {
  const { basePath } = context;
  document.addEventListener("click", (event) => {
    const link = event.composedPath().find((node) => node instanceof HTMLAnchorElement);
    if (!link || event.defaultPrevented || event.ctrlKey || event.metaKey || event.shiftKey) return;
    const { pathname, search, origin } = new URL(link.href);
    if (origin !== location.origin || !pathname.startsWith(`${basePath}/`)) return;
    event.preventDefault();
    context.navigate(pathname.slice(basePath.length) + search);
  });
  context.onNavigate((path) => {
    if (path !== pathBelow(basePath)) history.pushState(undefined, "", basePath + path);
  });
  addEventListener("popstate", () => context.navigate(pathBelow(basePath)));
}

function showErrors(main: HTMLElement): void {
  main.addEventListener("mfe:error", ({ detail }) => {
    console.error("The child reported", detail.error);
    const alert = document.createElement("fr-alert");
    alert.setAttribute("tone", "danger");
    alert.setAttribute("heading", "The child reported an error");
    alert.textContent = String(detail.error);
    main.prepend(alert);
  });
}
