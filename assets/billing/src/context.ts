import type { ChildContext, SessionUser } from "@frontage/contract";
import { onScopeDispose, type ShallowRef, shallowRef } from "vue";

/** Who is signed in, as long as the component lives. */
export function useUser({ session }: ChildContext): Readonly<ShallowRef<SessionUser | undefined>> {
  const user = shallowRef(session.user);
  onScopeDispose(
    session.onChange((next) => {
      user.value = next;
    }),
  );
  return user;
}

/** Whether a toggle is on, now and whenever it changes. The page's client gives it without OpenFeature between. */
export function useToggle({ toggles }: ChildContext, key: string): Readonly<ShallowRef<boolean>> {
  const on = shallowRef(toggles.isActive(key));
  onScopeDispose(
    toggles.onChange(() => {
      on.value = toggles.isActive(key);
    }),
  );
  return on;
}
