import { h } from "@frontage/ui/dom";
import { button, checkbox, control, fieldset, select, uniqueId } from "../parts/control.js";
import { DAYS, type Daily, type Span, type Window } from "../rules/windows.js";
import { momentField } from "./moment.js";

const DAY_LABELS = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];

const KINDS = [
  ["daily", "On days, from and to a time"],
  ["span", "From a moment to another"],
] as const;

/** The windows of a toggle: it is on in any of them, and with none always. */
export function windowFields(value: readonly Window[], changed: (windows: readonly Window[]) => void): Node {
  let windows = value;
  const list = h("div", { class: "fr-stack" });
  const become = (next: readonly Window[]) => {
    windows = next;
    changed(next);
  };
  const redraw = (next: readonly Window[]) => {
    become(next);
    show();
    list.dispatchEvent(new Event("change", { bubbles: true }));
  };
  const put = (at: number, window: Window) => windows.map((other, index) => (index === at ? window : other));
  const show = () => {
    list.replaceChildren(
      ...windows.map((window, at) =>
        windowField(window, at, {
          changed: (next) => become(put(at, next)),
          replaced: (next) => {
            redraw(put(at, next));
            list.querySelectorAll<HTMLElement>("select")[at]?.focus();
          },
          removed: () => {
            redraw(windows.filter((_, index) => index !== at));
            add.focus();
          },
        }),
      ),
    );
  };
  const add = button("Add a window", () => {
    redraw([...windows, officeHours()]);
    list.querySelector<HTMLElement>("fieldset:last-of-type select")?.focus();
  });
  show();
  const words = "Without a window it is on at all times.";
  return h(
    "div",
    { class: "fr-stack" },
    h("p", { class: "fr-muted fr-small" }, words),
    list,
    h("div", {}, add),
  );
}

interface WindowEvents {
  readonly changed: (window: Window) => void;
  /** Its fields are others. */
  readonly replaced: (window: Window) => void;
  readonly removed: () => void;
}

function officeHours(): Daily {
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  return { kind: "daily", days: DAYS.map((_, day) => day < 5), from: "09:00", to: "17:00", zone };
}

function windowField(window: Window, at: number, events: WindowEvents): HTMLElement {
  const kind = select("Kind", KINDS, window.kind);
  kind.input.addEventListener("change", () =>
    events.replaced(
      kind.input.value === "daily" ? officeHours() : { kind: "span", from: undefined, to: undefined },
    ),
  );
  const fields =
    window.kind === "daily" ? dailyFields(window, events.changed) : spanFields(window, events.changed);
  const remove = button("Remove", events.removed, { variant: "quiet", label: `Remove window ${at + 1}` });
  return fieldset(`Window ${at + 1}`, kind.element, ...fields, h("div", {}, remove));
}

function dailyFields(value: Daily, changed: (window: Daily) => void): readonly Node[] {
  let window = value;
  const become = (change: Partial<Daily>) => {
    window = { ...window, ...change };
    changed(window);
  };
  const days = DAY_LABELS.map((label, day) =>
    checkbox(label, window.days[day] ?? false, (isOpen) =>
      become({ days: window.days.map((was, index) => (index === day ? isOpen : was)) }),
    ),
  );
  const time = (label: string, field: "from" | "to", hint?: string) => {
    const input = h("input", { type: "time" });
    input.value = window[field];
    input.addEventListener("input", () => become({ [field]: input.value }));
    return control(label, input, hint).element;
  };
  const zones = h("datalist", { id: uniqueId() }, ...zoneNames().map((zone) => h("option", { value: zone })));
  const zone = h("input", { type: "text", list: zones.id, autocomplete: "off", autocapitalize: "off" });
  zone.value = window.zone;
  zone.addEventListener("input", () => become({ zone: zone.value.trim() }));
  return [
    h("div", { class: "days", role: "group", "aria-label": "Days" }, ...days),
    h(
      "div",
      { class: "pair" },
      time("From", "from"),
      time("To", "to", "Of the next day, if it is not after the first."),
    ),
    control("Time zone", zone, "Such as Europe/Berlin.").element,
    zones,
  ];
}

function zoneNames(): readonly string[] {
  return ["UTC", ...Intl.supportedValuesOf("timeZone")];
}

function spanFields(value: Span, changed: (window: Span) => void): readonly Node[] {
  let window = value;
  const field = (label: string, name: "from" | "to") =>
    momentField(label, window[name], (moment) => {
      window = { ...window, [name]: moment };
      changed(window);
    }).element;
  return [h("div", { class: "pair" }, field("From", "from"), field("Until", "to"))];
}
