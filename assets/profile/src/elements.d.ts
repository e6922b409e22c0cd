import type { Tone } from "@frontage/ui";
import type { DetailedHTMLProps, HTMLAttributes } from "react";

type Element<Attributes = unknown> = DetailedHTMLProps<HTMLAttributes<HTMLElement>, HTMLElement> & Attributes;

interface FieldAttributes {
  readonly label: string;
  readonly name?: string;
  readonly type?: string;
  readonly value?: string;
  readonly hint?: string;
  readonly error?: string;
  readonly autocomplete?: string;
}

/** The design system's elements for JSX. */
declare module "react" {
  namespace JSX {
    interface IntrinsicElements {
      "fr-page": Element<{ readonly heading: string; readonly lead?: string; readonly level?: number }>;
      "fr-card": Element<{ readonly heading?: string; readonly level?: number }>;
      "fr-button": Element<{
        readonly variant?: "primary" | "secondary" | "quiet" | "danger";
        readonly type?: "button" | "submit";
        readonly disabled?: boolean;
      }>;
      "fr-badge": Element<{ readonly tone?: Tone }>;
      "fr-alert": Element<{ readonly tone?: Tone; readonly heading?: string }>;
      "fr-field": Element<FieldAttributes>;
      "fr-spinner": Element<{ readonly label?: string }>;
    }
  }
}
