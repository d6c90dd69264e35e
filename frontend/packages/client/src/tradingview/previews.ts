/** What an order or another leverage would mean. */

import type { StatusReason } from "../generated/rest.js";
import { unwrap } from "../rest.js";
import { numberOf, textOf } from "./decimals.js";
import { placeRequest } from "./order-entry.js";
import type { Session } from "./session.js";
import type { LeverageParameters, TradingBroker } from "./trading.js";

type Previews = Pick<
  TradingBroker,
  "previewOrder" | "leverageInfo" | "setLeverage" | "previewLeverage"
>;

export function previews(session: Session): Previews {
  const { api } = session.prepared.options;
  const place = (symbol: string) => {
    return { params: { path: { symbol }, query: { account_id: session.account.id } } };
  };
  return {
    async previewOrder(order) {
      const request = placeRequest(order, session.pipSizeOf(order.symbol));
      const body = { ...request, account_id: session.account.id };
      const preview = await unwrap(api.POST("/api/v1/broker/orders/preview", { body }));
      const { currency } = session.account;
      const rows = [
        ["Price", preview.price],
        ["Value", money(preview.notional, currency)],
        ["Fee", money(preview.fee, currency)],
        ["Margin", money(preview.margin, currency)],
        ["Buying power after", money(preview.buying_power_after, currency)],
        ["Position after", preview.position_after],
      ].map(([title, value]) => ({ title: title ?? "", value: value ?? "not known" }));
      return { sections: [{ rows }], ...remarks(preview) };
    },

    async leverageInfo({ symbol }) {
      const answer = await unwrap(api.GET("/api/v1/broker/leverage/{symbol}", place(symbol)));
      const { leverage, min, max, step } = answer;
      return {
        title: `Leverage of ${symbol}`,
        leverage: numberOf(leverage),
        min: numberOf(min),
        max: numberOf(max),
        step: numberOf(step),
      };
    },

    async setLeverage(parameters) {
      const request = { ...place(parameters.symbol), body: wanted(parameters) };
      const { leverage } = await unwrap(api.PUT("/api/v1/broker/leverage/{symbol}", request));
      return { leverage: numberOf(leverage) };
    },

    async previewLeverage(parameters) {
      const request = { ...place(parameters.symbol), body: wanted(parameters) };
      const address = "/api/v1/broker/leverage/{symbol}/preview";
      const answer = await unwrap(api.POST(address, request));
      const { currency } = session.account;
      const infos = [
        `Margin used: ${money(answer.margin_used, currency) ?? "not known"}`,
        `Free margin: ${money(answer.free_margin, currency) ?? "not known"}`,
      ];
      return { infos, ...remarks(answer) };
    },
  };
}

function wanted({ leverage }: LeverageParameters): { leverage: string } {
  if (leverage === undefined) throw new Error("no leverage is given");
  return { leverage: textOf(leverage) };
}

function money(text: string | null, currency: string): string | null {
  return text === null ? null : `${text} ${currency}`;
}

function remarks(answer: { warnings: StatusReason[]; errors: StatusReason[] }): {
  warnings?: string[];
  errors?: string[];
} {
  const { warnings, errors } = answer;
  return {
    ...(warnings.length > 0 && { warnings: warnings.map(({ message }) => message) }),
    ...(errors.length > 0 && { errors: errors.map(({ message }) => message) }),
  };
}
