/**
 * What TradingView's trading terminal asks of a broker, in shapes and names of our own.
 *
 * Numbers are numbers, times milliseconds.
 */

import type { ChartDepth } from "./charting.js";
import type {
  ConnectionStatus,
  DisconnectType,
  NotificationType,
  OrderStatus,
  OrderType,
  ParentType,
  Side,
  StopType,
} from "./enumerations.js";

export * from "./enumerations.js";

export interface Duration {
  type: string;
  datetime?: number;
}

/** Where a position, or an order that is not filled yet, is to end. */
export interface Brackets {
  takeProfit?: number;
  stopLoss?: number;
  stopType?: StopType;
  /** Distance of a trailing stop, in pips. */
  trailingStopPips?: number;
  guaranteedStop?: number;
}

export interface PreOrder extends Brackets {
  symbol: string;
  type: OrderType;
  side: Side;
  qty: number;
  limitPrice?: number;
  stopPrice?: number;
  duration?: Duration;
  isClose?: boolean;
  /** What the ticket showed; the server fills at its own prices. */
  currentQuotes?: { ask: number; bid: number };
  customFields?: Record<string, unknown>;
}

export interface OrderMessage {
  type: "information" | "warning" | "error";
  text: string;
}

export interface ShownOrder extends PreOrder {
  id: string;
  status: OrderStatus;
  filledQty: number;
  avgPrice?: number;
  updateTime: number;
  message?: OrderMessage;
  parentId?: string;
  parentType?: ParentType;
}

export interface ShownPosition {
  id: string;
  symbol: string;
  /** 0 when it was closed. */
  qty: number;
  side: Side;
  avgPrice: number;
  /** Of a net position: what its individual positions hold on either side. */
  longQty?: number;
  shortQty?: number;
}

/** One of several positions in a symbol, as a hedging account has them. */
export interface ShownIndividualPosition {
  id: string;
  /** When it was opened. */
  date: number;
  symbol: string;
  /** 0 when it was closed. */
  qty: number;
  side: Side;
  price: number;
}

export interface ShownExecution {
  id: string;
  orderId: string;
  symbol: string;
  price: number;
  qty: number;
  side: Side;
  time: number;
  commission: number;
}

export interface AccountMetainfo {
  id: string;
  name: string;
  currency: string;
}

export interface Tradability {
  tradable: boolean;
  reason?: string;
  shortReason?: string;
}

export interface InstrumentInfo {
  qty: { min: number; max: number; step: number };
  pipSize: number;
  /** Of one pip of one unit, in the currency of the account. */
  pipValue: number;
  minTick: number;
  lotSize: number;
  description: string;
  type: string;
  currency: string;
  baseCurrency?: string;
  quoteCurrency?: string;
  marginRate: number;
}

export interface PreviewResult {
  sections: { header?: string; rows: { title: string; value: string }[] }[];
  warnings?: string[];
  errors?: string[];
}

export interface LeverageParameters {
  symbol: string;
  leverage?: number;
}

export interface LeverageInfo {
  title: string;
  leverage: number;
  min: number;
  max: number;
  step: number;
}

export interface LeverageRemarks {
  infos?: string[];
  warnings?: string[];
  errors?: string[];
}

export interface TradingQuote {
  trade?: number;
  bid?: number;
  bid_size?: number;
  ask?: number;
  ask_size?: number;
  spread?: number;
  isDelayed: boolean;
  isHalted: boolean;
  isHardToBorrow: boolean;
  isNotShortable: boolean;
}

export interface WatchedValue<T> {
  setValue(value: T): void;
}

export interface SummaryField {
  text: string;
  wValue: unknown;
  formatter: string;
  isDefault: boolean;
}

export interface Column {
  id: string;
  label: string;
  dataFields: string[];
  formatter: string;
  alignment?: "left" | "right";
}

export interface AccountManagerInfo {
  accountTitle: string;
  summary: SummaryField[];
  orderColumns: Column[];
  historyColumns: Column[];
  positionColumns: Column[];
  individualPositionColumns: Column[];
  pages: never[];
  marginUsed?: WatchedValue<number>;
  possibleOrderStatuses: OrderStatus[];
}

/** The host that the library gives to a broker; what it offers beyond this is not used. */
export interface BrokerHost {
  factory: { createWatchedValue(initial: number): WatchedValue<number> };
  defaultContextMenuActions?(context: unknown, options?: unknown): Promise<unknown[]>;
  connectionStatusUpdate(
    status: ConnectionStatus,
    info?: { message?: string; disconnectType?: DisconnectType },
  ): void;
  currentAccountUpdate(): void;
  /** Flags that are others since another account is traded. */
  patchConfig?(flags: Record<string, boolean>): void;
  orderUpdate(order: ShownOrder): void;
  positionUpdate(position: ShownPosition): void;
  executionUpdate(execution: ShownExecution): void;
  plUpdate(positionId: string, profit: number): void;
  individualPositionUpdate(position: ShownIndividualPosition): void;
  individualPositionPLUpdate(positionId: string, profit: number): void;
  equityUpdate(equity: number): void;
  marginAvailableUpdate(margin: number): void;
  pipValueUpdate(symbol: string, values: { buyPipValue: number; sellPipValue: number }): void;
  realtimeUpdate(symbol: string, quote: TradingQuote): void;
  domUpdate(symbol: string, depth: ChartDepth): void;
  showNotification(title: string, text: string, type: NotificationType): void;
}

/** The broker that the library trades with. */
export interface TradingBroker {
  accountsMetainfo(): Promise<AccountMetainfo[]>;
  currentAccount(): string;
  setCurrentAccount(id: string): void;
  connectionStatus(): ConnectionStatus;
  isTradable(symbol: string): Promise<boolean | Tradability>;
  symbolInfo(symbol: string): Promise<InstrumentInfo>;
  orders(): Promise<ShownOrder[]>;
  ordersHistory(): Promise<ShownOrder[]>;
  positions(): Promise<ShownPosition[]>;
  individualPositions(): Promise<ShownIndividualPosition[]>;
  executions(symbol: string): Promise<ShownExecution[]>;
  placeOrder(order: PreOrder, confirmId?: string): Promise<{ orderId: string }>;
  previewOrder(order: PreOrder): Promise<PreviewResult>;
  modifyOrder(order: ShownOrder, confirmId?: string): Promise<void>;
  cancelOrder(orderId: string): Promise<void>;
  cancelOrders(symbol: string, side: Side | undefined, orderIds: string[]): Promise<void>;
  closePosition(positionId: string, amount?: number): Promise<void>;
  closeIndividualPosition(positionId: string, amount?: number): Promise<void>;
  reversePosition(positionId: string): Promise<void>;
  editPositionBrackets(positionId: string, brackets: Brackets): Promise<void>;
  editIndividualPositionBrackets(positionId: string, brackets: Brackets): Promise<void>;
  leverageInfo(parameters: LeverageParameters): Promise<LeverageInfo>;
  setLeverage(parameters: LeverageParameters): Promise<{ leverage: number }>;
  previewLeverage(parameters: LeverageParameters): Promise<LeverageRemarks>;
  subscribeRealtime(symbol: string): void;
  unsubscribeRealtime(symbol: string): void;
  subscribeDOM(symbol: string): void;
  unsubscribeDOM(symbol: string): void;
  subscribeEquity(): void;
  unsubscribeEquity(): void;
  subscribeMarginAvailable(symbol: string): void;
  unsubscribeMarginAvailable(symbol: string): void;
  subscribePipValue(symbol: string): void;
  unsubscribePipValue(symbol: string): void;
  accountManagerInfo(): AccountManagerInfo;
  chartContextMenuActions(context: unknown, options?: unknown): Promise<unknown[]>;
}

export interface DurationChoice {
  name: string;
  value: string;
  default?: boolean;
  hasDatePicker?: boolean;
  hasTimePicker?: boolean;
  supportedOrderTypes: OrderType[];
}

/** What the widget is told of the broker before it asks for one. */
export interface BrokerConfiguration {
  configFlags: Record<string, boolean>;
  durations: DurationChoice[];
}
