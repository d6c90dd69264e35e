/** An order on its way: what is typed into the ticket, what it would cost, and how it is sent. */

import type { PlaceOrderRequest, Quote, SymbolInfo } from "@trading-api/client";
import { computed, type ComputedRef, reactive, type ShallowRef, shallowRef, watch } from "vue";
import { shownDecimal } from "../lib/format";
import { t } from "../lib/i18n";
import { newClientOrderId } from "../lib/ids";
import type { Market } from "./market";
import type { Trading } from "./trading";
import {
  bookPrice,
  type Draft,
  hasLimit,
  newDraft,
  type OrderType,
  priceOf,
  pricePlaces,
  problemOf,
  quantityFor,
  quantityOf,
  requestOf,
  type Side,
} from "./ticket";
import { explain, isUncertain, tellPlaced } from "./words";

export interface Outcome {
  readonly isError: boolean;
  readonly text: string;
}

export interface OrderEntry {
  readonly symbol: SymbolInfo;
  /** Digits after the point of the symbol's prices. */
  readonly places: number;
  /** What is typed; the fields of the ticket change it. */
  readonly draft: { -readonly [K in keyof Draft]: Draft[K] };
  readonly quote: ComputedRef<Quote | undefined>;
  /** In the account's currency; null while it is not known. */
  readonly buyingPower: ComputedRef<string | null>;
  /** What sending it would do, in words: `Buy 0.5 BTCUSD`. */
  readonly action: ComputedRef<string>;
  /** What is asked about before it is sent; null while the ticket is not filled in. */
  readonly previewed: ComputedRef<PlaceOrderRequest | null>;
  /** What came of the last attempt, until the draft changes. */
  readonly outcome: ShallowRef<Outcome | null>;
  readonly isSending: ShallowRef<boolean>;
  setType(type: OrderType): void;
  /** The quantity that a part of the buying power would buy. */
  setPercent(percent: number): void;
  /** A limit order at this price; joining a side is an order of that side. */
  setPrice(side: Side, price: string): void;
  /** Send it once it has been confirmed; without a problem only. */
  submit(confirm: () => Promise<boolean>): Promise<void>;
}

/** A new ticket for a symbol. */
export function createOrderEntry(
  symbol: SymbolInfo,
  market: Pick<Market, "quotes">,
  trading: Pick<Trading, "account" | "place">,
): OrderEntry {
  const draft = reactive<OrderEntry["draft"]>(newDraft(symbol));
  const places = pricePlaces(symbol);
  const outcome = shallowRef<Outcome | null>(null);
  const isSending = shallowRef(false);
  /** An order of which it is not known whether it arrived: sent again it keeps its id. */
  let uncertain: { ticket: string; id: string } | null = null;

  const quote = computed(() => market.quotes.value.get(symbol.symbol)?.quote);
  const price = computed(() => priceOf(draft, quote.value, places));
  const quantity = computed(() => quantityOf(draft, price.value, symbol));
  const buyingPower = computed(() => trading.account.value?.buying_power ?? null);
  watch(draft, () => (outcome.value = null), { flush: "sync" });

  const send = async (): Promise<void> => {
    const ticket = JSON.stringify([draft, trading.account.value?.id]);
    const id = uncertain?.ticket === ticket ? uncertain.id : newClientOrderId();
    uncertain = null;
    isSending.value = true;
    try {
      const order = await trading.place(requestOf(draft, id, quantity.value));
      outcome.value = { isError: false, text: tellPlaced(order) };
    } catch (error) {
      let text = explain(error);
      if (isUncertain(error)) {
        uncertain = { ticket, id };
        text += ` ${t("Whether the order arrived is not known; sent again as it is, it is placed once.")}`;
      }
      outcome.value = { isError: true, text };
    } finally {
      isSending.value = false;
    }
  };

  return {
    symbol,
    places,
    draft,
    quote,
    buyingPower,
    outcome,
    isSending,
    action: computed(() => {
      const amount = draft.basis === "units" ? draft.quantity.trim() : (quantity.value ?? "");
      const verb = draft.side === "buy" ? t("Buy") : t("Sell");
      return [verb, shownDecimal(amount), symbol.symbol].filter(Boolean).join(" ");
    }),
    previewed: computed(() =>
      problemOf(draft) !== null || (draft.basis === "risk" && quantity.value === null)
        ? null
        : requestOf(draft, "preview", quantity.value),
    ),
    setType(type) {
      draft.type = type;
      const near = bookPrice(draft.side === "buy" ? "sell" : "buy", quote.value, places) ?? "";
      if (hasLimit(type) && draft.limitPrice === "") draft.limitPrice = near;
    },
    setPercent(percent) {
      if (price.value === null || buyingPower.value === null) return;
      draft.basis = "units";
      draft.quantity = quantityFor(percent, buyingPower.value, price.value, symbol);
    },
    setPrice(side, limitPrice) {
      Object.assign(draft, { type: "limit", side, limitPrice });
    },
    async submit(confirm) {
      const problem = problemOf(draft);
      if (problem !== null) outcome.value = { isError: true, text: `${problem}.` };
      else if (!isSending.value && (await confirm())) await send();
    },
  };
}
