import type { Access } from "@frontage/session";
import { type ReactNode, useEffect, useState } from "react";
import { Fact } from "./fact.jsx";
import type { AccessState } from "./hooks.js";

const HOUR = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit" });

/** What the session allows this page to do, and until when. The token itself is never shown. */
export function SessionCard({ access }: { readonly access: AccessState }): ReactNode {
  return (
    <fr-card class="session" level={3} heading="Session">
      {access.state === "asking" && <fr-spinner label="Requesting access" />}
      {access.state === "given" && <Given access={access.access} />}
      {access.state === "refused" && (
        <fr-alert tone="warning" heading="No access">
          {access.why}
        </fr-alert>
      )}
    </fr-card>
  );
}

function Given({ access: { expires, scopes, claims } }: { readonly access: Access }): ReactNode {
  return (
    <dl className="facts">
      <Fact name="Access until">
        <time dateTime={expires.toISOString()}>{HOUR.format(expires)}</time>
        <Remaining until={expires} />
      </Fact>
      <Fact name="Scopes">
        <span className="groups">
          {scopes.map((scope) => (
            <fr-badge key={scope} tone="neutral">
              {scope}
            </fr-badge>
          ))}
        </span>
      </Fact>
      <Fact name="Signed in at">{HOUR.format(signedIn(claims))}</Fact>
    </dl>
  );
}

function signedIn({ auth_time, iat }: Access["claims"]): Date {
  return new Date(Number(auth_time ?? iat) * 1000);
}

function Remaining({ until }: { readonly until: Date }): ReactNode {
  const now = useMinutely();
  const minutes = Math.max(0, Math.ceil((until.getTime() - now) / 60_000));
  return <span className="minor"> · {minutes} min left, renewed by itself</span>;
}

/** The time, updated every half minute. */
function useMinutely(): number {
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 30_000);
    return () => clearInterval(timer);
  }, []);
  return now;
}
