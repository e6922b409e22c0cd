import { base } from "./base.js";
import { h } from "./dom.js";

/** How a property is reflected as an attribute: as text, or by its presence. */
export type Reflection = StringConstructor | BooleanConstructor;

/** The common base of the design system's elements: a shadow root, and properties that reflect attributes. */
export abstract class FrElement extends HTMLElement {
  /** Properties with the same name as their attribute. */
  static readonly properties: Readonly<Record<string, Reflection>> = {};
  static readonly sheets: readonly CSSStyleSheet[] = [];
  /** Whether a click on it, or `focus()`, focuses its content. */
  static readonly delegatesFocus: boolean = false;

  static get observedAttributes(): string[] {
    // biome-ignore lint/complexity/noThisInStatic: the subclass's.
    return Object.keys(this.properties);
  }

  readonly root: ShadowRoot;

  constructor() {
    super();
    const { sheets, delegatesFocus } = new.target;
    this.root = this.attachShadow({ mode: "open", delegatesFocus });
    this.root.adoptedStyleSheets = [base, ...sheets];
  }

  connectedCallback(): void {
    this.update();
  }

  attributeChangedCallback(): void {
    if (this.isConnected) {
      this.update();
    }
  }

  /** Renders the shadow root from the attributes. */
  protected abstract update(): void;

  /** For forms. Browsers support it; the DOMs of children's unit tests may not. */
  protected formInternals(): ElementInternals | undefined {
    return typeof this.attachInternals === "function" ? this.attachInternals() : undefined;
  }

  protected text(attribute: string): string {
    return this.getAttribute(attribute) ?? "";
  }
}

type FrElementClass = (new () => FrElement) & Pick<typeof FrElement, "properties">;

/** Defines an element once per page, even if two copies of this package are loaded. */
export function define(name: string, Class: FrElementClass): void {
  if (!customElements.get(name)) {
    for (const [property, reflection] of Object.entries(Class.properties)) {
      Object.defineProperty(Class.prototype, property, descriptor(property, reflection));
    }
    customElements.define(name, Class);
  }
}

function descriptor(attribute: string, reflection: Reflection): PropertyDescriptor & ThisType<HTMLElement> {
  return {
    configurable: true,
    enumerable: true,
    get() {
      return reflection === Boolean ? this.hasAttribute(attribute) : (this.getAttribute(attribute) ?? "");
    },
    set(value: unknown) {
      if (reflection === Boolean) {
        this.toggleAttribute(attribute, Boolean(value));
      } else if (value === undefined || value === null) {
        this.removeAttribute(attribute);
      } else {
        this.setAttribute(attribute, String(value));
      }
    },
  };
}

/** A heading of a level, which an attribute gives as text. */
export function heading(level: string, fallback: 1 | 2 | 3, text: string): HTMLHeadingElement {
  const name = /^[1-4]$/.test(level) ? (`h${level}` as "h1") : (`h${fallback}` as const);
  return h(name, { part: "heading", id: "heading" }, text);
}
