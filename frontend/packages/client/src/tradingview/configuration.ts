/** What the widget is told of the broker: what the server and the account really offer. */

import type { Account } from "../generated/rest.js";
import { type BrokerConfiguration, type DurationChoice, OrderType } from "./trading.js";

/** What was found out of the server. */
export interface Offer {
  readonly account: Account;
  readonly hasDepth: boolean;
  readonly hasLeverage: boolean;
}

export function configuration({ account, hasDepth, hasLeverage }: Offer): BrokerConfiguration {
  const isNetting = account.mode === "netting";
  return {
    configFlags: {
      supportOrderBrackets: true,
      supportMarketBrackets: true,
      supportAddBracketsToExistingOrder: false,
      supportModifyBrackets: true,
      supportPositionBrackets: true,
      supportOnlyPairPositionBrackets: false,
      supportTrailingStop: true,
      supportGuaranteedStop: false,
      supportPLUpdate: true,
      supportLevel2Data: hasDepth,
      supportPositions: true,
      supportPositionNetting: isNetting,
      supportMultiposition: !isNetting,
      supportClosePosition: true,
      supportPartialClosePosition: true,
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
      supportLeverage: hasLeverage,
      supportMargin: true,
      supportPlaceOrderPreview: true,
      supportModifyOrderPreview: false,
      supportBalances: true,
      closePositionCancelsOrders: true,
      requiresFIFOCloseIndividualPositions: account.fifo,
    },
    durations: DURATIONS,
  };
}

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
