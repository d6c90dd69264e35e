/** What the widget is told of the broker: what the server and the account really offer. */

import type { Account } from "../generated/rest.js";
import { type BrokerConfiguration, type DurationChoice, OrderType } from "./trading.js";

/** What was found out of the server. */
export interface Offer {
  readonly account: Account;
  readonly hasDepth: boolean;
  readonly hasLeverage: boolean;
}

export function configuration(offer: Offer): BrokerConfiguration {
  return { configFlags: { ...ALWAYS, ...flagsOf(offer) }, durations: DURATIONS };
}

/** Those flags that depend on the account, and on the server. */
export function flagsOf({ account, hasDepth, hasLeverage }: Offer): Record<string, boolean> {
  const isHedging = account.mode === "hedging";
  return {
    supportLevel2Data: hasDepth,
    supportLeverage: hasLeverage,
    supportPositionNetting: isHedging, // individual positions, and the net of each symbol
    supportPositionBrackets: !isHedging,
    supportIndividualPositionBrackets: isHedging,
    supportCloseIndividualPosition: isHedging,
    supportPartialCloseIndividualPosition: isHedging,
    supportPartialClosePosition: !isHedging,
    requiresFIFOCloseIndividualPositions: account.fifo,
  };
}

const ALWAYS = {
  supportOrderBrackets: true,
  supportMarketBrackets: true,
  supportAddBracketsToExistingOrder: false,
  supportModifyBrackets: true,
  supportOnlyPairPositionBrackets: false,
  supportTrailingStop: true,
  supportGuaranteedStop: false,
  supportPLUpdate: true,
  supportPositions: true,
  supportMultiposition: false,
  supportClosePosition: true,
  supportReversePosition: true,
  supportNativeReversePosition: true,
  supportMarketOrders: true,
  supportLimitOrders: true,
  supportStopOrders: true,
  supportStopLimitOrders: true,
  supportModifyOrderPrice: true,
  supportEditAmount: true,
  supportModifyDuration: false,
  supportOrdersHistory: true,
  supportExecutions: true,
  supportMargin: true,
  supportPlaceOrderPreview: true,
  supportModifyOrderPreview: false,
  supportBalances: false, // holdings of single coins, which no account here has
  closePositionCancelsOrders: true,
};

const ALL = Object.values(OrderType);
const RESTING = [OrderType.Limit, OrderType.Stop, OrderType.StopLimit];
const AT_ONCE = [OrderType.Limit, OrderType.Market];

const DURATIONS: DurationChoice[] = [
  { name: "GTC", value: "gtc", default: true, supportedOrderTypes: ALL },
  { name: "Day", value: "day", supportedOrderTypes: ALL },
  {
    name: "GTD",
    value: "gtd",
    hasDatePicker: true,
    hasTimePicker: true,
    supportedOrderTypes: RESTING,
  },
  { name: "IOC", value: "ioc", supportedOrderTypes: AT_ONCE },
  { name: "FOK", value: "fok", supportedOrderTypes: AT_ONCE },
];
