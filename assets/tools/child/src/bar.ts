import type { Theme, TogglesView } from "@frontage/contract";
import type { LocalContext } from "./context.js";
import type { LocalSession } from "./session.js";
import { LocalToggles } from "./toggles.js";

type HostContext = LocalContext<LocalSession, TogglesView>;

/** The strip above a child that is shown alone: the signed-in user, the toggles, the theme. */
export function bar(context: HostContext, names: Readonly<Record<string, string>>): HTMLElement {
  const header = document.createElement("header");
  header.className = "host";
  const who = document.createElement("span");
  who.className = "host-who";
  who.textContent = `Alone · ${context.session.user?.name}`;
  header.append(
    who,
    ...Object.entries(names).map(([id, name]) => toggle(context.toggles, id, name)),
    theme(context),
  );
  return header;
}

/** A switch if the toggles are the page's own, a light if they are a system's. */
function toggle(toggles: TogglesView, id: string, name: string): HTMLElement {
  const { box, label } = checkbox(name);
  box.disabled = !(toggles instanceof LocalToggles);
  const show = (): void => {
    box.checked = toggles.isActive(id);
  };
  show();
  toggles.onChange(show);
  box.addEventListener("change", () => {
    if (toggles instanceof LocalToggles) toggles.set(id, box.checked);
  });
  return label;
}

function theme(context: HostContext): HTMLElement {
  const { box, label } = checkbox("Dark");
  const apply = (chosen: Theme): void => {
    document.documentElement.dataset.theme = chosen;
    context.theme.set(chosen);
  };
  box.checked = matchMedia("(prefers-color-scheme: dark)").matches;
  apply(box.checked ? "dark" : "light");
  box.addEventListener("change", () => apply(box.checked ? "dark" : "light"));
  return label;
}

function checkbox(name: string): { box: HTMLInputElement; label: HTMLLabelElement } {
  const box = document.createElement("input");
  box.type = "checkbox";
  box.role = "switch";
  const label = document.createElement("label");
  label.append(box, ` ${name}`);
  return { box, label };
}
