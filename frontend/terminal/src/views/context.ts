/** What the components are given by those above them. */

import { inject, type InjectionKey } from "vue";
import type { Backend } from "../state/backend";
import type { Desk } from "../state/desk";
import type { Preferences } from "../state/preferences";
import type { Session } from "../state/session";

export const backendKey: InjectionKey<Backend> = Symbol("backend");
export const sessionKey: InjectionKey<Session> = Symbol("session");
export const preferencesKey: InjectionKey<Preferences> = Symbol("preferences");
export const deskKey: InjectionKey<Desk> = Symbol("desk");

/** What was provided under the key. */
export function use<T>(key: InjectionKey<T>): T {
  const value = inject(key);
  if (value === undefined) throw new Error(`nothing is provided for ${String(key)}`);
  return value;
}
