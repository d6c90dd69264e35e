// Written by `make specs` from backend/specs; not to be edited.
export interface paths {
  "/api/v1/broker/orders": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Orders, newest first */
    get: operations["listOrders"];
    put?: never;
    /**
     * Place an order
     * @description A market order that could be filled at once carries its fill in the answer. An order that is refused for a reason of state exists as `rejected`; the error names it.
     */
    post: operations["placeOrder"];
    /** Cancel every open order, or those of one symbol */
    delete: operations["cancelAllOrders"];
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/v1/broker/orders/preview": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * What placing an order would do now
     * @description Decides as placing does and lets nothing happen. A refusal by the state of things is listed in `errors`; what is wrong with the order itself is a 422.
     */
    post: operations["previewOrder"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/v1/broker/orders/{order_id}": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** One order */
    get: operations["getOrder"];
    put?: never;
    post?: never;
    /** Cancel an open order */
    delete: operations["cancelOrder"];
    options?: never;
    head?: never;
    /** Change the quantity, the prices or the end of an open order */
    patch: operations["modifyOrder"];
    trace?: never;
  };
  "/api/v1/broker/executions": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Executions, newest first */
    get: operations["listExecutions"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/v1/broker/positions": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Open positions, by symbol */
    get: operations["listPositions"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/v1/broker/positions/{position_id}": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** One open position; its id is its symbol */
    get: operations["getPosition"];
    put?: never;
    post?: never;
    /**
     * Close a position, the whole or a part, by a market order
     * @description An `Idempotency-Key` becomes the order's `client_order_id`: repeated, it gives the first answer again and closes nothing more.
     */
    delete: operations["closePosition"];
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/v1/broker/positions/{position_id}/reverse": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * Turn a position round, in one step or not at all
     * @description A net position takes one market order of twice its size, which is the answer. An individual one takes an order that closes it and another that opens the other side, which is the answer. Exits of the position end with it. An `Idempotency-Key` becomes the `client_order_id` of the answered order.
     */
    post: operations["reversePosition"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/v1/broker/positions/{position_id}/brackets": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    /**
     * Set the exits of a position; one that is left out is taken away
     * @description An exit is as large as its position, whoever changes that, and ends with it.
     */
    put: operations["setPositionBrackets"];
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/v1/broker/accounts": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** The caller's accounts */
    get: operations["listAccounts"];
    put?: never;
    /** Open another account */
    post: operations["createAccount"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/v1/broker/accounts/{account_id}": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** One account */
    get: operations["getAccount"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/v1/broker/accounts/{account_id}/equity": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * The equity curve, oldest first
     * @description Begins with a point at the account's creation. Of each minute, hour or day (UTC) the last point is kept: one after every fill and, while something is held, one a minute. Minutes are kept for a week, hours for a year, days for ever.
     */
    get: operations["getEquityCurve"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/v1/broker/accounts/{account_id}/reset": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * Begin anew
     * @description Cancels every order, drops every position without a trade, and sets the balance. Orders and executions stay listed and client order ids stay taken; a halted account stays halted. Under an `Idempotency-Key` that has come before nothing is done and the account is answered as it is; 409 if it came with another body.
     */
    post: operations["resetAccount"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/v1/broker/accounts/{account_id}/halt": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * Stop trading: the kill switch
     * @description Cancels every order and refuses new ones; with `flatten` every position is closed by a market order, with `reducing` orders that only close go on. Nothing but a resume ends it.
     */
    post: operations["haltAccount"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/v1/broker/accounts/{account_id}/resume": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Trade again after a halt */
    post: operations["resumeAccount"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/v1/broker/accounts/{account_id}/deadman": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * Cancel every order unless this is called again in time
     * @description Each call begins the seconds anew, 0 ends them. When they are over every order is canceled and the switch is off until it is set again. It outlives a restart: what came due meanwhile is done first.
     */
    post: operations["setDeadman"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/v1/broker/leverage/{symbol}": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** The leverage of a symbol */
    get: operations["getLeverage"];
    /**
     * Set the leverage of a symbol
     * @description Less leverage is refused while positions and orders would need more margin than there is.
     */
    put: operations["setLeverage"];
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/v1/broker/leverage/{symbol}/preview": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** What another leverage would mean; nothing changes */
    post: operations["previewLeverage"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/v1/datafeed/config": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** What this datafeed can do */
    get: operations["getDatafeedConfiguration"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/v1/datafeed/time": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** The server's clock */
    get: operations["getTime"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/v1/datafeed/symbols": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * Find symbols
     * @description An empty query lists all. An exact name comes first, then names that begin with the query, then descriptions with a word that does.
     */
    get: operations["searchSymbols"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/v1/datafeed/symbols/{symbol}": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** One symbol */
    get: operations["getSymbol"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/v1/datafeed/bars": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * History
     * @description Bars with `from` ≤ time < `to`, ascending; at most 20000, the newest. `to` is now when it is left out or lies in the future; `count_back` asks for so many bars before `to`, whatever `from` says. Prices before a split or a dividend are adjusted for it, as those are that are streamed; `adjusted=false` gives those that were printed. The same bars have the same `ETag`.
     */
    get: operations["getBars"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/v1/datafeed/quotes": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Present quotes */
    get: operations["getQuotes"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/v1/datafeed/trades": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * Trades, newest first
     * @description Those with `from` ≤ time < `to`, page by page. Where the last remembered one has been given, `next_cursor` is null. A cursor that is not remembered any more is `invalid_payload`: begin again. How many a source remembers, docs/sources.md says.
     */
    get: operations["getTrades"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/v1/datafeed/depth": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * The best price levels, best first
     * @description The ladder as it stands. `not_found` for a symbol whose `has_depth` is false. What the checksum is of is said in docs/depth.md.
     */
    get: operations["getDepth"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/v1/datafeed/replay": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * Where the replay stands
     * @description `not_found` in a server that was not started as a replay.
     */
    get: operations["getReplay"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    /**
     * Pause, go on, step, or change the speed
     * @description A step answers when everything that followed from it is durable and shown. `conflict` once the replay has ended.
     */
    patch: operations["changeReplay"];
    trace?: never;
  };
  "/api/v1/datafeed/udf/config": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** What a UDF client may ask for */
    get: operations["getUdfConfiguration"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/v1/datafeed/udf/time": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** The server's clock in seconds */
    get: operations["getUdfTime"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/v1/datafeed/udf/symbols": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** One symbol */
    get: operations["getUdfSymbol"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/v1/datafeed/udf/symbol_info": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Every symbol of an exchange, in columns */
    get: operations["getUdfSymbolTable"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/v1/datafeed/udf/search": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Find symbols */
    get: operations["searchUdfSymbols"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/v1/datafeed/udf/history": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * Bars in columns
     * @description Bars with `from` ≤ time < `to`; with `countback`, so many before `to`, whatever `from` says. At most 20000, the newest. The same bars have the same `ETag`.
     */
    get: operations["getUdfHistory"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/v1/datafeed/udf/quotes": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Present quotes */
    get: operations["getUdfQuotes"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/v1/datafeed/udf/marks": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * The caller's own fills, on the bars that they fall into
     * @description Empty for a caller without a credential of scope `account:read`.
     */
    get: operations["getUdfMarks"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/v1/datafeed/udf/timescale_marks": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * Splits, dividends and the caller's days with fills, under the chart
     * @description Fills are those of a credential with scope `account:read`.
     */
    get: operations["getUdfTimescaleMarks"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/v1/health": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** How the server and its modules are */
    get: operations["getHealth"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/v1/versions": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** The versions of the API */
    get: operations["getVersions"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/v1/": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Where everything is */
    get: operations["getAPIOverview"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/v1/session": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Exchange the owner token for a session cookie */
    post: operations["logIn"];
    /** End the session */
    delete: operations["logOut"];
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/v1/tickets": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * Make a ticket for one socket connection
     * @description It opens one connection to any module's socket as the caller, who keeps the rights of the credential that asked. At most 100 unused ones per caller.
     */
    post: operations["makeTicket"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
}
export type webhooks = Record<string, never>;
export interface components {
  schemas: {
    /**
     * Account
     * @description The money of an account, in its currency.
     *
     *         What depends on the market is null while a position has no market or a currency no rate;
     *         `flags` then has `no_market:SYMBOL` or `no_rate:CURRENCY`. `margin_warning` stands there while
     *         the margin level is below the warning level, `stopped_out` from a stop-out until the account is
     *         resumed or reset.
     */
    Account: {
      id: string;
      name: string;
      currency: string;
      /** @enum {unknown} */
      mode: "hedging" | "netting";
      /** @description The oldest position of a symbol is closed first */
      fifo: boolean;
      /** @description Deposits, realised profit and fees; other currencies at today's rates */
      balance: string | null;
      /** @description Balance and unrealised profit */
      equity: string | null;
      unrealized_pnl: string | null;
      /** @description Without fees */
      realized_pnl: string | null;
      /** @description What the positions set aside */
      margin_used: string | null;
      /** @description What open orders would add to it */
      margin_reserved: string | null;
      /** @description Equity less what is used and what is reserved */
      free_margin: string | null;
      /** @description Free margin times the account's leverage */
      buying_power: string | null;
      /** @description Equity divided by margin used, 1 is 100 %; null without a position */
      margin_level: string | null;
      /** Format: decimal */
      leverage: string;
      /** @enum {unknown} */
      status: "active" | "halted" | "reducing";
      flags: string[];
    };
    /**
     * AccountPage
     * @description Accounts, by id.
     */
    AccountPage: {
      items: components["schemas"]["Account"][];
      next_cursor: string | null;
    };
    /**
     * BarSeries
     * @description Bars of one symbol, ascending in time.
     */
    BarSeries: {
      symbol: string;
      /** @enum {unknown} */
      resolution:
        | "1"
        | "120"
        | "12M"
        | "15"
        | "15S"
        | "180"
        | "1D"
        | "1M"
        | "1S"
        | "1W"
        | "240"
        | "3"
        | "30"
        | "30S"
        | "5"
        | "5S"
        | "60";
      bars: components["schemas"]["Bar"][];
      /** @description Where `bars` is empty: time of the nearest earlier bar, if any */
      next_time: number | null;
    };
    /**
     * CanceledOrders
     * @description The orders that were ended, oldest first.
     */
    CanceledOrders: {
      orders: components["schemas"]["Order"][];
    };
    /**
     * CurrentTime
     * @description The server's clock.
     */
    CurrentTime: {
      /** @description Epoch milliseconds, UTC */
      time: number;
    };
    /**
     * DatafeedConfiguration
     * @description What this datafeed can do, in the members of a UDF configuration.
     */
    DatafeedConfiguration: {
      supports_search: boolean;
      supports_group_request: boolean;
      supports_marks: boolean;
      supports_timescale_marks: boolean;
      supports_time: boolean;
      supported_resolutions: (
        | "1"
        | "120"
        | "12M"
        | "15"
        | "15S"
        | "180"
        | "1D"
        | "1M"
        | "1S"
        | "1W"
        | "240"
        | "3"
        | "30"
        | "30S"
        | "5"
        | "5S"
        | "60"
      )[];
      exchanges: components["schemas"]["Choice"][];
      symbols_types: components["schemas"]["Choice"][];
      currency_codes: string[];
    };
    /**
     * Deadman
     * @description The dead man's switch of an account; without `expires_at` it is off.
     */
    Deadman: {
      account_id: string;
      seconds: number;
      expires_at: number | null;
    };
    /**
     * DepthList
     * @description The ladder that was asked for.
     */
    DepthList: {
      items: components["schemas"]["Depth"][];
      /** @description `cursor` of the next page; null on the last */
      next_cursor: string | null;
    };
    /**
     * EquityPage
     * @description Points of an equity curve, oldest first.
     */
    EquityPage: {
      items: components["schemas"]["EquityPoint"][];
      next_cursor: string | null;
    };
    /**
     * ExecutionPage
     * @description Executions, newest first.
     */
    ExecutionPage: {
      items: components["schemas"]["Execution"][];
      next_cursor: string | null;
    };
    /**
     * Health
     * @description How the server is: `degraded` when one of its modules is.
     *
     *         Attributes:
     *             replay: whether it runs on the clock of a replay, which `GET /datafeed/replay` tells of.
     */
    Health: {
      /** @enum {unknown} */
      status: "degraded" | "ok";
      version: string;
      uptime_s: number;
      modules: components["schemas"]["ModuleStatus"][];
      replay: boolean;
    };
    /**
     * Leverage
     * @description What the value of a symbol is divided by to make its margin, and what it may be.
     */
    Leverage: {
      symbol: string;
      /** Format: decimal */
      leverage: string;
      /** Format: decimal */
      min: string;
      /** Format: decimal */
      max: string;
      /** Format: decimal */
      step: string;
    };
    /**
     * LeveragePreview
     * @description A leverage that is not set yet, and what the account would then set aside.
     *
     *         The figures are null while they are not known.
     */
    LeveragePreview: {
      symbol: string;
      /** Format: decimal */
      leverage: string;
      /** Format: decimal */
      min: string;
      /** Format: decimal */
      max: string;
      /** Format: decimal */
      step: string;
      /** @description What the positions would set aside */
      margin_used: string | null;
      free_margin: string | null;
      warnings: components["schemas"]["StatusReason"][];
      errors: components["schemas"]["StatusReason"][];
    };
    /**
     * Order
     * @description What a caller wants done, how far it is done, and why it stands where it stands.
     */
    Order: {
      id: string;
      client_order_id: string;
      account_id: string;
      symbol: string;
      /** @enum {unknown} */
      side: "buy" | "sell";
      /** @enum {unknown} */
      type:
        | "limit"
        | "limit_if_touched"
        | "market"
        | "market_if_touched"
        | "stop"
        | "stop_limit"
        | "trailing_stop"
        | "trailing_stop_limit";
      /** Format: decimal */
      quantity: string;
      notional: string | null;
      /** Format: decimal */
      filled_quantity: string;
      /** @description Of what is filled, half-even to 12 places */
      average_price: string | null;
      limit_price: string | null;
      stop_price: string | null;
      trail: components["schemas"]["Trail"] | null;
      high_water_mark: string | null;
      /** @enum {unknown} */
      time_in_force: "day" | "fok" | "gtc" | "gtd" | "ioc";
      expire_at: number | null;
      /** @enum {unknown} */
      session: "extended" | "regular";
      post_only: boolean;
      reduce_only: boolean;
      /** @description The individual position that it closes */
      position_id: string | null;
      /** @enum {unknown} */
      status:
        | "canceled"
        | "expired"
        | "filled"
        | "held"
        | "partially_filled"
        | "pending_cancel"
        | "pending_new"
        | "pending_replace"
        | "rejected"
        | "working";
      status_reason: components["schemas"]["StatusReason"] | null;
      parent_id: string | null;
      parent_type: ("order" | "position") | null;
      group_id: string | null;
      group_type: ("bracket" | "oco" | "oto") | null;
      tag: string | null;
      triggered_at: number | null;
      /** @description Epoch milliseconds, UTC */
      created_at: number;
      /** @description Epoch milliseconds, UTC */
      updated_at: number;
      /** @description Rises by one with every change */
      version: number;
    };
    /**
     * OrderPage
     * @description Orders, newest first.
     */
    OrderPage: {
      items: components["schemas"]["Order"][];
      next_cursor: string | null;
    };
    /**
     * Overview
     * @description Where to read on, and the socket of every enabled module.
     */
    Overview: {
      api_version: string;
      documentation: string;
      openapi_spec: string;
      websocket_endpoints: components["schemas"]["WebSocketEndpoint"][];
    };
    /**
     * Position
     * @description A net position as it is shown; one that was closed has quantity 0 and average 0.
     */
    Position: {
      id: string;
      account_id: string;
      symbol: string;
      /** @enum {unknown} */
      side: "long" | "short";
      /** Format: decimal */
      quantity: string;
      /**
       * Format: decimal
       * @description Half-even to 12 places
       */
      average_price: string;
      /**
       * Format: decimal
       * @description Quantity times average, before it was rounded
       */
      cost: string;
      /** @description Bid for a long, ask for a short; null without a market */
      mark_price: string | null;
      unrealized_pnl: string | null;
      /**
       * Format: decimal
       * @description Of everything the account traded in the symbol, without fees
       */
      realized_pnl: string;
      /** @description Of the symbol: what the figures are in */
      currency: string;
      /** @description When an individual position was opened */
      opened_at: number | null;
      /** @description The order that opened an individual position */
      opened_by: string | null;
      /** @description Epoch milliseconds, UTC */
      updated_at: number;
    };
    /**
     * PositionExits
     * @description The open exits of a position, oldest first.
     */
    PositionExits: {
      orders: components["schemas"]["Order"][];
    };
    /**
     * PositionPage
     * @description Open positions, by symbol.
     */
    PositionPage: {
      items: components["schemas"]["Position"][];
      next_cursor: string | null;
    };
    /**
     * Preview
     * @description What would be so right after placing an order; figures that are not known are null.
     *
     *         `errors` are the reasons for which it would be refused, `warnings` what else to know.
     */
    Preview: {
      /** @description Average of what would be filled at once, else what the order asks for */
      price: string | null;
      /** @description Value of what would be filled and of what would stand */
      notional: string | null;
      /** @description Of that value; of a rest at that price */
      fee: string | null;
      /** @description What the account would set aside more than now */
      margin: string | null;
      buying_power_after: string | null;
      /**
       * Format: decimal
       * @description Signed quantity held after what would be filled at once
       */
      position_after: string;
      warnings: components["schemas"]["StatusReason"][];
      errors: components["schemas"]["StatusReason"][];
    };
    /**
     * Problem
     * @description Why a request was refused.
     */
    Problem: {
      /** @description `urn:trading-api:error:` and the code */
      type: string;
      title: string;
      status: number;
      /** @description Names the thing, the value and the limit */
      detail: string;
      /** @description Stable; the table of codes is in docs/errors.md */
      code: string;
      request_id: string;
      errors?: components["schemas"]["FieldProblem"][];
      order_id?: string;
    };
    /**
     * QuoteList
     * @description Quotes in the order in which they were asked for.
     */
    QuoteList: {
      items: components["schemas"]["Quote"][];
      /** @description `cursor` of the next page; null on the last */
      next_cursor: string | null;
    };
    /**
     * ReplayState
     * @description Where a replay stands.
     *
     *         Attributes:
     *             speed: how much faster than real time it runs; 0 is as fast as it goes.
     *             events: what the sources have said so far: trades, best prices and changes of depth.
     */
    ReplayState: {
      /** @description Epoch milliseconds, UTC */
      start: number;
      /** @description Epoch milliseconds, UTC */
      end: number;
      /** @description Epoch milliseconds, UTC */
      now: number;
      speed: number;
      /** @enum {unknown} */
      state: "ended" | "paused" | "running";
      events: number;
    };
    /**
     * SessionState
     * @description Whether the browser is logged in after the call.
     */
    SessionState: {
      logged_in: boolean;
    };
    /**
     * SymbolInfo
     * @description An instrument and the grid that its orders must lie on.
     */
    SymbolInfo: {
      symbol: string;
      /** @description EXCHANGE:NAME */
      full_name: string;
      description: string;
      /** @enum {unknown} */
      type: "crypto" | "forex" | "futures" | "index" | "stock";
      exchange: string;
      currency: string;
      base_currency: string | null;
      /** @description IANA name of the zone that the session is in */
      timezone: string;
      /** @description TradingView session text: 0930-1600 or 24x7 */
      session: string;
      /** @description Where holidays and special hours are from: XNYS, XLON, XETR, XTKS or FX */
      calendar: string | null;
      /** @description Days without trading: YYYYMMDD,… */
      session_holidays: string;
      /** @description Special hours of days: 0930-1300:YYYYMMDD,…, joined by ; */
      corrections: string;
      /** @description Extended hours before the session: 0400-0930; empty without any */
      session_premarket: string;
      /** @description Extended hours after the session: 1600-2000; empty without any */
      session_postmarket: string;
      /** @description Sessions that held before a day: 0900-1500<YYYYMMDD, joined by ; */
      earlier_sessions: string;
      price_scale: number;
      min_move: number;
      /** Format: decimal */
      tick_size: string;
      /** Format: decimal */
      lot_size: string;
      /** Format: decimal */
      min_quantity: string;
      /** Format: decimal */
      max_quantity: string;
      /** Format: decimal */
      quantity_step: string;
      supported_resolutions: (
        | "1"
        | "120"
        | "12M"
        | "15"
        | "15S"
        | "180"
        | "1D"
        | "1M"
        | "1S"
        | "1W"
        | "240"
        | "3"
        | "30"
        | "30S"
        | "5"
        | "5S"
        | "60"
      )[];
      has_depth: boolean;
      has_trades: boolean;
      /** @enum {unknown} */
      fidelity: "bar" | "daily" | "tick";
      /** @enum {unknown} */
      status: "break" | "closed" | "halted" | "open" | "post" | "pre" | "stale";
      shortable: boolean;
      /** Format: decimal */
      margin_rate: string;
    };
    /**
     * SymbolList
     * @description Instruments, best match first.
     */
    SymbolList: {
      items: components["schemas"]["SymbolInfo"][];
      /** @description `cursor` of the next page; null on the last */
      next_cursor: string | null;
    };
    /**
     * Ticket
     * @description What opens one connection as its caller.
     */
    Ticket: {
      /** @description For `?ticket=` of a socket's address; works once */
      ticket: string;
      /** @description Epoch milliseconds, UTC: 30 s from now */
      expires_at: number;
    };
    /**
     * TradeList
     * @description Trades, newest first.
     */
    TradeList: {
      items: components["schemas"]["Trade"][];
      /** @description `cursor` of the next page; null on the last */
      next_cursor: string | null;
    };
    /**
     * UdfBars
     * @description Bars in columns of equal length, ascending in time.
     */
    UdfBars: {
      t: number[];
      o: number[];
      h: number[];
      l: number[];
      c: number[];
      v: number[];
      /** @enum {unknown} */
      s: "ok";
    };
    /**
     * UdfConfiguration
     * @description What the UDF addresses can do.
     */
    UdfConfiguration: {
      supports_search: boolean;
      supports_group_request: boolean;
      supports_marks: boolean;
      supports_timescale_marks: boolean;
      supports_time: boolean;
      supported_resolutions: string[];
      exchanges: components["schemas"]["UdfExchange"][];
      symbols_types: components["schemas"]["UdfSymbolType"][];
      currency_codes: string[];
    };
    /**
     * UdfError
     * @description Why nothing else is answered; the HTTP status is 200 all the same.
     */
    UdfError: {
      errmsg: string;
      /** @enum {unknown} */
      s: "error";
    };
    /**
     * UdfFound
     * @description One instrument that a search has found.
     */
    UdfFound: {
      symbol: string;
      full_name: string;
      description: string;
      exchange: string;
      ticker: string;
      type: string;
    };
    /**
     * UdfMarks
     * @description Marks on bars, in columns of equal length.
     */
    UdfMarks: {
      id: string[];
      time: number[];
      color: string[];
      text: string[];
      label: string[];
      labelFontColor: string[];
      minSize: number[];
    };
    /**
     * UdfNoData
     * @description There are no bars in the range; without `nextTime` there are no older ones either.
     */
    UdfNoData: {
      /** @description Time of the nearest earlier bar, in the unit of the settings */
      nextTime?: number;
      /** @enum {unknown} */
      s: "no_data";
    };
    /**
     * UdfQuotes
     * @description Quotes in the order in which they were asked for.
     */
    UdfQuotes: {
      d: components["schemas"]["UdfQuote"][];
      /** @enum {unknown} */
      s: "ok";
    };
    /**
     * UdfSymbol
     * @description An instrument; it has no member `s`, which would mean that it is unknown.
     */
    UdfSymbol: {
      name: string;
      ticker: string;
      full_name: string;
      description: string;
      type: string;
      exchange: string;
      listed_exchange: string;
      timezone: string;
      session: string;
      session_holidays: string;
      corrections: string;
      minmov: number;
      minmove2: number;
      pricescale: number;
      fractional: boolean;
      has_intraday: boolean;
      has_daily: boolean;
      has_weekly_and_monthly: boolean;
      has_empty_bars: boolean;
      has_seconds: boolean;
      has_ticks: boolean;
      intraday_multipliers: string[];
      seconds_multipliers: string[];
      supported_resolutions: string[];
      volume_precision: number;
      /** @enum {unknown} */
      visible_plots_set: "c" | "ohlc" | "ohlcv";
      currency_code: string;
      original_currency_code: string;
      /** @enum {unknown} */
      format: "price" | "volume";
      /** @enum {unknown} */
      data_status: "delayed_streaming" | "endofday" | "streaming";
    };
    /**
     * UdfSymbolTable
     * @description Every instrument of a group, in columns; a single value is that of all.
     */
    UdfSymbolTable: {
      symbol: string[];
      ticker: string[];
      description: string[];
      "exchange-listed": string[];
      "exchange-traded": string[];
      type: string[];
      timezone: string[];
      "session-regular": string[];
      "session-holidays": string[];
      corrections: string[];
      minmovement: number[];
      minmovement2: number;
      pricescale: number[];
      fractional: boolean;
      "has-intraday": boolean[];
      "has-daily": boolean;
      "has-weekly-and-monthly": boolean;
      "has-empty-bars": boolean;
      "visible-plots-set": string;
      "supported-resolutions": string[][];
      "intraday-multipliers": string[][];
      "volume-precision": number[];
      "currency-code": string[];
    };
    /**
     * UdfTimescaleMark
     * @description A mark under the chart.
     */
    UdfTimescaleMark: {
      id: string;
      /** @description Epoch seconds, UTC */
      time: number;
      color: string;
      label: string;
      tooltip: string[];
      /** @enum {unknown} */
      shape: "circle" | "earning" | "earningDown" | "earningUp";
    };
    /**
     * Versions
     * @description The versions of the API, and that of the server.
     */
    Versions: {
      current: string;
      versions: components["schemas"]["Version"][];
      server: string;
    };
    /**
     * PlaceOrderRequest
     * @description An order to place.
     *
     *         `limit`, `stop_limit`, `trailing_stop_limit` and `limit_if_touched` need a `limit_price`;
     *         `stop`, `stop_limit`, `market_if_touched` and `limit_if_touched` a `stop_price`; those that
     *         trail a `trail`. The others take none. `gtd` needs `expire_at`. With `take_profit` or
     *         `stop_loss` it is the entry of a bracket; with `group`, others are placed with it.
     */
    PlaceOrderRequest: {
      /** @enum {unknown} */
      side: "buy" | "sell";
      /** @enum {unknown} */
      type:
        | "limit"
        | "limit_if_touched"
        | "market"
        | "market_if_touched"
        | "stop"
        | "stop_limit"
        | "trailing_stop"
        | "trailing_stop_limit";
      quantity?: string | null;
      /** @description Instead of a quantity: what it may come to */
      notional?: string | null;
      limit_price?: string | null;
      stop_price?: string | null;
      trail?: components["schemas"]["TrailRequest"] | null;
      /**
       * @default gtc
       * @enum {unknown}
       */
      time_in_force?: "day" | "fok" | "gtc" | "gtd" | "ioc";
      expire_at?: number | null;
      /**
       * @description `extended`: in extended hours too; only a limit that is day or gtc
       * @default regular
       * @enum {unknown}
       */
      session?: "extended" | "regular";
      /**
       * @description Refuse what would take liquidity
       * @default false
       */
      post_only?: boolean;
      /**
       * @description Never open or grow a position
       * @default false
       */
      reduce_only?: boolean;
      position_id?: string | null;
      client_order_id?: string | null;
      tag?: string | null;
      symbol: string;
      account_id?: string | null;
      take_profit?: components["schemas"]["TakeProfitRequest"] | null;
      stop_loss?: components["schemas"]["StopLossRequest"] | null;
      group?: components["schemas"]["GroupRequest"] | null;
    };
    /**
     * TrailRequest
     * @description How far a trailing stop stays behind the best price: in money, or in percent of it.
     */
    TrailRequest: {
      /** @enum {unknown} */
      kind: "absolute" | "percent";
      /** @description A decimal number as text: no exponent, at most 18 digits before and 12 after the point */
      value: string;
    };
    /**
     * TakeProfitRequest
     * @description The exit at a profit: a limit order.
     */
    TakeProfitRequest: {
      /** @description A decimal number as text: no exponent, at most 18 digits before and 12 after the point */
      limit_price: string;
    };
    /**
     * StopLossRequest
     * @description The exit at a loss: a stop, a stop-limit (with `limit_price`), or a stop that trails.
     */
    StopLossRequest: {
      stop_price?: string | null;
      limit_price?: string | null;
      trail?: components["schemas"]["TrailRequest"] | null;
    };
    /**
     * GroupRequest
     * @description Orders that are placed with another one, all or none.
     *
     *         `oco`: a fill of one takes as much from the others. `oto`: the others wait, `held`, and work for
     *         what the first one has got.
     */
    GroupRequest: {
      /** @enum {unknown} */
      type: "oco" | "oto";
      orders: components["schemas"]["LinkedOrderRequest"][];
    };
    /**
     * LinkedOrderRequest
     * @description An order that is placed with another one; its symbol, when given, is that one's.
     */
    LinkedOrderRequest: {
      /** @enum {unknown} */
      side: "buy" | "sell";
      /** @enum {unknown} */
      type:
        | "limit"
        | "limit_if_touched"
        | "market"
        | "market_if_touched"
        | "stop"
        | "stop_limit"
        | "trailing_stop"
        | "trailing_stop_limit";
      quantity?: string | null;
      /** @description Instead of a quantity: what it may come to */
      notional?: string | null;
      limit_price?: string | null;
      stop_price?: string | null;
      trail?: components["schemas"]["TrailRequest"] | null;
      /**
       * @default gtc
       * @enum {unknown}
       */
      time_in_force?: "day" | "fok" | "gtc" | "gtd" | "ioc";
      expire_at?: number | null;
      /**
       * @description `extended`: in extended hours too; only a limit that is day or gtc
       * @default regular
       * @enum {unknown}
       */
      session?: "extended" | "regular";
      /**
       * @description Refuse what would take liquidity
       * @default false
       */
      post_only?: boolean;
      /**
       * @description Never open or grow a position
       * @default false
       */
      reduce_only?: boolean;
      position_id?: string | null;
      client_order_id?: string | null;
      tag?: string | null;
      symbol?: string | null;
    };
    /**
     * ModifyOrderRequest
     * @description What to change of an open order; members left out stay as they are.
     *
     *         `symbol`, `side`, `type` and `time_in_force` may be repeated but not changed.
     */
    ModifyOrderRequest: {
      version?: number | null;
      quantity?: string | null;
      limit_price?: string | null;
      stop_price?: string | null;
      trail?: components["schemas"]["TrailRequest"] | null;
      expire_at?: number | null;
      symbol?: string | null;
      side?: ("buy" | "sell") | null;
      type?:
        | (
            | "limit"
            | "limit_if_touched"
            | "market"
            | "market_if_touched"
            | "stop"
            | "stop_limit"
            | "trailing_stop"
            | "trailing_stop_limit"
          )
        | null;
      time_in_force?: ("day" | "fok" | "gtc" | "gtd" | "ioc") | null;
      account_id?: string | null;
    };
    /**
     * ExitsRequest
     * @description The exits that a position is to have; one that is left out is taken away.
     */
    ExitsRequest: {
      take_profit?: components["schemas"]["TakeProfitRequest"] | null;
      stop_loss?: components["schemas"]["StopLossRequest"] | null;
      account_id?: string | null;
    };
    /**
     * CreateAccountRequest
     * @description An account to open.
     */
    CreateAccountRequest: {
      name: string;
      /**
       * @default USD
       * @example USD
       */
      currency?: string;
      /**
       * @description A decimal number as text that is not below 0
       * @default 100000
       */
      balance?: string;
      /**
       * @description A decimal number as text that is not below 0
       * @default 1
       */
      leverage?: string;
      /**
       * @default netting
       * @enum {unknown}
       */
      mode?: "hedging" | "netting";
      /**
       * @description Hedging only: the oldest position of a symbol is closed first
       * @default false
       */
      fifo?: boolean;
    };
    /**
     * ResetRequest
     * @description How to begin anew; left out, with the balance that the account was opened with.
     */
    ResetRequest: {
      balance?: string | null;
    };
    /**
     * HaltRequest
     * @description How to stop: `flatten` closes every position, `reducing` lets what only closes go on.
     */
    HaltRequest: {
      /** @default false */
      flatten?: boolean;
      /** @default false */
      reducing?: boolean;
    };
    /**
     * DeadmanRequest
     * @description How long the account may go unheard; 0 turns the switch off.
     */
    DeadmanRequest: {
      seconds: number;
    };
    /**
     * LeverageRequest
     * @description What the value of a symbol is to be divided by.
     */
    LeverageRequest: {
      /** @description A decimal number as text that is not below 0 */
      leverage: string;
      account_id?: string | null;
    };
    /**
     * ReplayChange
     * @description What to change about a replay; what is left out stays.
     */
    ReplayChange: {
      speed?: number | null;
      state?: ("paused" | "running") | null;
      step?: number | null;
    };
    /**
     * LogIn
     * @description The owner token.
     */
    LogIn: {
      token: string;
    };
    /**
     * Bar
     * @description Prices and volume of one bucket of time; `time` is when the bucket opens.
     */
    Bar: {
      /** @description Epoch milliseconds, UTC */
      time: number;
      open: number;
      high: number;
      low: number;
      close: number;
      volume: number;
    };
    /**
     * StatusReason
     * @description Why an order has its status: a stable code and a sentence.
     */
    StatusReason: {
      code: string;
      message: string;
    };
    /**
     * Trail
     * @description How far a trailing stop stays behind the best price since it began to work.
     */
    Trail: {
      /**
       * @description Of the price, or of the high-water mark
       * @enum {unknown}
       */
      kind: "absolute" | "percent";
      /** Format: decimal */
      value: string;
    };
    /**
     * Choice
     * @description One entry of a search form's list; the empty value stands for all.
     */
    Choice: {
      value: string;
      name: string;
      desc: string;
    };
    /**
     * Depth
     * @description The best price levels of both sides, best first: always the whole ladder.
     */
    Depth: {
      symbol: string;
      /** @description When the book changed last */
      time: number;
      bids: [number, number][];
      asks: [number, number][];
      /** @description CRC-32 of the levels as whole ticks and steps, see docs/depth.md */
      checksum: number;
    };
    /**
     * EquityPoint
     * @description What an account was worth at an instant, in its currency.
     */
    EquityPoint: {
      /** @description Epoch milliseconds, UTC */
      time: number;
      /** Format: decimal */
      equity: string;
      /** Format: decimal */
      balance: string;
    };
    /**
     * Execution
     * @description One fill of an order, with its fee and its explanation.
     */
    Execution: {
      id: string;
      order_id: string;
      client_order_id: string;
      account_id: string;
      symbol: string;
      /** @enum {unknown} */
      side: "buy" | "sell";
      /** Format: decimal */
      quantity: string;
      /** Format: decimal */
      price: string;
      /** Format: decimal */
      fee: string;
      fee_currency: string;
      /** @enum {unknown} */
      liquidity: "maker" | "taker";
      /** Format: decimal */
      cumulative_quantity: string;
      /** Format: decimal */
      leaves_quantity: string;
      /** @enum {unknown} */
      fidelity: "bar" | "daily" | "tick";
      /** @description Epoch milliseconds, UTC */
      time: number;
      explanation: components["schemas"]["Explanation"];
    };
    /**
     * Explanation
     * @description Why an execution has its price and size: the rule and the market that it saw.
     *
     *         `size_before` and `size_after` are what the account could still take at that price, or of that
     *         trade; null, and `size_unknown` true, where the market displays no size.
     */
    Explanation: {
      /** @enum {unknown} */
      rule:
        "limit_maker" | "limit_opening" | "limit_taker" | "market" | "trade_print" | "triggered";
      /** @description Number of the quote or trade in its topic */
      market_seq: number;
      bid: string | null;
      ask: string | null;
      size_before: string | null;
      size_after: string | null;
      size_unknown: boolean;
      /** Format: decimal */
      slippage: string;
      seed: string | null;
    };
    /**
     * ModuleStatus
     * @description How one module is; `detail` says why it is degraded.
     */
    ModuleStatus: {
      name: string;
      status: string;
      detail: string | null;
      /** @description Where something is: what is silent that should not be, oldest first, at most 100 */
      stale_topics: components["schemas"]["StaleTopic"][];
    };
    /**
     * StaleTopic
     * @description A topic on which something should be happening and nothing has been heard for a while.
     */
    StaleTopic: {
      topic: string;
      /** @description Seconds since it was heard of last */
      age_s: number;
    };
    /**
     * WebSocketEndpoint
     * @description Where a module's socket is, and its documents.
     */
    WebSocketEndpoint: {
      module: string;
      url: string;
      asyncapi_url: string;
      asyncapi_docs: string;
    };
    /**
     * FieldProblem
     * @description What is wrong with one member of a request.
     */
    FieldProblem: {
      /** @description Path of the member, such as `orders[0].quantity` */
      field: string;
      code: string;
      message: string;
    };
    /**
     * Quote
     * @description The best bid and ask of a symbol with the figures of its trading day.
     */
    Quote: {
      symbol: string;
      /** @description Epoch milliseconds, UTC */
      time: number;
      bid: number | null;
      ask: number | null;
      bid_size: number | null;
      ask_size: number | null;
      last: number | null;
      change: number | null;
      change_percent: number | null;
      open: number | null;
      high: number | null;
      low: number | null;
      previous_close: number | null;
      volume: number | null;
      /** @enum {unknown} */
      status: "break" | "closed" | "halted" | "open" | "post" | "pre" | "stale";
      /** @enum {unknown} */
      fidelity: "bar" | "daily" | "tick";
    };
    /**
     * Trade
     * @description One print; `side` is the aggressor's.
     */
    Trade: {
      id: string;
      symbol: string;
      /** @description Epoch milliseconds, UTC */
      time: number;
      price: number;
      size: number;
      /** @enum {unknown} */
      side: "buy" | "sell";
    };
    /**
     * UdfExchange
     * @description One entry of the search form's list of exchanges; the empty value stands for all.
     */
    UdfExchange: {
      value: string;
      name: string;
      desc: string;
    };
    /**
     * UdfSymbolType
     * @description One entry of the search form's list of types; the empty value stands for all.
     */
    UdfSymbolType: {
      name: string;
      value: string;
    };
    /**
     * UdfQuote
     * @description A quote under the very name that was asked for; without figures where it is unknown.
     */
    UdfQuote: {
      /** @enum {unknown} */
      s: "error" | "ok";
      n: string;
      v: components["schemas"]["UdfQuoteValues"];
    };
    /**
     * UdfQuoteValues
     * @description The figures of a quote; none of an unknown symbol.
     */
    UdfQuoteValues: {
      ch?: number | null;
      chp?: number | null;
      short_name?: string;
      exchange?: string;
      description?: string;
      lp?: number | null;
      ask?: number | null;
      bid?: number | null;
      spread?: number | null;
      open_price?: number | null;
      high_price?: number | null;
      low_price?: number | null;
      prev_close_price?: number | null;
      volume?: number | null;
      original_name?: string;
    };
    /**
     * Version
     * @description One version of the API; `released` is a date.
     */
    Version: {
      version: string;
      status: string;
      released: string;
    };
  };
  responses: never;
  parameters: never;
  requestBodies: never;
  headers: never;
  pathItems: never;
}
export type Account = components["schemas"]["Account"];
export type AccountPage = components["schemas"]["AccountPage"];
export type BarSeries = components["schemas"]["BarSeries"];
export type CanceledOrders = components["schemas"]["CanceledOrders"];
export type CurrentTime = components["schemas"]["CurrentTime"];
export type DatafeedConfiguration = components["schemas"]["DatafeedConfiguration"];
export type Deadman = components["schemas"]["Deadman"];
export type DepthList = components["schemas"]["DepthList"];
export type EquityPage = components["schemas"]["EquityPage"];
export type ExecutionPage = components["schemas"]["ExecutionPage"];
export type Health = components["schemas"]["Health"];
export type Leverage = components["schemas"]["Leverage"];
export type LeveragePreview = components["schemas"]["LeveragePreview"];
export type Order = components["schemas"]["Order"];
export type OrderPage = components["schemas"]["OrderPage"];
export type Overview = components["schemas"]["Overview"];
export type Position = components["schemas"]["Position"];
export type PositionExits = components["schemas"]["PositionExits"];
export type PositionPage = components["schemas"]["PositionPage"];
export type Preview = components["schemas"]["Preview"];
export type Problem = components["schemas"]["Problem"];
export type QuoteList = components["schemas"]["QuoteList"];
export type ReplayState = components["schemas"]["ReplayState"];
export type SessionState = components["schemas"]["SessionState"];
export type SymbolInfo = components["schemas"]["SymbolInfo"];
export type SymbolList = components["schemas"]["SymbolList"];
export type Ticket = components["schemas"]["Ticket"];
export type TradeList = components["schemas"]["TradeList"];
export type UdfBars = components["schemas"]["UdfBars"];
export type UdfConfiguration = components["schemas"]["UdfConfiguration"];
export type UdfError = components["schemas"]["UdfError"];
export type UdfFound = components["schemas"]["UdfFound"];
export type UdfMarks = components["schemas"]["UdfMarks"];
export type UdfNoData = components["schemas"]["UdfNoData"];
export type UdfQuotes = components["schemas"]["UdfQuotes"];
export type UdfSymbol = components["schemas"]["UdfSymbol"];
export type UdfSymbolTable = components["schemas"]["UdfSymbolTable"];
export type UdfTimescaleMark = components["schemas"]["UdfTimescaleMark"];
export type Versions = components["schemas"]["Versions"];
export type PlaceOrderRequest = components["schemas"]["PlaceOrderRequest"];
export type TrailRequest = components["schemas"]["TrailRequest"];
export type TakeProfitRequest = components["schemas"]["TakeProfitRequest"];
export type StopLossRequest = components["schemas"]["StopLossRequest"];
export type GroupRequest = components["schemas"]["GroupRequest"];
export type LinkedOrderRequest = components["schemas"]["LinkedOrderRequest"];
export type ModifyOrderRequest = components["schemas"]["ModifyOrderRequest"];
export type ExitsRequest = components["schemas"]["ExitsRequest"];
export type CreateAccountRequest = components["schemas"]["CreateAccountRequest"];
export type ResetRequest = components["schemas"]["ResetRequest"];
export type HaltRequest = components["schemas"]["HaltRequest"];
export type DeadmanRequest = components["schemas"]["DeadmanRequest"];
export type LeverageRequest = components["schemas"]["LeverageRequest"];
export type ReplayChange = components["schemas"]["ReplayChange"];
export type LogIn = components["schemas"]["LogIn"];
export type Bar = components["schemas"]["Bar"];
export type StatusReason = components["schemas"]["StatusReason"];
export type Trail = components["schemas"]["Trail"];
export type Choice = components["schemas"]["Choice"];
export type Depth = components["schemas"]["Depth"];
export type EquityPoint = components["schemas"]["EquityPoint"];
export type Execution = components["schemas"]["Execution"];
export type Explanation = components["schemas"]["Explanation"];
export type ModuleStatus = components["schemas"]["ModuleStatus"];
export type StaleTopic = components["schemas"]["StaleTopic"];
export type WebSocketEndpoint = components["schemas"]["WebSocketEndpoint"];
export type FieldProblem = components["schemas"]["FieldProblem"];
export type Quote = components["schemas"]["Quote"];
export type Trade = components["schemas"]["Trade"];
export type UdfExchange = components["schemas"]["UdfExchange"];
export type UdfSymbolType = components["schemas"]["UdfSymbolType"];
export type UdfQuote = components["schemas"]["UdfQuote"];
export type UdfQuoteValues = components["schemas"]["UdfQuoteValues"];
export type Version = components["schemas"]["Version"];
export type $defs = Record<string, never>;
export interface operations {
  listOrders: {
    parameters: {
      query?: {
        status?: "open" | "closed" | "all";
        symbol?: string | null;
        client_order_id?: string | null;
        group_id?: string | null;
        /** @description Of `created_at` */
        from?: number | null;
        /** @description Exclusive */
        to?: number | null;
        /** @description Default: the caller's own account */
        account_id?: string | null;
        /** @description At most so many items */
        limit?: number;
        /** @description `next_cursor` of the page before; absent for the first */
        cursor?: string | null;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Successful Response */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          /**
           * @example {
           *       "items": [
           *         {
           *           "id": "acc-4c1029697ee3-o1",
           *           "client_order_id": "first-order",
           *           "account_id": "acc-4c1029697ee3",
           *           "symbol": "BTCUSD",
           *           "side": "buy",
           *           "type": "limit",
           *           "quantity": "0.05",
           *           "filled_quantity": "0.05",
           *           "average_price": "78389",
           *           "limit_price": "78390",
           *           "time_in_force": "gtc",
           *           "session": "regular",
           *           "post_only": false,
           *           "reduce_only": false,
           *           "status": "filled",
           *           "created_at": 1784505612345,
           *           "updated_at": 1784505612345,
           *           "version": 2
           *         }
           *       ]
           *     }
           */
          "application/json": components["schemas"]["OrderPage"];
        };
      };
      /** @description One of `unauthenticated` */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description One of `forbidden` */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description One of `not_found`, `unknown_symbol`, `unknown_topic`, `unknown_account` */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description One of `invalid_payload`, `unsupported_resolution`, `bad_tick`, `bad_lot`, `min_notional`, `quantity_out_of_range`, `immutable_field`, `quantity_below_filled`, `no_market`, `stale_quote`, `market_closed`, `would_take`, `stop_would_trigger`, `price_collar`, `insufficient_margin`, `reduce_only_mode`, `account_halted`, `symbol_not_tradable`, `max_order_size`, `max_position`, `max_open_orders`, `daily_loss_limit`, `self_trade` */
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description One of `unavailable` */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  placeOrder: {
    parameters: {
      query?: {
        /** @description Default: the caller's own account */
        account_id?: string;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        /**
         * @example {
         *       "side": "buy",
         *       "type": "limit",
         *       "quantity": "0.05",
         *       "limit_price": "78390",
         *       "time_in_force": "gtc",
         *       "session": "regular",
         *       "post_only": false,
         *       "reduce_only": false,
         *       "client_order_id": "first-order",
         *       "symbol": "BTCUSD"
         *     }
         */
        "application/json": components["schemas"]["PlaceOrderRequest"];
      };
    };
    responses: {
      /** @description Successful Response */
      201: {
        headers: {
          /** @description `true` when the same request had come before under this id or key; this is the first answer again */
          "Idempotent-Replayed"?: "true";
          [name: string]: unknown;
        };
        content: {
          /**
           * @example {
           *       "id": "acc-4c1029697ee3-o1",
           *       "client_order_id": "first-order",
           *       "account_id": "acc-4c1029697ee3",
           *       "symbol": "BTCUSD",
           *       "side": "buy",
           *       "type": "limit",
           *       "quantity": "0.05",
           *       "filled_quantity": "0.05",
           *       "average_price": "78389",
           *       "limit_price": "78390",
           *       "time_in_force": "gtc",
           *       "session": "regular",
           *       "post_only": false,
           *       "reduce_only": false,
           *       "status": "filled",
           *       "created_at": 1784505612345,
           *       "updated_at": 1784505612345,
           *       "version": 2
           *     }
           */
          "application/json": components["schemas"]["Order"];
        };
      };
      /** @description One of `invalid_json`, `unknown_type`, `invalid_host` */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description One of `unauthenticated` */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description One of `forbidden` */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description One of `not_found`, `unknown_symbol`, `unknown_topic`, `unknown_account` */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description One of `conflict`, `duplicate_client_order_id`, `version_conflict`, `order_final` */
      409: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description One of `too_large` */
      413: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description One of `unsupported_media_type` */
      415: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description One of `invalid_payload`, `unsupported_resolution`, `bad_tick`, `bad_lot`, `min_notional`, `quantity_out_of_range`, `immutable_field`, `quantity_below_filled`, `no_market`, `stale_quote`, `market_closed`, `would_take`, `stop_would_trigger`, `price_collar`, `insufficient_margin`, `reduce_only_mode`, `account_halted`, `symbol_not_tradable`, `max_order_size`, `max_position`, `max_open_orders`, `daily_loss_limit`, `self_trade` */
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description One of `unavailable` */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  cancelAllOrders: {
    parameters: {
      query?: {
        symbol?: string | null;
        /** @description Default: the caller's own account */
        account_id?: string | null;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Successful Response */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          /**
           * @example {
           *       "orders": [
           *         {
           *           "id": "acc-4c1029697ee3-o1",
           *           "client_order_id": "first-order",
           *           "account_id": "acc-4c1029697ee3",
           *           "symbol": "BTCUSD",
           *           "side": "buy",
           *           "type": "limit",
           *           "quantity": "0.05",
           *           "filled_quantity": "0.05",
           *           "average_price": "78389",
           *           "limit_price": "78390",
           *           "time_in_force": "gtc",
           *           "session": "regular",
           *           "post_only": false,
           *           "reduce_only": false,
           *           "status": "filled",
           *           "created_at": 1784505612345,
           *           "updated_at": 1784505612345,
           *           "version": 2
           *         }
           *       ]
           *     }
           */
          "application/json": components["schemas"]["CanceledOrders"];
        };
      };
      /** @description One of `unauthenticated` */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description One of `forbidden` */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description One of `not_found`, `unknown_symbol`, `unknown_topic`, `unknown_account` */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description One of `invalid_payload`, `unsupported_resolution`, `bad_tick`, `bad_lot`, `min_notional`, `quantity_out_of_range`, `immutable_field`, `quantity_below_filled`, `no_market`, `stale_quote`, `market_closed`, `would_take`, `stop_would_trigger`, `price_collar`, `insufficient_margin`, `reduce_only_mode`, `account_halted`, `symbol_not_tradable`, `max_order_size`, `max_position`, `max_open_orders`, `daily_loss_limit`, `self_trade` */
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description One of `unavailable` */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  previewOrder: {
    parameters: {
      query?: {
        /** @description Default: the caller's own account */
        account_id?: string | null;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        /**
         * @example {
         *       "side": "buy",
         *       "type": "limit",
         *       "quantity": "0.05",
         *       "limit_price": "78390",
         *       "time_in_force": "gtc",
         *       "session": "regular",
         *       "post_only": false,
         *       "reduce_only": false,
         *       "client_order_id": "first-order",
         *       "symbol": "BTCUSD"
         *     }
         */
        "application/json": components["schemas"]["PlaceOrderRequest"];
      };
    };
    responses: {
      /** @description Successful Response */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          /**
           * @example {
           *       "price": "78389",
           *       "notional": "3919.45",
           *       "fee": "0",
           *       "margin": "3919.4",
           *       "buying_power_after": "96080.55",
           *       "position_after": "0.05",
           *       "warnings": [],
           *       "errors": []
           *     }
           */
          "application/json": components["schemas"]["Preview"];
        };
      };
      /** @description One of `invalid_json`, `unknown_type`, `invalid_host` */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description One of `unauthenticated` */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description One of `forbidden` */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description One of `not_found`, `unknown_symbol`, `unknown_topic`, `unknown_account` */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description One of `too_large` */
      413: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description One of `unsupported_media_type` */
      415: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description One of `invalid_payload`, `unsupported_resolution`, `bad_tick`, `bad_lot`, `min_notional`, `quantity_out_of_range`, `immutable_field`, `quantity_below_filled`, `no_market`, `stale_quote`, `market_closed`, `would_take`, `stop_would_trigger`, `price_collar`, `insufficient_margin`, `reduce_only_mode`, `account_halted`, `symbol_not_tradable`, `max_order_size`, `max_position`, `max_open_orders`, `daily_loss_limit`, `self_trade` */
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description One of `unavailable` */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  getOrder: {
    parameters: {
      query?: {
        /** @description Default: the caller's own account */
        account_id?: string | null;
      };
      header?: never;
      path: {
        order_id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Successful Response */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          /**
           * @example {
           *       "id": "acc-4c1029697ee3-o1",
           *       "client_order_id": "first-order",
           *       "account_id": "acc-4c1029697ee3",
           *       "symbol": "BTCUSD",
           *       "side": "buy",
           *       "type": "limit",
           *       "quantity": "0.05",
           *       "filled_quantity": "0.05",
           *       "average_price": "78389",
           *       "limit_price": "78390",
           *       "time_in_force": "gtc",
           *       "session": "regular",
           *       "post_only": false,
           *       "reduce_only": false,
           *       "status": "filled",
           *       "created_at": 1784505612345,
           *       "updated_at": 1784505612345,
           *       "version": 2
           *     }
           */
          "application/json": components["schemas"]["Order"];
        };
      };
      /** @description One of `unauthenticated` */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description One of `forbidden` */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description One of `not_found`, `unknown_symbol`, `unknown_topic`, `unknown_account` */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description One of `invalid_payload`, `unsupported_resolution`, `bad_tick`, `bad_lot`, `min_notional`, `quantity_out_of_range`, `immutable_field`, `quantity_below_filled`, `no_market`, `stale_quote`, `market_closed`, `would_take`, `stop_would_trigger`, `price_collar`, `insufficient_margin`, `reduce_only_mode`, `account_halted`, `symbol_not_tradable`, `max_order_size`, `max_position`, `max_open_orders`, `daily_loss_limit`, `self_trade` */
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description One of `unavailable` */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  cancelOrder: {
    parameters: {
      query?: {
        /** @description Default: the caller's own account */
        account_id?: string | null;
      };
      header?: never;
      path: {
        order_id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Successful Response */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          /**
           * @example {
           *       "id": "acc-4c1029697ee3-o1",
           *       "client_order_id": "first-order",
           *       "account_id": "acc-4c1029697ee3",
           *       "symbol": "BTCUSD",
           *       "side": "buy",
           *       "type": "limit",
           *       "quantity": "0.05",
           *       "filled_quantity": "0.05",
           *       "average_price": "78389",
           *       "limit_price": "78390",
           *       "time_in_force": "gtc",
           *       "session": "regular",
           *       "post_only": false,
           *       "reduce_only": false,
           *       "status": "filled",
           *       "created_at": 1784505612345,
           *       "updated_at": 1784505612345,
           *       "version": 2
           *     }
           */
          "application/json": components["schemas"]["Order"];
        };
      };
      /** @description One of `unauthenticated` */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description One of `forbidden` */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description One of `not_found`, `unknown_symbol`, `unknown_topic`, `unknown_account` */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description One of `conflict`, `duplicate_client_order_id`, `version_conflict`, `order_final` */
      409: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description One of `invalid_payload`, `unsupported_resolution`, `bad_tick`, `bad_lot`, `min_notional`, `quantity_out_of_range`, `immutable_field`, `quantity_below_filled`, `no_market`, `stale_quote`, `market_closed`, `would_take`, `stop_would_trigger`, `price_collar`, `insufficient_margin`, `reduce_only_mode`, `account_halted`, `symbol_not_tradable`, `max_order_size`, `max_position`, `max_open_orders`, `daily_loss_limit`, `self_trade` */
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description One of `unavailable` */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  modifyOrder: {
    parameters: {
      query?: {
        /** @description Default: the caller's own account */
        account_id?: string | null;
      };
      header?: never;
      path: {
        order_id: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        /**
         * @example {
         *       "version": 1,
         *       "quantity": "0.04",
         *       "limit_price": "78380.5"
         *     }
         */
        "application/json": components["schemas"]["ModifyOrderRequest"];
      };
    };
    responses: {
      /** @description Successful Response */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          /**
           * @example {
           *       "id": "acc-4c1029697ee3-o1",
           *       "client_order_id": "first-order",
           *       "account_id": "acc-4c1029697ee3",
           *       "symbol": "BTCUSD",
           *       "side": "buy",
           *       "type": "limit",
           *       "quantity": "0.05",
           *       "filled_quantity": "0.05",
           *       "average_price": "78389",
           *       "limit_price": "78390",
           *       "time_in_force": "gtc",
           *       "session": "regular",
           *       "post_only": false,
           *       "reduce_only": false,
           *       "status": "filled",
           *       "created_at": 1784505612345,
           *       "updated_at": 1784505612345,
           *       "version": 2
           *     }
           */
          "application/json": components["schemas"]["Order"];
        };
      };
      /** @description One of `invalid_json`, `unknown_type`, `invalid_host` */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description One of `unauthenticated` */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description One of `forbidden` */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description One of `not_found`, `unknown_symbol`, `unknown_topic`, `unknown_account` */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description One of `conflict`, `duplicate_client_order_id`, `version_conflict`, `order_final` */
      409: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description One of `too_large` */
      413: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description One of `unsupported_media_type` */
      415: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description One of `invalid_payload`, `unsupported_resolution`, `bad_tick`, `bad_lot`, `min_notional`, `quantity_out_of_range`, `immutable_field`, `quantity_below_filled`, `no_market`, `stale_quote`, `market_closed`, `would_take`, `stop_would_trigger`, `price_collar`, `insufficient_margin`, `reduce_only_mode`, `account_halted`, `symbol_not_tradable`, `max_order_size`, `max_position`, `max_open_orders`, `daily_loss_limit`, `self_trade` */
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description One of `unavailable` */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  listExecutions: {
    parameters: {
      query?: {
        symbol?: string | null;
        order_id?: string | null;
        /** @description Instant in epoch milliseconds, UTC */
        from?: number | null;
        /** @description Exclusive */
        to?: number | null;
        /** @description Default: the caller's own account */
        account_id?: string | null;
        /** @description At most so many items */
        limit?: number;
        /** @description `next_cursor` of the page before; absent for the first */
        cursor?: string | null;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Successful Response */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          /**
           * @example {
           *       "items": [
           *         {
           *           "id": "acc-4c1029697ee3-x1",
           *           "order_id": "acc-4c1029697ee3-o1",
           *           "client_order_id": "first-order",
           *           "account_id": "acc-4c1029697ee3",
           *           "symbol": "BTCUSD",
           *           "side": "buy",
           *           "quantity": "0.05",
           *           "price": "78389",
           *           "fee": "0",
           *           "fee_currency": "USD",
           *           "liquidity": "taker",
           *           "cumulative_quantity": "0.05",
           *           "leaves_quantity": "0",
           *           "fidelity": "tick",
           *           "time": 1784505612345,
           *           "explanation": {
           *             "rule": "limit_taker",
           *             "market_seq": 4711,
           *             "bid": "78388",
           *             "ask": "78389",
           *             "size_before": "0.41200511",
           *             "size_after": "0.36200511",
           *             "size_unknown": false,
           *             "slippage": "0"
           *           }
           *         }
           *       ]
           *     }
           */
          "application/json": components["schemas"]["ExecutionPage"];
        };
      };
      /** @description One of `unauthenticated` */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description One of `forbidden` */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description One of `not_found`, `unknown_symbol`, `unknown_topic`, `unknown_account` */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description One of `invalid_payload`, `unsupported_resolution`, `bad_tick`, `bad_lot`, `min_notional`, `quantity_out_of_range`, `immutable_field`, `quantity_below_filled`, `no_market`, `stale_quote`, `market_closed`, `would_take`, `stop_would_trigger`, `price_collar`, `insufficient_margin`, `reduce_only_mode`, `account_halted`, `symbol_not_tradable`, `max_order_size`, `max_position`, `max_open_orders`, `daily_loss_limit`, `self_trade` */
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description One of `unavailable` */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  listPositions: {
    parameters: {
      query?: {
        /** @description `net`: those of a symbol taken together, in hedging mode too */
        view?: "individual" | "net";
        /** @description Default: the caller's own account */
        account_id?: string | null;
        /** @description At most so many items */
        limit?: number;
        /** @description `next_cursor` of the page before; absent for the first */
        cursor?: string | null;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Successful Response */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          /**
           * @example {
           *       "items": [
           *         {
           *           "id": "BTCUSD",
           *           "account_id": "acc-4c1029697ee3",
           *           "symbol": "BTCUSD",
           *           "side": "long",
           *           "quantity": "0.05",
           *           "average_price": "78389",
           *           "cost": "3919.45",
           *           "mark_price": "78388",
           *           "unrealized_pnl": "-0.05",
           *           "realized_pnl": "0",
           *           "currency": "USD",
           *           "updated_at": 1784505612345
           *         }
           *       ]
           *     }
           */
          "application/json": components["schemas"]["PositionPage"];
        };
      };
      /** @description One of `unauthenticated` */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description One of `forbidden` */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description One of `not_found`, `unknown_symbol`, `unknown_topic`, `unknown_account` */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description One of `invalid_payload`, `unsupported_resolution`, `bad_tick`, `bad_lot`, `min_notional`, `quantity_out_of_range`, `immutable_field`, `quantity_below_filled`, `no_market`, `stale_quote`, `market_closed`, `would_take`, `stop_would_trigger`, `price_collar`, `insufficient_margin`, `reduce_only_mode`, `account_halted`, `symbol_not_tradable`, `max_order_size`, `max_position`, `max_open_orders`, `daily_loss_limit`, `self_trade` */
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description One of `unavailable` */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  getPosition: {
    parameters: {
      query?: {
        /** @description Default: the caller's own account */
        account_id?: string | null;
      };
      header?: never;
      path: {
        position_id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Successful Response */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          /**
           * @example {
           *       "id": "BTCUSD",
           *       "account_id": "acc-4c1029697ee3",
           *       "symbol": "BTCUSD",
           *       "side": "long",
           *       "quantity": "0.05",
           *       "average_price": "78389",
           *       "cost": "3919.45",
           *       "mark_price": "78388",
           *       "unrealized_pnl": "-0.05",
           *       "realized_pnl": "0",
           *       "currency": "USD",
           *       "updated_at": 1784505612345
           *     }
           */
          "application/json": components["schemas"]["Position"];
        };
      };
      /** @description One of `unauthenticated` */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description One of `forbidden` */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description One of `not_found`, `unknown_symbol`, `unknown_topic`, `unknown_account` */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description One of `invalid_payload`, `unsupported_resolution`, `bad_tick`, `bad_lot`, `min_notional`, `quantity_out_of_range`, `immutable_field`, `quantity_below_filled`, `no_market`, `stale_quote`, `market_closed`, `would_take`, `stop_would_trigger`, `price_collar`, `insufficient_margin`, `reduce_only_mode`, `account_halted`, `symbol_not_tradable`, `max_order_size`, `max_position`, `max_open_orders`, `daily_loss_limit`, `self_trade` */
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description One of `unavailable` */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  closePosition: {
    parameters: {
      query?: {
        /** @description Default: all of it */
        quantity?: string | null;
        /** @description Default: the caller's own account */
        account_id?: string | null;
      };
      header?: {
        /** @description Visible ASCII; the same key with the same request is carried out once */
        "Idempotency-Key"?: string | null;
      };
      path: {
        position_id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Successful Response */
      201: {
        headers: {
          /** @description `true` when the same request had come before under this id or key; this is the first answer again */
          "Idempotent-Replayed"?: "true";
          [name: string]: unknown;
        };
        content: {
          /**
           * @example {
           *       "id": "acc-4c1029697ee3-o1",
           *       "client_order_id": "first-order",
           *       "account_id": "acc-4c1029697ee3",
           *       "symbol": "BTCUSD",
           *       "side": "buy",
           *       "type": "limit",
           *       "quantity": "0.05",
           *       "filled_quantity": "0.05",
           *       "average_price": "78389",
           *       "limit_price": "78390",
           *       "time_in_force": "gtc",
           *       "session": "regular",
           *       "post_only": false,
           *       "reduce_only": false,
           *       "status": "filled",
           *       "created_at": 1784505612345,
           *       "updated_at": 1784505612345,
           *       "version": 2
           *     }
           */
          "application/json": components["schemas"]["Order"];
        };
      };
      /** @description One of `unauthenticated` */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description One of `forbidden` */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description One of `not_found`, `unknown_symbol`, `unknown_topic`, `unknown_account` */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description One of `conflict`, `duplicate_client_order_id`, `version_conflict`, `order_final` */
      409: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description One of `invalid_payload`, `unsupported_resolution`, `bad_tick`, `bad_lot`, `min_notional`, `quantity_out_of_range`, `immutable_field`, `quantity_below_filled`, `no_market`, `stale_quote`, `market_closed`, `would_take`, `stop_would_trigger`, `price_collar`, `insufficient_margin`, `reduce_only_mode`, `account_halted`, `symbol_not_tradable`, `max_order_size`, `max_position`, `max_open_orders`, `daily_loss_limit`, `self_trade` */
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description One of `unavailable` */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  reversePosition: {
    parameters: {
      query?: {
        /** @description Default: the caller's own account */
        account_id?: string | null;
      };
      header?: {
        /** @description Visible ASCII; the same key with the same request is carried out once */
        "Idempotency-Key"?: string | null;
      };
      path: {
        position_id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Successful Response */
      201: {
        headers: {
          /** @description `true` when the same request had come before under this id or key; this is the first answer again */
          "Idempotent-Replayed"?: "true";
          [name: string]: unknown;
        };
        content: {
          /**
           * @example {
           *       "id": "acc-4c1029697ee3-o1",
           *       "client_order_id": "first-order",
           *       "account_id": "acc-4c1029697ee3",
           *       "symbol": "BTCUSD",
           *       "side": "buy",
           *       "type": "limit",
           *       "quantity": "0.05",
           *       "filled_quantity": "0.05",
           *       "average_price": "78389",
           *       "limit_price": "78390",
           *       "time_in_force": "gtc",
           *       "session": "regular",
           *       "post_only": false,
           *       "reduce_only": false,
           *       "status": "filled",
           *       "created_at": 1784505612345,
           *       "updated_at": 1784505612345,
           *       "version": 2
           *     }
           */
          "application/json": components["schemas"]["Order"];
        };
      };
      /** @description One of `unauthenticated` */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description One of `forbidden` */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description One of `not_found`, `unknown_symbol`, `unknown_topic`, `unknown_account` */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description One of `conflict`, `duplicate_client_order_id`, `version_conflict`, `order_final` */
      409: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description One of `invalid_payload`, `unsupported_resolution`, `bad_tick`, `bad_lot`, `min_notional`, `quantity_out_of_range`, `immutable_field`, `quantity_below_filled`, `no_market`, `stale_quote`, `market_closed`, `would_take`, `stop_would_trigger`, `price_collar`, `insufficient_margin`, `reduce_only_mode`, `account_halted`, `symbol_not_tradable`, `max_order_size`, `max_position`, `max_open_orders`, `daily_loss_limit`, `self_trade` */
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description One of `unavailable` */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  setPositionBrackets: {
    parameters: {
      query?: {
        /** @description Default: the caller's own account */
        account_id?: string | null;
      };
      header?: never;
      path: {
        position_id: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        /**
         * @example {
         *       "take_profit": {
         *         "limit_price": "79500"
         *       },
         *       "stop_loss": {
         *         "stop_price": "78000"
         *       }
         *     }
         */
        "application/json": components["schemas"]["ExitsRequest"];
      };
    };
    responses: {
      /** @description Successful Response */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          /**
           * @example {
           *       "orders": [
           *         {
           *           "id": "acc-4c1029697ee3-o2",
           *           "client_order_id": "acc-4c1029697ee3-o2",
           *           "account_id": "acc-4c1029697ee3",
           *           "symbol": "BTCUSD",
           *           "side": "sell",
           *           "type": "stop",
           *           "quantity": "0.05",
           *           "filled_quantity": "0",
           *           "stop_price": "78000",
           *           "time_in_force": "gtc",
           *           "session": "regular",
           *           "post_only": false,
           *           "reduce_only": true,
           *           "status": "working",
           *           "parent_id": "BTCUSD",
           *           "parent_type": "position",
           *           "group_id": "acc-4c1029697ee3-p-BTCUSD",
           *           "group_type": "bracket",
           *           "created_at": 1784505612345,
           *           "updated_at": 1784505612345,
           *           "version": 1
           *         }
           *       ]
           *     }
           */
          "application/json": components["schemas"]["PositionExits"];
        };
      };
      /** @description One of `invalid_json`, `unknown_type`, `invalid_host` */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description One of `unauthenticated` */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description One of `forbidden` */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description One of `not_found`, `unknown_symbol`, `unknown_topic`, `unknown_account` */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description One of `too_large` */
      413: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description One of `unsupported_media_type` */
      415: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description One of `invalid_payload`, `unsupported_resolution`, `bad_tick`, `bad_lot`, `min_notional`, `quantity_out_of_range`, `immutable_field`, `quantity_below_filled`, `no_market`, `stale_quote`, `market_closed`, `would_take`, `stop_would_trigger`, `price_collar`, `insufficient_margin`, `reduce_only_mode`, `account_halted`, `symbol_not_tradable`, `max_order_size`, `max_position`, `max_open_orders`, `daily_loss_limit`, `self_trade` */
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description One of `unavailable` */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  listAccounts: {
    parameters: {
      query?: {
        /** @description At most so many items */
        limit?: number;
        /** @description `next_cursor` of the page before; absent for the first */
        cursor?: string | null;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Successful Response */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          /**
           * @example {
           *       "items": [
           *         {
           *           "id": "acc-4c1029697ee3",
           *           "name": "Paper account",
           *           "currency": "USD",
           *           "mode": "netting",
           *           "fifo": false,
           *           "balance": "100000",
           *           "equity": "99999.95",
           *           "unrealized_pnl": "-0.05",
           *           "realized_pnl": "0",
           *           "margin_used": "3919.4",
           *           "margin_reserved": "0",
           *           "free_margin": "96080.55",
           *           "buying_power": "96080.55",
           *           "margin_level": "25.516137674134",
           *           "leverage": "1",
           *           "status": "active",
           *           "flags": []
           *         }
           *       ]
           *     }
           */
          "application/json": components["schemas"]["AccountPage"];
        };
      };
      /** @description One of `unauthenticated` */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description One of `forbidden` */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description One of `not_found`, `unknown_symbol`, `unknown_topic`, `unknown_account` */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description One of `invalid_payload`, `unsupported_resolution`, `bad_tick`, `bad_lot`, `min_notional`, `quantity_out_of_range`, `immutable_field`, `quantity_below_filled`, `no_market`, `stale_quote`, `market_closed`, `would_take`, `stop_would_trigger`, `price_collar`, `insufficient_margin`, `reduce_only_mode`, `account_halted`, `symbol_not_tradable`, `max_order_size`, `max_position`, `max_open_orders`, `daily_loss_limit`, `self_trade` */
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description One of `unavailable` */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  createAccount: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        /**
         * @example {
         *       "name": "Swing trades",
         *       "currency": "USD",
         *       "balance": "25000",
         *       "leverage": "1",
         *       "mode": "netting",
         *       "fifo": false
         *     }
         */
        "application/json": components["schemas"]["CreateAccountRequest"];
      };
    };
    responses: {
      /** @description Successful Response */
      201: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          /**
           * @example {
           *       "id": "acc-4c1029697ee3",
           *       "name": "Paper account",
           *       "currency": "USD",
           *       "mode": "netting",
           *       "fifo": false,
           *       "balance": "100000",
           *       "equity": "99999.95",
           *       "unrealized_pnl": "-0.05",
           *       "realized_pnl": "0",
           *       "margin_used": "3919.4",
           *       "margin_reserved": "0",
           *       "free_margin": "96080.55",
           *       "buying_power": "96080.55",
           *       "margin_level": "25.516137674134",
           *       "leverage": "1",
           *       "status": "active",
           *       "flags": []
           *     }
           */
          "application/json": components["schemas"]["Account"];
        };
      };
      /** @description One of `invalid_json`, `unknown_type`, `invalid_host` */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description One of `unauthenticated` */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description One of `forbidden` */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description One of `not_found`, `unknown_symbol`, `unknown_topic`, `unknown_account` */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description One of `conflict`, `duplicate_client_order_id`, `version_conflict`, `order_final` */
      409: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description One of `too_large` */
      413: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description One of `unsupported_media_type` */
      415: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description One of `invalid_payload`, `unsupported_resolution`, `bad_tick`, `bad_lot`, `min_notional`, `quantity_out_of_range`, `immutable_field`, `quantity_below_filled`, `no_market`, `stale_quote`, `market_closed`, `would_take`, `stop_would_trigger`, `price_collar`, `insufficient_margin`, `reduce_only_mode`, `account_halted`, `symbol_not_tradable`, `max_order_size`, `max_position`, `max_open_orders`, `daily_loss_limit`, `self_trade` */
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description One of `unavailable` */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  getAccount: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        account_id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Successful Response */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          /**
           * @example {
           *       "id": "acc-4c1029697ee3",
           *       "name": "Paper account",
           *       "currency": "USD",
           *       "mode": "netting",
           *       "fifo": false,
           *       "balance": "100000",
           *       "equity": "99999.95",
           *       "unrealized_pnl": "-0.05",
           *       "realized_pnl": "0",
           *       "margin_used": "3919.4",
           *       "margin_reserved": "0",
           *       "free_margin": "96080.55",
           *       "buying_power": "96080.55",
           *       "margin_level": "25.516137674134",
           *       "leverage": "1",
           *       "status": "active",
           *       "flags": []
           *     }
           */
          "application/json": components["schemas"]["Account"];
        };
      };
      /** @description One of `unauthenticated` */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description One of `forbidden` */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description One of `not_found`, `unknown_symbol`, `unknown_topic`, `unknown_account` */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description One of `invalid_payload`, `unsupported_resolution`, `bad_tick`, `bad_lot`, `min_notional`, `quantity_out_of_range`, `immutable_field`, `quantity_below_filled`, `no_market`, `stale_quote`, `market_closed`, `would_take`, `stop_would_trigger`, `price_collar`, `insufficient_margin`, `reduce_only_mode`, `account_halted`, `symbol_not_tradable`, `max_order_size`, `max_position`, `max_open_orders`, `daily_loss_limit`, `self_trade` */
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description One of `unavailable` */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  getEquityCurve: {
    parameters: {
      query?: {
        interval?: "1m" | "1h" | "1d";
        /** @description Instant in epoch milliseconds, UTC */
        from?: number | null;
        /** @description Exclusive */
        to?: number | null;
        /** @description At most so many items */
        limit?: number;
        /** @description `next_cursor` of the page before; absent for the first */
        cursor?: string | null;
      };
      header?: never;
      path: {
        account_id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Successful Response */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          /**
           * @example {
           *       "items": [
           *         {
           *           "time": 1784505612345,
           *           "equity": "99999.95",
           *           "balance": "100000"
           *         }
           *       ]
           *     }
           */
          "application/json": components["schemas"]["EquityPage"];
        };
      };
      /** @description One of `unauthenticated` */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description One of `forbidden` */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description One of `not_found`, `unknown_symbol`, `unknown_topic`, `unknown_account` */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description One of `invalid_payload`, `unsupported_resolution`, `bad_tick`, `bad_lot`, `min_notional`, `quantity_out_of_range`, `immutable_field`, `quantity_below_filled`, `no_market`, `stale_quote`, `market_closed`, `would_take`, `stop_would_trigger`, `price_collar`, `insufficient_margin`, `reduce_only_mode`, `account_halted`, `symbol_not_tradable`, `max_order_size`, `max_position`, `max_open_orders`, `daily_loss_limit`, `self_trade` */
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description One of `unavailable` */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  resetAccount: {
    parameters: {
      query?: never;
      header?: {
        /** @description Visible ASCII; the same key with the same request is carried out once */
        "Idempotency-Key"?: string | null;
      };
      path: {
        account_id: string;
      };
      cookie?: never;
    };
    requestBody?: {
      content: {
        /**
         * @example {
         *       "balance": "25000"
         *     }
         */
        "application/json": components["schemas"]["ResetRequest"];
      };
    };
    responses: {
      /** @description Successful Response */
      200: {
        headers: {
          /** @description `true` when the same request had come before under this id or key; this is the first answer again */
          "Idempotent-Replayed"?: "true";
          [name: string]: unknown;
        };
        content: {
          /**
           * @example {
           *       "id": "acc-4c1029697ee3",
           *       "name": "Paper account",
           *       "currency": "USD",
           *       "mode": "netting",
           *       "fifo": false,
           *       "balance": "100000",
           *       "equity": "99999.95",
           *       "unrealized_pnl": "-0.05",
           *       "realized_pnl": "0",
           *       "margin_used": "3919.4",
           *       "margin_reserved": "0",
           *       "free_margin": "96080.55",
           *       "buying_power": "96080.55",
           *       "margin_level": "25.516137674134",
           *       "leverage": "1",
           *       "status": "active",
           *       "flags": []
           *     }
           */
          "application/json": components["schemas"]["Account"];
        };
      };
      /** @description One of `invalid_json`, `unknown_type`, `invalid_host` */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description One of `unauthenticated` */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description One of `forbidden` */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description One of `not_found`, `unknown_symbol`, `unknown_topic`, `unknown_account` */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description One of `conflict`, `duplicate_client_order_id`, `version_conflict`, `order_final` */
      409: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description One of `too_large` */
      413: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description One of `unsupported_media_type` */
      415: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description One of `invalid_payload`, `unsupported_resolution`, `bad_tick`, `bad_lot`, `min_notional`, `quantity_out_of_range`, `immutable_field`, `quantity_below_filled`, `no_market`, `stale_quote`, `market_closed`, `would_take`, `stop_would_trigger`, `price_collar`, `insufficient_margin`, `reduce_only_mode`, `account_halted`, `symbol_not_tradable`, `max_order_size`, `max_position`, `max_open_orders`, `daily_loss_limit`, `self_trade` */
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description One of `unavailable` */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  haltAccount: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        account_id: string;
      };
      cookie?: never;
    };
    requestBody?: {
      content: {
        /**
         * @example {
         *       "flatten": true,
         *       "reducing": false
         *     }
         */
        "application/json": components["schemas"]["HaltRequest"];
      };
    };
    responses: {
      /** @description Successful Response */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          /**
           * @example {
           *       "id": "acc-4c1029697ee3",
           *       "name": "Paper account",
           *       "currency": "USD",
           *       "mode": "netting",
           *       "fifo": false,
           *       "balance": "100000",
           *       "equity": "99999.95",
           *       "unrealized_pnl": "-0.05",
           *       "realized_pnl": "0",
           *       "margin_used": "3919.4",
           *       "margin_reserved": "0",
           *       "free_margin": "96080.55",
           *       "buying_power": "96080.55",
           *       "margin_level": "25.516137674134",
           *       "leverage": "1",
           *       "status": "active",
           *       "flags": []
           *     }
           */
          "application/json": components["schemas"]["Account"];
        };
      };
      /** @description One of `invalid_json`, `unknown_type`, `invalid_host` */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description One of `unauthenticated` */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description One of `forbidden` */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description One of `not_found`, `unknown_symbol`, `unknown_topic`, `unknown_account` */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description One of `too_large` */
      413: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description One of `unsupported_media_type` */
      415: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description One of `invalid_payload`, `unsupported_resolution`, `bad_tick`, `bad_lot`, `min_notional`, `quantity_out_of_range`, `immutable_field`, `quantity_below_filled`, `no_market`, `stale_quote`, `market_closed`, `would_take`, `stop_would_trigger`, `price_collar`, `insufficient_margin`, `reduce_only_mode`, `account_halted`, `symbol_not_tradable`, `max_order_size`, `max_position`, `max_open_orders`, `daily_loss_limit`, `self_trade` */
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description One of `unavailable` */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  resumeAccount: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        account_id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Successful Response */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          /**
           * @example {
           *       "id": "acc-4c1029697ee3",
           *       "name": "Paper account",
           *       "currency": "USD",
           *       "mode": "netting",
           *       "fifo": false,
           *       "balance": "100000",
           *       "equity": "99999.95",
           *       "unrealized_pnl": "-0.05",
           *       "realized_pnl": "0",
           *       "margin_used": "3919.4",
           *       "margin_reserved": "0",
           *       "free_margin": "96080.55",
           *       "buying_power": "96080.55",
           *       "margin_level": "25.516137674134",
           *       "leverage": "1",
           *       "status": "active",
           *       "flags": []
           *     }
           */
          "application/json": components["schemas"]["Account"];
        };
      };
      /** @description One of `unauthenticated` */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description One of `forbidden` */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description One of `not_found`, `unknown_symbol`, `unknown_topic`, `unknown_account` */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description One of `invalid_payload`, `unsupported_resolution`, `bad_tick`, `bad_lot`, `min_notional`, `quantity_out_of_range`, `immutable_field`, `quantity_below_filled`, `no_market`, `stale_quote`, `market_closed`, `would_take`, `stop_would_trigger`, `price_collar`, `insufficient_margin`, `reduce_only_mode`, `account_halted`, `symbol_not_tradable`, `max_order_size`, `max_position`, `max_open_orders`, `daily_loss_limit`, `self_trade` */
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description One of `unavailable` */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  setDeadman: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        account_id: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        /**
         * @example {
         *       "seconds": 60
         *     }
         */
        "application/json": components["schemas"]["DeadmanRequest"];
      };
    };
    responses: {
      /** @description Successful Response */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          /**
           * @example {
           *       "account_id": "acc-4c1029697ee3",
           *       "seconds": 60,
           *       "expires_at": 1784505672345
           *     }
           */
          "application/json": components["schemas"]["Deadman"];
        };
      };
      /** @description One of `invalid_json`, `unknown_type`, `invalid_host` */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description One of `unauthenticated` */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description One of `forbidden` */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description One of `not_found`, `unknown_symbol`, `unknown_topic`, `unknown_account` */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description One of `too_large` */
      413: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description One of `unsupported_media_type` */
      415: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description One of `invalid_payload`, `unsupported_resolution`, `bad_tick`, `bad_lot`, `min_notional`, `quantity_out_of_range`, `immutable_field`, `quantity_below_filled`, `no_market`, `stale_quote`, `market_closed`, `would_take`, `stop_would_trigger`, `price_collar`, `insufficient_margin`, `reduce_only_mode`, `account_halted`, `symbol_not_tradable`, `max_order_size`, `max_position`, `max_open_orders`, `daily_loss_limit`, `self_trade` */
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description One of `unavailable` */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  getLeverage: {
    parameters: {
      query?: {
        /** @description Default: the caller's own account */
        account_id?: string | null;
      };
      header?: never;
      path: {
        symbol: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Successful Response */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          /**
           * @example {
           *       "symbol": "BTCUSD",
           *       "leverage": "4",
           *       "min": "1",
           *       "max": "50",
           *       "step": "1"
           *     }
           */
          "application/json": components["schemas"]["Leverage"];
        };
      };
      /** @description One of `unauthenticated` */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description One of `forbidden` */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description One of `not_found`, `unknown_symbol`, `unknown_topic`, `unknown_account` */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description One of `invalid_payload`, `unsupported_resolution`, `bad_tick`, `bad_lot`, `min_notional`, `quantity_out_of_range`, `immutable_field`, `quantity_below_filled`, `no_market`, `stale_quote`, `market_closed`, `would_take`, `stop_would_trigger`, `price_collar`, `insufficient_margin`, `reduce_only_mode`, `account_halted`, `symbol_not_tradable`, `max_order_size`, `max_position`, `max_open_orders`, `daily_loss_limit`, `self_trade` */
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description One of `unavailable` */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  setLeverage: {
    parameters: {
      query?: {
        /** @description Default: the caller's own account */
        account_id?: string | null;
      };
      header?: never;
      path: {
        symbol: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        /**
         * @example {
         *       "leverage": "4"
         *     }
         */
        "application/json": components["schemas"]["LeverageRequest"];
      };
    };
    responses: {
      /** @description Successful Response */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          /**
           * @example {
           *       "symbol": "BTCUSD",
           *       "leverage": "4",
           *       "min": "1",
           *       "max": "50",
           *       "step": "1"
           *     }
           */
          "application/json": components["schemas"]["Leverage"];
        };
      };
      /** @description One of `invalid_json`, `unknown_type`, `invalid_host` */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description One of `unauthenticated` */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description One of `forbidden` */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description One of `not_found`, `unknown_symbol`, `unknown_topic`, `unknown_account` */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description One of `too_large` */
      413: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description One of `unsupported_media_type` */
      415: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description One of `invalid_payload`, `unsupported_resolution`, `bad_tick`, `bad_lot`, `min_notional`, `quantity_out_of_range`, `immutable_field`, `quantity_below_filled`, `no_market`, `stale_quote`, `market_closed`, `would_take`, `stop_would_trigger`, `price_collar`, `insufficient_margin`, `reduce_only_mode`, `account_halted`, `symbol_not_tradable`, `max_order_size`, `max_position`, `max_open_orders`, `daily_loss_limit`, `self_trade` */
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description One of `unavailable` */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  previewLeverage: {
    parameters: {
      query?: {
        /** @description Default: the caller's own account */
        account_id?: string | null;
      };
      header?: never;
      path: {
        symbol: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        /**
         * @example {
         *       "leverage": "4"
         *     }
         */
        "application/json": components["schemas"]["LeverageRequest"];
      };
    };
    responses: {
      /** @description Successful Response */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          /**
           * @example {
           *       "symbol": "BTCUSD",
           *       "leverage": "4",
           *       "min": "1",
           *       "max": "50",
           *       "step": "1",
           *       "margin_used": "979.85",
           *       "free_margin": "99020.1",
           *       "warnings": [],
           *       "errors": []
           *     }
           */
          "application/json": components["schemas"]["LeveragePreview"];
        };
      };
      /** @description One of `invalid_json`, `unknown_type`, `invalid_host` */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description One of `unauthenticated` */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description One of `forbidden` */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description One of `not_found`, `unknown_symbol`, `unknown_topic`, `unknown_account` */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description One of `too_large` */
      413: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description One of `unsupported_media_type` */
      415: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description One of `invalid_payload`, `unsupported_resolution`, `bad_tick`, `bad_lot`, `min_notional`, `quantity_out_of_range`, `immutable_field`, `quantity_below_filled`, `no_market`, `stale_quote`, `market_closed`, `would_take`, `stop_would_trigger`, `price_collar`, `insufficient_margin`, `reduce_only_mode`, `account_halted`, `symbol_not_tradable`, `max_order_size`, `max_position`, `max_open_orders`, `daily_loss_limit`, `self_trade` */
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description One of `unavailable` */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  getDatafeedConfiguration: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Successful Response */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          /**
           * @example {
           *       "supports_search": true,
           *       "supports_group_request": false,
           *       "supports_marks": false,
           *       "supports_timescale_marks": false,
           *       "supports_time": true,
           *       "supported_resolutions": [
           *         "1S",
           *         "5S",
           *         "15S",
           *         "30S",
           *         "1",
           *         "3",
           *         "5",
           *         "15",
           *         "30",
           *         "60",
           *         "120",
           *         "180",
           *         "240",
           *         "1D",
           *         "1W",
           *         "1M",
           *         "12M"
           *       ],
           *       "exchanges": [
           *         {
           *           "value": "",
           *           "name": "All",
           *           "desc": ""
           *         },
           *         {
           *           "value": "NASDAQ",
           *           "name": "NASDAQ",
           *           "desc": "NASDAQ"
           *         }
           *       ],
           *       "symbols_types": [
           *         {
           *           "value": "",
           *           "name": "All",
           *           "desc": ""
           *         },
           *         {
           *           "value": "stock",
           *           "name": "Stock",
           *           "desc": "stock"
           *         }
           *       ],
           *       "currency_codes": [
           *         "USD"
           *       ]
           *     }
           */
          "application/json": components["schemas"]["DatafeedConfiguration"];
        };
      };
      /** @description One of `unauthenticated` */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description One of `forbidden` */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  getTime: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Successful Response */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          /**
           * @example {
           *       "time": 1784505612345
           *     }
           */
          "application/json": components["schemas"]["CurrentTime"];
        };
      };
      /** @description One of `unauthenticated` */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description One of `forbidden` */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  searchSymbols: {
    parameters: {
      query?: {
        query?: string;
        type?: string;
        exchange?: string;
        /** @description At most so many items */
        limit?: number;
        /** @description `next_cursor` of the page before; absent for the first */
        cursor?: string | null;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Successful Response */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          /**
           * @example {
           *       "items": [
           *         {
           *           "symbol": "AAPL",
           *           "full_name": "NASDAQ:AAPL",
           *           "description": "Apple Inc.",
           *           "type": "stock",
           *           "exchange": "NASDAQ",
           *           "currency": "USD",
           *           "timezone": "America/New_York",
           *           "session": "0930-1600",
           *           "calendar": "XNYS",
           *           "session_holidays": "20261126,20261225",
           *           "corrections": "0930-1300:20261127,20261224",
           *           "session_premarket": "",
           *           "session_postmarket": "",
           *           "earlier_sessions": "",
           *           "price_scale": 100,
           *           "min_move": 1,
           *           "tick_size": "0.01",
           *           "lot_size": "1",
           *           "min_quantity": "1",
           *           "max_quantity": "1000000",
           *           "quantity_step": "1",
           *           "supported_resolutions": [
           *             "1S",
           *             "5S",
           *             "15S",
           *             "30S",
           *             "1",
           *             "3",
           *             "5",
           *             "15",
           *             "30",
           *             "60",
           *             "120",
           *             "180",
           *             "240",
           *             "1D",
           *             "1W",
           *             "1M",
           *             "12M"
           *           ],
           *           "has_depth": false,
           *           "has_trades": true,
           *           "fidelity": "daily",
           *           "status": "open",
           *           "shortable": true,
           *           "margin_rate": "1"
           *         }
           *       ]
           *     }
           */
          "application/json": components["schemas"]["SymbolList"];
        };
      };
      /** @description One of `unauthenticated` */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description One of `forbidden` */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description One of `invalid_payload`, `unsupported_resolution`, `bad_tick`, `bad_lot`, `min_notional`, `quantity_out_of_range`, `immutable_field`, `quantity_below_filled`, `no_market`, `stale_quote`, `market_closed`, `would_take`, `stop_would_trigger`, `price_collar`, `insufficient_margin`, `reduce_only_mode`, `account_halted`, `symbol_not_tradable`, `max_order_size`, `max_position`, `max_open_orders`, `daily_loss_limit`, `self_trade` */
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  getSymbol: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        /** @description Name or EXCHANGE:NAME */
        symbol: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Successful Response */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          /**
           * @example {
           *       "symbol": "AAPL",
           *       "full_name": "NASDAQ:AAPL",
           *       "description": "Apple Inc.",
           *       "type": "stock",
           *       "exchange": "NASDAQ",
           *       "currency": "USD",
           *       "timezone": "America/New_York",
           *       "session": "0930-1600",
           *       "calendar": "XNYS",
           *       "session_holidays": "20261126,20261225",
           *       "corrections": "0930-1300:20261127,20261224",
           *       "session_premarket": "",
           *       "session_postmarket": "",
           *       "earlier_sessions": "",
           *       "price_scale": 100,
           *       "min_move": 1,
           *       "tick_size": "0.01",
           *       "lot_size": "1",
           *       "min_quantity": "1",
           *       "max_quantity": "1000000",
           *       "quantity_step": "1",
           *       "supported_resolutions": [
           *         "1S",
           *         "5S",
           *         "15S",
           *         "30S",
           *         "1",
           *         "3",
           *         "5",
           *         "15",
           *         "30",
           *         "60",
           *         "120",
           *         "180",
           *         "240",
           *         "1D",
           *         "1W",
           *         "1M",
           *         "12M"
           *       ],
           *       "has_depth": false,
           *       "has_trades": true,
           *       "fidelity": "daily",
           *       "status": "open",
           *       "shortable": true,
           *       "margin_rate": "1"
           *     }
           */
          "application/json": components["schemas"]["SymbolInfo"];
        };
      };
      /** @description One of `unauthenticated` */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description One of `forbidden` */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description One of `not_found`, `unknown_symbol`, `unknown_topic`, `unknown_account` */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description One of `invalid_payload`, `unsupported_resolution`, `bad_tick`, `bad_lot`, `min_notional`, `quantity_out_of_range`, `immutable_field`, `quantity_below_filled`, `no_market`, `stale_quote`, `market_closed`, `would_take`, `stop_would_trigger`, `price_collar`, `insufficient_margin`, `reduce_only_mode`, `account_halted`, `symbol_not_tradable`, `max_order_size`, `max_position`, `max_open_orders`, `daily_loss_limit`, `self_trade` */
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  getBars: {
    parameters: {
      query: {
        /** @description Name or EXCHANGE:NAME */
        symbol: string;
        resolution:
          | "1S"
          | "5S"
          | "15S"
          | "30S"
          | "1"
          | "3"
          | "5"
          | "15"
          | "30"
          | "60"
          | "120"
          | "180"
          | "240"
          | "1D"
          | "1W"
          | "1M"
          | "12M";
        /** @description Instant in epoch milliseconds, UTC */
        from?: number | null;
        /** @description Instant in epoch milliseconds, UTC */
        to?: number | null;
        count_back?: number | null;
        /** @description For splits and dividends */
        adjusted?: boolean;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Successful Response */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          /**
           * @example {
           *       "symbol": "BTCUSD",
           *       "resolution": "1",
           *       "bars": [
           *         {
           *           "time": 1784505540000,
           *           "open": 78371,
           *           "high": 78386,
           *           "low": 78371,
           *           "close": 78380,
           *           "volume": 0.31250017
           *         },
           *         {
           *           "time": 1784505600000,
           *           "open": 78380,
           *           "high": 78391,
           *           "low": 78379,
           *           "close": 78390,
           *           "volume": 0.12084
           *         }
           *       ]
           *     }
           */
          "application/json": components["schemas"]["BarSeries"];
        };
      };
      /** @description `If-None-Match` names the answer's `ETag`: the client has it already */
      304: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      /** @description One of `unauthenticated` */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description One of `forbidden` */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description One of `not_found`, `unknown_symbol`, `unknown_topic`, `unknown_account` */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description One of `invalid_payload`, `unsupported_resolution`, `bad_tick`, `bad_lot`, `min_notional`, `quantity_out_of_range`, `immutable_field`, `quantity_below_filled`, `no_market`, `stale_quote`, `market_closed`, `would_take`, `stop_would_trigger`, `price_collar`, `insufficient_margin`, `reduce_only_mode`, `account_halted`, `symbol_not_tradable`, `max_order_size`, `max_position`, `max_open_orders`, `daily_loss_limit`, `self_trade` */
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  getQuotes: {
    parameters: {
      query: {
        /** @description At most 1000 names, separated by commas */
        symbols: string;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Successful Response */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          /**
           * @example {
           *       "items": [
           *         {
           *           "symbol": "BTCUSD",
           *           "time": 1784505612345,
           *           "bid": 78389,
           *           "ask": 78390,
           *           "bid_size": 0.41200511,
           *           "ask_size": 1.2,
           *           "last": 78390,
           *           "change": 71,
           *           "change_percent": 0.0907,
           *           "open": 78319,
           *           "high": 78497,
           *           "low": 78319,
           *           "previous_close": 78319,
           *           "volume": 301.77193324,
           *           "status": "open",
           *           "fidelity": "tick"
           *         }
           *       ]
           *     }
           */
          "application/json": components["schemas"]["QuoteList"];
        };
      };
      /** @description One of `unauthenticated` */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description One of `forbidden` */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description One of `not_found`, `unknown_symbol`, `unknown_topic`, `unknown_account` */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description One of `invalid_payload`, `unsupported_resolution`, `bad_tick`, `bad_lot`, `min_notional`, `quantity_out_of_range`, `immutable_field`, `quantity_below_filled`, `no_market`, `stale_quote`, `market_closed`, `would_take`, `stop_would_trigger`, `price_collar`, `insufficient_margin`, `reduce_only_mode`, `account_halted`, `symbol_not_tradable`, `max_order_size`, `max_position`, `max_open_orders`, `daily_loss_limit`, `self_trade` */
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  getTrades: {
    parameters: {
      query: {
        /** @description Name or EXCHANGE:NAME */
        symbol: string;
        /** @description Instant in epoch milliseconds, UTC */
        from?: number | null;
        /** @description Instant in epoch milliseconds, UTC */
        to?: number | null;
        /** @description At most so many items */
        limit?: number;
        /** @description `next_cursor` of the page before; absent for the first */
        cursor?: string | null;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Successful Response */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          /**
           * @example {
           *       "items": [
           *         {
           *           "id": "114578-568694550",
           *           "symbol": "BTCUSD",
           *           "time": 1784505612345,
           *           "price": 78390,
           *           "size": 0.0004,
           *           "side": "buy"
           *         }
           *       ]
           *     }
           */
          "application/json": components["schemas"]["TradeList"];
        };
      };
      /** @description One of `unauthenticated` */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description One of `forbidden` */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description One of `not_found`, `unknown_symbol`, `unknown_topic`, `unknown_account` */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description One of `invalid_payload`, `unsupported_resolution`, `bad_tick`, `bad_lot`, `min_notional`, `quantity_out_of_range`, `immutable_field`, `quantity_below_filled`, `no_market`, `stale_quote`, `market_closed`, `would_take`, `stop_would_trigger`, `price_collar`, `insufficient_margin`, `reduce_only_mode`, `account_halted`, `symbol_not_tradable`, `max_order_size`, `max_position`, `max_open_orders`, `daily_loss_limit`, `self_trade` */
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  getDepth: {
    parameters: {
      query: {
        /** @description Name or EXCHANGE:NAME */
        symbol: string;
        levels?: 5 | 10 | 25 | 50;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Successful Response */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          /**
           * @example {
           *       "items": [
           *         {
           *           "symbol": "BTCUSD",
           *           "time": 1784505612345,
           *           "bids": [
           *             [
           *               78389,
           *               0.41200511
           *             ],
           *             [
           *               78388,
           *               0.1
           *             ],
           *             [
           *               78387.5,
           *               1.25
           *             ],
           *             [
           *               78387,
           *               0.5
           *             ],
           *             [
           *               78385,
           *               2
           *             ]
           *           ],
           *           "asks": [
           *             [
           *               78390,
           *               1.2
           *             ],
           *             [
           *               78391,
           *               0.3
           *             ],
           *             [
           *               78392,
           *               0.00127
           *             ],
           *             [
           *               78393,
           *               0.8
           *             ],
           *             [
           *               78394.5,
           *               1
           *             ]
           *           ],
           *           "checksum": 2421175128
           *         }
           *       ]
           *     }
           */
          "application/json": components["schemas"]["DepthList"];
        };
      };
      /** @description One of `unauthenticated` */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description One of `forbidden` */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description One of `not_found`, `unknown_symbol`, `unknown_topic`, `unknown_account` */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description One of `invalid_payload`, `unsupported_resolution`, `bad_tick`, `bad_lot`, `min_notional`, `quantity_out_of_range`, `immutable_field`, `quantity_below_filled`, `no_market`, `stale_quote`, `market_closed`, `would_take`, `stop_would_trigger`, `price_collar`, `insufficient_margin`, `reduce_only_mode`, `account_halted`, `symbol_not_tradable`, `max_order_size`, `max_position`, `max_open_orders`, `daily_loss_limit`, `self_trade` */
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  getReplay: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Successful Response */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          /**
           * @example {
           *       "start": 1795100400000,
           *       "end": 1795186800000,
           *       "now": 1795104123450,
           *       "speed": 60,
           *       "state": "running",
           *       "events": 161250
           *     }
           */
          "application/json": components["schemas"]["ReplayState"];
        };
      };
      /** @description One of `unauthenticated` */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description One of `forbidden` */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description One of `not_found`, `unknown_symbol`, `unknown_topic`, `unknown_account` */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  changeReplay: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        /**
         * @example {
         *       "step": 1
         *     }
         */
        "application/json": components["schemas"]["ReplayChange"];
      };
    };
    responses: {
      /** @description Successful Response */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          /**
           * @example {
           *       "start": 1795100400000,
           *       "end": 1795186800000,
           *       "now": 1795104123450,
           *       "speed": 60,
           *       "state": "running",
           *       "events": 161250
           *     }
           */
          "application/json": components["schemas"]["ReplayState"];
        };
      };
      /** @description One of `invalid_json`, `unknown_type`, `invalid_host` */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description One of `unauthenticated` */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description One of `forbidden` */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description One of `not_found`, `unknown_symbol`, `unknown_topic`, `unknown_account` */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description One of `conflict`, `duplicate_client_order_id`, `version_conflict`, `order_final` */
      409: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description One of `too_large` */
      413: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description One of `unsupported_media_type` */
      415: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description One of `invalid_payload`, `unsupported_resolution`, `bad_tick`, `bad_lot`, `min_notional`, `quantity_out_of_range`, `immutable_field`, `quantity_below_filled`, `no_market`, `stale_quote`, `market_closed`, `would_take`, `stop_would_trigger`, `price_collar`, `insufficient_margin`, `reduce_only_mode`, `account_halted`, `symbol_not_tradable`, `max_order_size`, `max_position`, `max_open_orders`, `daily_loss_limit`, `self_trade` */
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  getUdfConfiguration: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Successful Response */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          /**
           * @example {
           *       "supports_search": true,
           *       "supports_group_request": false,
           *       "supports_marks": true,
           *       "supports_timescale_marks": true,
           *       "supports_time": true,
           *       "supported_resolutions": [
           *         "1S",
           *         "5S",
           *         "15S",
           *         "30S",
           *         "1",
           *         "3",
           *         "5",
           *         "15",
           *         "30",
           *         "60",
           *         "120",
           *         "180",
           *         "240",
           *         "1D",
           *         "1W",
           *         "1M",
           *         "12M"
           *       ],
           *       "exchanges": [
           *         {
           *           "value": "",
           *           "name": "All",
           *           "desc": ""
           *         },
           *         {
           *           "value": "NASDAQ",
           *           "name": "NASDAQ",
           *           "desc": "NASDAQ"
           *         }
           *       ],
           *       "symbols_types": [
           *         {
           *           "name": "All",
           *           "value": ""
           *         },
           *         {
           *           "name": "Stock",
           *           "value": "stock"
           *         }
           *       ],
           *       "currency_codes": [
           *         "USD"
           *       ]
           *     }
           */
          "application/json": components["schemas"]["UdfConfiguration"];
        };
      };
      /** @description One of `unauthenticated` */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description One of `forbidden` */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  getUdfTime: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Successful Response */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          /** @example 1784505612 */
          "application/json": number;
        };
      };
      /** @description One of `unauthenticated` */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description One of `forbidden` */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  getUdfSymbol: {
    parameters: {
      query: {
        /** @description Name, ticker or EXCHANGE:NAME */
        symbol: string;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Successful Response */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          /**
           * @example {
           *       "name": "AAPL",
           *       "ticker": "AAPL",
           *       "full_name": "NASDAQ:AAPL",
           *       "description": "Apple Inc.",
           *       "type": "stock",
           *       "exchange": "NASDAQ",
           *       "listed_exchange": "NASDAQ",
           *       "timezone": "America/New_York",
           *       "session": "0930-1600",
           *       "session_holidays": "20261126,20261225",
           *       "corrections": "0930-1300:20261127,20261224",
           *       "minmov": 1,
           *       "minmove2": 0,
           *       "pricescale": 100,
           *       "fractional": false,
           *       "has_intraday": true,
           *       "has_daily": true,
           *       "has_weekly_and_monthly": true,
           *       "has_empty_bars": false,
           *       "has_seconds": true,
           *       "has_ticks": false,
           *       "intraday_multipliers": [
           *         "1",
           *         "3",
           *         "5",
           *         "15",
           *         "30",
           *         "60",
           *         "120",
           *         "180",
           *         "240"
           *       ],
           *       "seconds_multipliers": [
           *         "1",
           *         "5",
           *         "15",
           *         "30"
           *       ],
           *       "supported_resolutions": [
           *         "1S",
           *         "5S",
           *         "15S",
           *         "30S",
           *         "1",
           *         "3",
           *         "5",
           *         "15",
           *         "30",
           *         "60",
           *         "120",
           *         "180",
           *         "240",
           *         "1D",
           *         "1W",
           *         "1M",
           *         "12M"
           *       ],
           *       "volume_precision": 0,
           *       "visible_plots_set": "ohlcv",
           *       "currency_code": "USD",
           *       "original_currency_code": "USD",
           *       "format": "price",
           *       "data_status": "streaming"
           *     }
           */
          "application/json":
            components["schemas"]["UdfSymbol"] | components["schemas"]["UdfError"];
        };
      };
      /** @description One of `unauthenticated` */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description One of `forbidden` */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description Validation Error */
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  getUdfSymbolTable: {
    parameters: {
      query?: {
        group?: string;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Successful Response */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          /**
           * @example {
           *       "symbol": [
           *         "AAPL"
           *       ],
           *       "ticker": [
           *         "AAPL"
           *       ],
           *       "description": [
           *         "Apple Inc."
           *       ],
           *       "exchange-listed": [
           *         "NASDAQ"
           *       ],
           *       "exchange-traded": [
           *         "NASDAQ"
           *       ],
           *       "type": [
           *         "stock"
           *       ],
           *       "timezone": [
           *         "America/New_York"
           *       ],
           *       "session-regular": [
           *         "0930-1600"
           *       ],
           *       "session-holidays": [
           *         "20261126,20261225"
           *       ],
           *       "corrections": [
           *         "0930-1300:20261127,20261224"
           *       ],
           *       "minmovement": [
           *         1
           *       ],
           *       "minmovement2": 0,
           *       "pricescale": [
           *         100
           *       ],
           *       "fractional": false,
           *       "has-intraday": [
           *         true
           *       ],
           *       "has-daily": true,
           *       "has-weekly-and-monthly": true,
           *       "has-empty-bars": false,
           *       "visible-plots-set": "ohlcv",
           *       "supported-resolutions": [
           *         [
           *           "1S",
           *           "5S",
           *           "15S",
           *           "30S",
           *           "1",
           *           "3",
           *           "5",
           *           "15",
           *           "30",
           *           "60",
           *           "120",
           *           "180",
           *           "240",
           *           "1D",
           *           "1W",
           *           "1M",
           *           "12M"
           *         ]
           *       ],
           *       "intraday-multipliers": [
           *         [
           *           "1",
           *           "3",
           *           "5",
           *           "15",
           *           "30",
           *           "60",
           *           "120",
           *           "180",
           *           "240"
           *         ]
           *       ],
           *       "volume-precision": [
           *         0
           *       ],
           *       "currency-code": [
           *         "USD"
           *       ]
           *     }
           */
          "application/json":
            components["schemas"]["UdfSymbolTable"] | components["schemas"]["UdfError"];
        };
      };
      /** @description One of `unauthenticated` */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description One of `forbidden` */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description Validation Error */
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  searchUdfSymbols: {
    parameters: {
      query?: {
        query?: string;
        type?: string;
        exchange?: string;
        limit?: number;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Successful Response */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          /**
           * @example [
           *       {
           *         "symbol": "AAPL",
           *         "full_name": "NASDAQ:AAPL",
           *         "description": "Apple Inc.",
           *         "exchange": "NASDAQ",
           *         "ticker": "AAPL",
           *         "type": "stock"
           *       }
           *     ]
           */
          "application/json":
            components["schemas"]["UdfFound"][] | components["schemas"]["UdfError"];
        };
      };
      /** @description One of `unauthenticated` */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description One of `forbidden` */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description Validation Error */
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  getUdfHistory: {
    parameters: {
      query: {
        /** @description Name, ticker or EXCHANGE:NAME */
        symbol: string;
        resolution: string;
        /** @description Epoch seconds, UTC */
        to?: number;
        /** @description Epoch seconds, UTC */
        from?: number;
        countback?: number | null;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Successful Response */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          /**
           * @example {
           *       "t": [
           *         1784505540,
           *         1784505600
           *       ],
           *       "o": [
           *         78371,
           *         78380
           *       ],
           *       "h": [
           *         78386,
           *         78391
           *       ],
           *       "l": [
           *         78371,
           *         78379
           *       ],
           *       "c": [
           *         78380,
           *         78390
           *       ],
           *       "v": [
           *         0.31250017,
           *         0.12084
           *       ],
           *       "s": "ok"
           *     }
           */
          "application/json":
            | components["schemas"]["UdfBars"]
            | components["schemas"]["UdfNoData"]
            | components["schemas"]["UdfError"];
        };
      };
      /** @description `If-None-Match` names the answer's `ETag`: the client has it already */
      304: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      /** @description One of `unauthenticated` */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description One of `forbidden` */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description Validation Error */
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  getUdfQuotes: {
    parameters: {
      query: {
        symbols: string;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Successful Response */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          /**
           * @example {
           *       "d": [
           *         {
           *           "s": "ok",
           *           "n": "BTCUSD",
           *           "v": {
           *             "ch": 71,
           *             "chp": 0.0907,
           *             "short_name": "AAPL",
           *             "exchange": "NASDAQ",
           *             "description": "Apple Inc.",
           *             "lp": 78390,
           *             "ask": 78390,
           *             "bid": 78389,
           *             "spread": 1,
           *             "open_price": 78319,
           *             "high_price": 78497,
           *             "low_price": 78319,
           *             "prev_close_price": 78319,
           *             "volume": 301.77193324,
           *             "original_name": "NASDAQ:AAPL"
           *           }
           *         }
           *       ],
           *       "s": "ok"
           *     }
           */
          "application/json":
            components["schemas"]["UdfQuotes"] | components["schemas"]["UdfError"];
        };
      };
      /** @description One of `unauthenticated` */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description One of `forbidden` */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description Validation Error */
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  getUdfMarks: {
    parameters: {
      query: {
        /** @description Name, ticker or EXCHANGE:NAME */
        symbol: string;
        resolution: string;
        /** @description Epoch seconds, UTC */
        to?: number;
        /** @description Epoch seconds, UTC */
        from?: number;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Successful Response */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          /**
           * @example {
           *       "id": [],
           *       "time": [],
           *       "color": [],
           *       "text": [],
           *       "label": [],
           *       "labelFontColor": [],
           *       "minSize": []
           *     }
           */
          "application/json": components["schemas"]["UdfMarks"] | components["schemas"]["UdfError"];
        };
      };
      /** @description One of `unauthenticated` */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description One of `forbidden` */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description Validation Error */
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  getUdfTimescaleMarks: {
    parameters: {
      query: {
        /** @description Name, ticker or EXCHANGE:NAME */
        symbol: string;
        resolution?: string;
        /** @description Epoch seconds, UTC */
        to?: number;
        /** @description Epoch seconds, UTC */
        from?: number;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Successful Response */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          /** @example [] */
          "application/json":
            components["schemas"]["UdfTimescaleMark"][] | components["schemas"]["UdfError"];
        };
      };
      /** @description One of `unauthenticated` */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description One of `forbidden` */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description Validation Error */
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  getHealth: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Successful Response */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          /**
           * @example {
           *       "status": "ok",
           *       "version": "0.1.0",
           *       "uptime_s": 12.5,
           *       "modules": [
           *         {
           *           "name": "broker",
           *           "status": "ok"
           *         }
           *       ],
           *       "replay": false
           *     }
           */
          "application/json": components["schemas"]["Health"];
        };
      };
      /** @description One of `unauthenticated` */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description One of `forbidden` */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  getVersions: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Successful Response */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          /**
           * @example {
           *       "current": "v1",
           *       "versions": [
           *         {
           *           "version": "v1",
           *           "status": "stable",
           *           "released": "2026-11-23"
           *         }
           *       ],
           *       "server": "0.1.0"
           *     }
           */
          "application/json": components["schemas"]["Versions"];
        };
      };
      /** @description One of `unauthenticated` */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description One of `forbidden` */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  getAPIOverview: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Successful Response */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          /**
           * @example {
           *       "api_version": "v1",
           *       "documentation": "/api/v1/docs",
           *       "openapi_spec": "/api/v1/openapi.json",
           *       "websocket_endpoints": [
           *         {
           *           "module": "broker",
           *           "url": "/api/v1/broker/ws",
           *           "asyncapi_url": "/api/v1/broker/ws/asyncapi.json",
           *           "asyncapi_docs": "/api/v1/broker/ws/asyncapi"
           *         }
           *       ]
           *     }
           */
          "application/json": components["schemas"]["Overview"];
        };
      };
      /** @description One of `unauthenticated` */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description One of `forbidden` */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  logIn: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        /**
         * @example {
         *       "token": "the owner token"
         *     }
         */
        "application/json": components["schemas"]["LogIn"];
      };
    };
    responses: {
      /** @description Successful Response */
      201: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          /**
           * @example {
           *       "logged_in": true
           *     }
           */
          "application/json": components["schemas"]["SessionState"];
        };
      };
      /** @description One of `invalid_json`, `unknown_type`, `invalid_host` */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description One of `unauthenticated` */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description One of `forbidden` */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description One of `too_large` */
      413: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description One of `unsupported_media_type` */
      415: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description One of `invalid_payload`, `unsupported_resolution`, `bad_tick`, `bad_lot`, `min_notional`, `quantity_out_of_range`, `immutable_field`, `quantity_below_filled`, `no_market`, `stale_quote`, `market_closed`, `would_take`, `stop_would_trigger`, `price_collar`, `insufficient_margin`, `reduce_only_mode`, `account_halted`, `symbol_not_tradable`, `max_order_size`, `max_position`, `max_open_orders`, `daily_loss_limit`, `self_trade` */
      422: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  logOut: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Successful Response */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          /**
           * @example {
           *       "logged_in": false
           *     }
           */
          "application/json": components["schemas"]["SessionState"];
        };
      };
      /** @description One of `unauthenticated` */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description One of `forbidden` */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  makeTicket: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Successful Response */
      201: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          /**
           * @example {
           *       "ticket": "8Vb0Jt1sX1nqf0m3l2k9wYp7c5r6e4d3b2a1Z0y9x8w",
           *       "expires_at": 1700000030000
           *     }
           */
          "application/json": components["schemas"]["Ticket"];
        };
      };
      /** @description One of `unauthenticated` */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description One of `forbidden` */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
      /** @description One of `rate_limited`, `order_rate_limit`, `too_many_topics` */
      429: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
}
