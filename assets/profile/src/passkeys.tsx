import { type ReactNode, useState } from "react";

/** A feature that some people see before others: it appears and disappears with its toggle. */
export function Passkeys(): ReactNode {
  const [asked, setAsked] = useState(false);
  return (
    <fr-card class="passkeys" level={3} heading="Passkeys">
      <fr-badge slot="actions" tone="positive">
        New
      </fr-badge>
      <div className="fr-stack">
        <p>Sign in with your fingerprint, your face or your phone instead of a password.</p>
        {asked ? (
          <p role="status">
            <strong>Noted.</strong> You are among the first to get one.
          </p>
        ) : (
          <div>
            <fr-button variant="secondary" onClick={() => setAsked(true)}>
              Ask for early access
            </fr-button>
          </div>
        )}
      </div>
    </fr-card>
  );
}
