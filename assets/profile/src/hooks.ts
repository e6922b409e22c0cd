import { type Result, type UserInfo, userInfo } from "@frontage/api";
import type { ChildContext, SessionUser, Theme } from "@frontage/contract";
import { type Access, readAccess } from "@frontage/session";
import { OpenFeature, ProviderEvents } from "@frontage/toggles";
import { useCallback, useEffect, useState, useSyncExternalStore } from "react";

/** A client of the page's only OpenFeature instance: its provider is the shell's. */
const features = OpenFeature.getClient("profile");

/** The claims of the session's access token, or the reason if there is none. */
export type AccessState =
  | { readonly state: "asking" }
  | { readonly state: "given"; readonly access: Access }
  | { readonly state: "refused"; readonly why: string };

/** The signed-in user. */
export function useUser({ session }: ChildContext): SessionUser | undefined {
  const subscribe = useCallback((listener: () => void) => session.onChange(listener), [session]);
  return useSyncExternalStore(subscribe, () => session.user);
}

/** The current theme. */
export function useTheme({ theme }: ChildContext): Theme {
  const subscribe = useCallback((listener: () => void) => theme.onChange(listener), [theme]);
  return useSyncExternalStore(subscribe, () => theme.current);
}

/** Whether a toggle is on, now and after each change. */
export function useToggle(key: string): boolean {
  return useSyncExternalStore(subscribeToToggles, () => features.getBooleanValue(key, false));
}

function subscribeToToggles(listener: () => void): () => void {
  const events = [ProviderEvents.Ready, ProviderEvents.ConfigurationChanged] as const;
  for (const event of events) features.addHandler(event, listener);
  return () => {
    for (const event of events) features.removeHandler(event, listener);
  };
}

/** The user pool's information about the user; `undefined` until it has responded. */
export function useUserInfo({ session }: ChildContext, user: SessionUser): Result<UserInfo> | undefined {
  const [result, setResult] = useState<Result<UserInfo>>();
  useEffect(() => {
    const control = new AbortController();
    const asked = userInfo(session, { signal: control.signal });
    void asked.then((answer) => control.signal.aborted || setResult(answer));
    return () => control.abort(`${user.id} is not shown any more`);
  }, [session, user.id]);
  return result;
}

/** Requests an access token, as a request to an API would, and keeps its claims, never the token. */
export function useAccess({ session }: ChildContext, user: SessionUser | undefined): AccessState {
  const [state, setState] = useState<AccessState>({ state: "asking" });
  useEffect(() => {
    let current = true;
    const set = (next: AccessState): void => {
      if (current) setState(next);
    };
    if (user) askAccess(session).then(set);
    return () => {
      current = false;
    };
  }, [session, user]);
  return state;
}

async function askAccess(session: ChildContext["session"]): Promise<AccessState> {
  try {
    return { state: "given", access: readAccess(await session.getAccessToken()) };
  } catch (error) {
    return { state: "refused", why: error instanceof Error ? error.message : String(error) };
  }
}
