import { reportChildError } from "@frontage/contract";
import { Component, type ReactNode } from "react";

interface Props {
  /** The element that contains the child: the shell listens above it. */
  readonly host: EventTarget;
  readonly children: ReactNode;
}

/** Passes errors of rendering to the shell, which shows them in the child's area. */
export class Boundary extends Component<Props, { failed: boolean }> {
  override state = { failed: false };

  static getDerivedStateFromError(): { failed: boolean } {
    return { failed: true };
  }

  override componentDidCatch(error: unknown): void {
    reportChildError(this.props.host, error);
  }

  override render(): ReactNode {
    return this.state.failed ? null : this.props.children;
  }
}
