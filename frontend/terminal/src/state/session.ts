/** Whether the person is logged in. */

import { type RestClient, unwrap } from "@trading-api/client";
import { type ShallowRef, shallowRef } from "vue";
import { t } from "../lib/i18n";
import { hasSession } from "./backend";
import { explain, isUnauthorized } from "./words";

export type SessionStatus = "checking" | "unreachable" | "out" | "in";

export interface Session {
  readonly status: ShallowRef<SessionStatus>;
  /** What there is to say about it; empty when nothing. */
  readonly message: ShallowRef<string>;
  /** Find out, and keep trying while the server does not answer. */
  check(): Promise<void>;
  /** Exchange the token for the session cookie. */
  logIn(token: string): Promise<void>;
  logOut(): Promise<void>;
  /** The server no longer takes the session. */
  expire(): void;
}

const RETRY_MS = 2_000;

export function createSession(rest: RestClient): Session {
  const status = shallowRef<SessionStatus>("checking");
  const message = shallowRef("");

  const become = (next: SessionStatus, words = ""): void => {
    status.value = next;
    message.value = words;
  };

  const check = async (): Promise<void> => {
    try {
      become((await hasSession(rest)) ? "in" : "out");
    } catch (error) {
      become("unreachable", explain(error));
      setTimeout(() => void check(), RETRY_MS);
    }
  };

  return {
    status,
    message,
    check,
    async logIn(token) {
      message.value = "";
      try {
        await unwrap(rest.POST("/api/v1/session", { body: { token } }));
        become("in");
      } catch (error) {
        const words = isUnauthorized(error) ? t("This token is not the server's.") : explain(error);
        become("out", words);
      }
    },
    async logOut() {
      try {
        await unwrap(rest.DELETE("/api/v1/session"));
        become("out");
      } catch (error) {
        if (isUnauthorized(error)) become("out");
        else throw error;
      }
    },
    expire() {
      if (status.value === "in") become("out", t("The session has ended: log in again."));
    },
  };
}
