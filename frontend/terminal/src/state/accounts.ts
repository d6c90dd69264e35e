/** The accounts of the person: which there are, which one is traded on, and how to open another. */

import { type Account, type CreateAccountRequest, unwrap } from "@trading-api/client";
import { type ShallowRef, shallowRef } from "vue";
import type { Backend } from "./backend";
import { mayRetry } from "./words";

export interface Accounts {
  /** By name; empty until they are read. */
  readonly list: ShallowRef<readonly Account[]>;
  /** The id of the one to trade on; null for the default one. */
  readonly chosen: ShallowRef<string | null>;
  /** Open another and trade on it. */
  open(request: CreateAccountRequest): Promise<Account>;
  stop(): void;
}

const MOST_ACCOUNTS = 1_000;
const RETRY_MS = 3_000;

export function createAccounts(
  { rest, broker }: Pick<Backend, "rest" | "broker">,
  chosen: ShallowRef<string | null>,
): Accounts {
  const list = shallowRef<readonly Account[]>([]);
  let retry: ReturnType<typeof setTimeout> | undefined;

  const load = async (): Promise<void> => {
    clearTimeout(retry);
    const params = { query: { limit: MOST_ACCOUNTS } };
    try {
      const { items } = await unwrap(rest.GET("/api/v1/broker/accounts", { params }));
      list.value = items.sort((a, b) => a.name.localeCompare(b.name));
    } catch (error) {
      if (mayRetry(error)) retry = setTimeout(() => void load(), RETRY_MS);
    }
  };
  // Another page, or a program, may have opened some while the connection was away.
  const off = broker.on("state", ({ status }) => {
    if (status === "open") void load();
  });

  return {
    list,
    chosen,
    async open(body) {
      const account = await unwrap(rest.POST("/api/v1/broker/accounts", { body }));
      await load();
      chosen.value = account.id;
      return account;
    },
    stop() {
      off();
      clearTimeout(retry);
    },
  };
}
