/** The figures of the account, in the order in which a trader looks for them. */

import { computed, type ComputedRef } from "vue";
import { multiply, sign } from "../../lib/decimal";
import { formatMoney, formatPercent, formatQuantity, formatSigned, NONE } from "../../lib/format";
import { type Phrase, t } from "../../lib/i18n";
import { deskKey, use } from "../context";

export interface Figure {
  readonly name: string;
  readonly label: Phrase;
  readonly text: string;
  /** `up`, `down` or nothing. */
  readonly tone?: string;
}

/** What the account is worth now; the calling component must be within the desk. */
export function useFigures(): ComputedRef<readonly Figure[]> {
  const { trading, dayProfit } = use(deskKey);
  return computed(() => {
    const state = trading.account.value;
    const level = state?.margin_level;
    return [
      { name: "equity", label: "Equity", text: formatMoney(state?.equity) },
      {
        name: "day",
        label: "Day P&L",
        text: [formatSigned(dayProfit.amount.value), share(dayProfit.percent.value)].join(" "),
        tone: toneOf(dayProfit.amount.value),
      },
      { name: "power", label: "Buying power", text: formatMoney(state?.buying_power) },
      {
        name: "unrealized",
        label: "Unrealised",
        text: formatSigned(state?.unrealized_pnl),
        tone: toneOf(state?.unrealized_pnl),
      },
      {
        name: "realized",
        label: "Realised",
        text: formatSigned(state?.realized_pnl),
        tone: toneOf(state?.realized_pnl),
      },
      { name: "balance", label: "Balance", text: formatMoney(state?.balance) },
      {
        name: "level",
        label: "Margin level",
        text: level == null ? NONE : `${formatMoney(multiply(level, "100"), 0)}%`,
      },
      { name: "used", label: "Margin used", text: formatMoney(state?.margin_used) },
      { name: "reserved", label: "Reserved", text: formatMoney(state?.margin_reserved) },
      { name: "free", label: "Free margin", text: formatMoney(state?.free_margin) },
      {
        name: "leverage",
        label: "Leverage",
        text: state == null ? NONE : `${formatQuantity(state.leverage)}×`,
      },
      { name: "mode", label: "Positions", text: state == null ? NONE : t(state.mode) },
    ];
  });
}

function share(percent: number | null): string {
  return percent === null ? "" : `(${formatPercent(percent)})`;
}

/** The colour of a profit or a loss. */
export function toneOf(amount: string | null | undefined): string {
  if (amount == null || sign(amount) === 0) return "";
  return sign(amount) > 0 ? "up" : "down";
}
