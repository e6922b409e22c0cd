import type { ChildContext, SessionUser } from "@frontage/contract";
import { onScopeDispose, type ShallowRef, shallowRef } from "vue";

/** The signed-in user, for the lifetime of the component. */
export function useUser({ session }: ChildContext): Readonly<ShallowRef<SessionUser | undefined>> {
  const user = shallowRef(session.user);
  onScopeDispose(
    session.onChange((next) => {
      user.value = next;
    }),
  );
  return user;
}

/** Whether a toggle is on, now and after each change. Read from the page's client directly, without OpenFeature. */
export function useToggle({ toggles }: ChildContext, key: string): Readonly<ShallowRef<boolean>> {
  const on = shallowRef(toggles.isActive(key));
  onScopeDispose(
    toggles.onChange(() => {
      on.value = toggles.isActive(key);
    }),
  );
  return on;
}
