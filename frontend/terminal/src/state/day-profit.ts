/** What the account has won or lost since midnight (UTC), or since it was reset today. */

import type { Account } from "@trading-api/client";
import { computed, type ComputedRef, type ShallowRef, shallowRef, watch } from "vue";
import { isDecimal, sign, subtract } from "../lib/decimal";
import { recall, remember } from "../lib/storage";
import { type Curves, midnightBefore } from "./equity-curve";

export interface DayProfit {
  /** In the account's currency; null while it is not known. */
  readonly amount: ComputedRef<string | null>;
  /** Of what the account was worth at midnight. */
  readonly percent: ComputedRef<number | null>;
  /** The account was reset: its day begins anew with what it is worth. The browser keeps that. */
  restart(account: Account): void;
  stop(): void;
}

const LOOK_MS = 30_000;
const KEPT = "reset:";

export function createDayProfit(
  account: ShallowRef<Account | null>,
  curves: Pick<Curves, "atMidnight">,
  now: () => number,
): DayProfit {
  const base = shallowRef<string | null>(null);
  const midnight = shallowRef(midnightBefore(now()));
  const id = computed(() => account.value?.id);
  let asked = 0;

  const load = async (): Promise<void> => {
    const number = ++asked;
    base.value = null;
    if (id.value === undefined) return;
    base.value = resetOf(id.value, midnight.value);
    if (base.value !== null) return;
    const point = await curves.atMidnight(id.value, midnight.value).catch(() => null);
    if (number === asked) base.value = point?.equity ?? null;
  };
  const unwatch = watch([id, midnight], () => void load(), { immediate: true });
  // Midnight passes, and a server that did not answer is asked again.
  const timer = setInterval(() => {
    midnight.value = midnightBefore(now());
    if (base.value === null) void load();
  }, LOOK_MS);

  const amount = computed(() => {
    const equity = account.value?.equity;
    return equity == null || base.value === null ? null : subtract(equity, base.value);
  });
  return {
    amount,
    percent: computed(() => {
      if (amount.value === null || base.value === null || sign(base.value) <= 0) return null;
      return (Number(amount.value) / Number(base.value)) * 100;
    }),
    restart({ id: accountId, equity }) {
      if (equity === null) return;
      remember(KEPT + accountId, `${midnight.value} ${equity}`);
      void load();
    },
    stop() {
      unwatch();
      clearInterval(timer);
      asked++;
    },
  };
}

/** What an account was worth after its reset, if that was on the day of this midnight. */
function resetOf(accountId: string, midnight: number): string | null {
  const [day, equity] = recall(KEPT + accountId)?.split(" ") ?? [];
  return Number(day) === midnight && equity !== undefined && isDecimal(equity) ? equity : null;
}
