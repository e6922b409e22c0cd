import { h } from "@frontage/ui/dom";

/** A switch. It shows what is, and not what was asked for: whoever is asked sets it. */
export class Switch {
  readonly element: HTMLButtonElement;

  /** `label` is for screen readers; `flipped` is called with the state that is asked for. */
  constructor(label: string, flipped: (isOn: boolean) => void) {
    this.element = h(
      "button",
      { type: "button", class: "switch", role: "switch", "aria-label": label },
      h("span", { class: "switch-knob", "aria-hidden": "true" }),
    );
    this.element.addEventListener("click", () => {
      if (!this.isBusy) {
        flipped(!this.isOn);
      }
    });
    this.isOn = false;
  }

  get isOn(): boolean {
    return this.element.getAttribute("aria-checked") === "true";
  }

  set isOn(isOn: boolean) {
    this.element.setAttribute("aria-checked", String(isOn));
  }

  /** Whether an answer is waited for. It keeps the focus meanwhile. */
  get isBusy(): boolean {
    return this.element.getAttribute("aria-busy") === "true";
  }

  set isBusy(isBusy: boolean) {
    this.element.setAttribute("aria-busy", String(isBusy));
  }
}
