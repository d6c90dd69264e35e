/** Orders, positions, executions, quotes and bars as the server sends them. */

import type {
  Account,
  Bar,
  Execution,
  Order,
  Position,
  Quote,
  SymbolInfo,
} from "@trading-api/client";

export function anOrder(changes: Partial<Order> = {}): Order {
  return {
    id: "acc-1-o1",
    client_order_id: "web-1",
    account_id: "acc-1",
    symbol: "BTCUSD",
    side: "buy",
    type: "limit",
    quantity: "0.5",
    notional: null,
    filled_quantity: "0",
    average_price: null,
    limit_price: "78000",
    stop_price: null,
    trail: null,
    high_water_mark: null,
    time_in_force: "gtc",
    expire_at: null,
    session: "regular",
    post_only: false,
    reduce_only: false,
    position_id: null,
    status: "working",
    status_reason: null,
    parent_id: null,
    parent_type: null,
    group_id: null,
    group_type: null,
    tag: null,
    triggered_at: null,
    created_at: 1_000,
    updated_at: 1_000,
    version: 1,
    ...changes,
  };
}

export function anExecution(number: number, changes: Partial<Execution> = {}): Execution {
  return {
    id: `acc-1-x${number}`,
    order_id: "acc-1-o1",
    client_order_id: "web-1",
    account_id: "acc-1",
    symbol: "BTCUSD",
    side: "buy",
    quantity: "0.01",
    price: "78425",
    fee: "0",
    fee_currency: "USD",
    liquidity: "taker",
    cumulative_quantity: "0.01",
    leaves_quantity: "0",
    fidelity: "tick",
    time: 1_000 * number,
    explanation: {
      rule: "market",
      market_seq: 1,
      bid: "78424",
      ask: "78425",
      size_before: "1",
      size_after: "0.99",
      size_unknown: false,
      slippage: "0",
      seed: null,
    },
    ...changes,
  };
}

export function aPosition(changes: Partial<Position> = {}): Position {
  return {
    id: "BTCUSD",
    account_id: "acc-1",
    symbol: "BTCUSD",
    side: "long",
    quantity: "0.5",
    average_price: "78425",
    cost: "39212.5",
    mark_price: "78424",
    unrealized_pnl: "-0.5",
    realized_pnl: "0",
    currency: "USD",
    opened_at: null,
    opened_by: null,
    updated_at: 1_000,
    ...changes,
  };
}

export function aQuote(changes: Partial<Quote> = {}): Quote {
  return {
    symbol: "BTCUSD",
    time: 1_000,
    bid: 78_424,
    ask: 78_425,
    bid_size: 1,
    ask_size: 1,
    last: 78_424,
    change: 0,
    change_percent: 0,
    open: 78_000,
    high: 79_000,
    low: 78_000,
    previous_close: 78_424,
    volume: 10,
    status: "open",
    fidelity: "tick",
    ...changes,
  };
}

export function aSymbol(changes: Partial<SymbolInfo> = {}): SymbolInfo {
  return {
    symbol: "BTCUSD",
    full_name: "BITSTAMP:BTCUSD",
    description: "Bitcoin / US Dollar",
    type: "crypto",
    exchange: "BITSTAMP",
    currency: "USD",
    base_currency: "BTC",
    timezone: "Etc/UTC",
    session: "24x7",
    calendar: null,
    session_holidays: "",
    corrections: "",
    session_premarket: "",
    session_postmarket: "",
    earlier_sessions: "",
    price_scale: 100,
    min_move: 1,
    tick_size: "0.01",
    lot_size: "1",
    min_quantity: "0.00000001",
    max_quantity: "10000",
    quantity_step: "0.00000001",
    supported_resolutions: ["1", "5", "15", "30", "60", "240", "1D", "1W", "1M"],
    has_depth: false,
    has_trades: true,
    fidelity: "tick",
    status: "open",
    shortable: true,
    margin_rate: "1",
    ...changes,
  };
}

const MINUTE_MS = 60_000;

/** The bar of a minute; a flat one unless a close is given. */
export function aBar(minute: number, close = 100): Bar {
  const [high, low] = [Math.max(100, close), Math.min(100, close)];
  return { time: minute * MINUTE_MS, open: 100, high, low, close, volume: 1 };
}

/** The bars of minutes, the first and the last included. */
export function bars(first: number, last: number): Bar[] {
  return Array.from({ length: last - first + 1 }, (_, index) => aBar(first + index));
}

export function anAccount(changes: Partial<Account> = {}): Account {
  return {
    id: "acc-1",
    name: "Paper account",
    currency: "USD",
    mode: "netting",
    fifo: false,
    balance: "100000",
    equity: "100000",
    unrealized_pnl: "0",
    realized_pnl: "0",
    margin_used: "0",
    margin_reserved: "0",
    free_margin: "100000",
    buying_power: "100000",
    margin_level: null,
    leverage: "1",
    status: "active",
    flags: [],
    ...changes,
  };
}
