/** A driver plays the trading terminal against the broker adapter and a real server. */

import { expect, onTestFinished } from "vitest";
import { type Order, unwrap } from "../../src/index.js";
import {
  ConnectionStatus,
  DisconnectType,
  NotificationType,
  OrderStatus,
  OrderType,
  ParentType,
  prepareTradingViewBroker,
  type PreOrder,
  Side,
  StopType,
  type TradingViewBroker,
} from "../../src/tradingview/index.js";
import {
  type Clients,
  connect,
  hasOpenMarket,
  test as withServer,
  TestServer,
  until,
} from "./real-server.js";
import { recorded, TradingDriver } from "./trading-driver.js";

const test = withServer.skipIf(!hasOpenMarket);
const TIMEOUT = 90_000;
const SYMBOL = "BTCUSD";

/** What was asked of the adapter, and what it has told, by all tests. */
const asked = new Set<string>();
const told = new Set<string>();

interface Desk {
  readonly driver: TradingDriver;
  readonly prepared: TradingViewBroker;
  readonly clients: Clients;
}

/** A desk of an account of its own. */
async function openDesk(
  clients: Clients,
  own = true,
  mode: "netting" | "hedging" = "netting",
): Promise<Desk> {
  const { api, broker: socket, datafeed: datafeedSocket } = clients;
  const body = { name: "Driver", balance: "1000000", mode };
  const account = own ? await unwrap(api.POST("/api/v1/broker/accounts", { body })) : undefined;
  const chosen = account === undefined ? {} : { accountId: account.id };
  const prepared = await prepareTradingViewBroker({
    api,
    socket,
    datafeedSocket,
    insistMs: 30_000,
    ...chosen,
  });
  const driver = new TradingDriver();
  driver.broker = recorded(prepared.factory(recorded(driver, told)), asked);
  await driver.connected();
  return { driver, prepared, clients };
}

async function quote({ api }: Clients): Promise<{ bid: number; ask: number }> {
  const params = { query: { symbols: SYMBOL } };
  const [found] = (await unwrap(api.GET("/api/v1/datafeed/quotes", { params }))).items;
  return { bid: found?.bid ?? 0, ask: found?.ask ?? 0 };
}

const market = (side: Side, qty: number): PreOrder => ({
  symbol: SYMBOL,
  type: OrderType.Market,
  side,
  qty,
});

async function placeBracket(desk: Desk, limitPrice: number, distance = 20_000): Promise<string> {
  const { orderId } = await desk.driver.broker.placeOrder({
    ...market(Side.Buy, 0.01),
    type: OrderType.Limit,
    limitPrice,
    takeProfit: limitPrice + distance,
    stopLoss: limitPrice - distance,
    duration: { type: "gtc" },
  });
  const { driver } = desk;
  const told = (): number => driver.bracketsOf(orderId).length + driver.bracketsOf(SYMBOL).length;
  await until(() => told() >= 2, "two brackets");
  return orderId;
}

test(
  "a bracket order is placed, dragged, filled, moved and closed",
  async ({ clients }) => {
    const desk = await openDesk(clients);
    const { driver } = desk;
    const { broker } = driver;
    const { bid, ask } = await quote(clients);

    const entry = await placeBracket(desk, bid - 5_000);
    expect(driver.order(entry)).toMatchObject({
      status: OrderStatus.Working,
      side: Side.Buy,
      qty: 0.01,
      limitPrice: bid - 5_000,
      takeProfit: bid + 15_000,
      stopLoss: bid - 25_000,
      duration: { type: "gtc" },
    });
    for (const bracket of driver.bracketsOf(entry)) {
      expect(bracket).toMatchObject({
        status: OrderStatus.Inactive,
        parentType: ParentType.Order,
        side: Side.Sell,
      });
    }

    const dragged = { ...driver.order(entry), limitPrice: bid - 4_000, takeProfit: bid + 16_000 };
    const isDragged = (): boolean =>
      driver.order(entry).limitPrice === bid - 4_000 &&
      driver.order(entry).takeProfit === bid + 16_000;
    await driver.expectUpdate(() => broker.modifyOrder(dragged), isDragged, "the dragged order");
    expect(
      driver
        .bracketsOf(entry)
        .map(({ limitPrice, stopPrice }) => limitPrice ?? stopPrice)
        .sort(),
    ).toEqual([bid - 25_000, bid + 16_000].sort());

    const marketable = { ...driver.order(entry), limitPrice: ask + 500 };
    const isHeld = (): boolean => driver.positions.get(SYMBOL)?.qty === 0.01;
    await driver.expectUpdate(() => broker.modifyOrder(marketable), isHeld, "the position");
    await until(() => driver.order(entry).status === OrderStatus.Filled, "the filled entry");
    await until(() => driver.bracketsOf(SYMBOL).length === 2, "the brackets of the position");
    for (const bracket of driver.bracketsOf(SYMBOL)) {
      expect(bracket).toMatchObject({
        status: OrderStatus.Working,
        parentType: ParentType.Position,
      });
    }
    await until(
      () => driver.executions.length > 0 && driver.profits.has(SYMBOL),
      "execution and profit",
    );
    expect(driver.executions.reduce((sum, { qty }) => sum + qty, 0)).toBeCloseTo(0.01, 10);

    const stop = driver.bracketsOf(SYMBOL).find(({ stopPrice }) => stopPrice !== undefined);
    if (stop === undefined) throw new Error("there is no stop");
    const moved = { ...stop, stopPrice: bid - 24_000 };
    await driver.expectUpdate(
      () => broker.modifyOrder(moved),
      () => driver.order(stop.id).stopPrice === bid - 24_000,
      "the moved stop",
    );

    const target = { takeProfit: bid + 17_000 };
    const count = driver.positionsTold.length;
    const isEdited = (): boolean =>
      driver.bracketsOf(SYMBOL).length === 1 && driver.positionsTold.length > count;
    await driver.expectUpdate(
      () => broker.editPositionBrackets(SYMBOL, target),
      isEdited,
      "the edited brackets",
    );
    expect(driver.bracketsOf(SYMBOL)[0]).toMatchObject({
      limitPrice: bid + 17_000,
      status: OrderStatus.Working,
    });
    expect(driver.endsOf(stop.id)).toEqual([OrderStatus.Canceled]); // told once

    await driver.expectUpdate(
      () => broker.closePosition(SYMBOL, 0.004),
      () => driver.positions.get(SYMBOL)?.qty === 0.006,
      "the rest",
    );
    await driver.expectUpdate(
      () => broker.closePosition(SYMBOL),
      () => !driver.positions.has(SYMBOL),
      "the end",
    );
    expect(driver.positionsTold.at(-1)).toMatchObject({ id: SYMBOL, qty: 0 });
    await until(() => driver.bracketsOf(SYMBOL).length === 0, "the end of the brackets");
    expect(await broker.positions()).toEqual([]);
    const listed = await broker.orders();
    expect(listed.map(({ id }) => id)).toContain(entry); // final ones stay for a while
    const history = await broker.ordersHistory();
    for (const order of history)
      expect(order).toMatchObject({
        id: order.id,
        status: driver.order(order.id).status,
        ...parentOf(driver, order.id),
      });
    expect(history).toHaveLength(listed.length);
    expect((await broker.executions(SYMBOL)).map(({ id }) => id).sort()).toEqual(
      driver.executions.map(({ id }) => id).sort(),
    );
  },
  TIMEOUT,
);

function parentOf(driver: TradingDriver, id: string): object {
  const { parentId } = driver.order(id);
  return parentId === undefined ? {} : { parentId };
}

test(
  "a position is reversed by one order; exact sizes",
  async ({ clients }) => {
    const { driver } = await openDesk(clients);
    const { broker } = driver;
    await broker.placeOrder({ ...market(Side.Buy, 0.01), takeProfit: 200_000, stopLoss: 1_000 });
    await until(
      () =>
        driver.positions.get(SYMBOL)?.side === Side.Buy && driver.bracketsOf(SYMBOL).length === 2,
      "the position",
    );
    const isReversed = (): boolean => driver.positions.get(SYMBOL)?.side === Side.Sell;
    await driver.expectUpdate(() => broker.reversePosition(SYMBOL), isReversed, "the other side");
    expect(driver.positions.get(SYMBOL)).toMatchObject({ qty: 0.01, side: Side.Sell });
    expect(driver.positionsTold.map(({ qty }) => qty)).toContain(0);
    await until(() => driver.bracketsOf(SYMBOL).length === 0, "the end of the old brackets");
    await driver.expectUpdate(
      () => broker.closePosition(SYMBOL),
      () => !driver.positions.has(SYMBOL),
      "the end",
    );
  },
  TIMEOUT,
);

test(
  "a bracket may trail; brackets are taken away before the fill; orders are canceled together",
  async ({ clients }) => {
    const desk = await openDesk(clients);
    const { driver } = desk;
    const { broker } = driver;
    const { bid } = await quote(clients);
    const order: PreOrder = {
      ...market(Side.Buy, 0.01),
      type: OrderType.Limit,
      limitPrice: bid - 5_000,
    };
    const trailing = { stopType: StopType.TrailingStop, trailingStopPips: 150_000 };
    const { orderId } = await broker.placeOrder({ ...order, takeProfit: bid, ...trailing });
    await until(() => driver.bracketsOf(orderId).length === 2, "two brackets");
    expect(driver.order(orderId)).toMatchObject({ takeProfit: bid, ...trailing });
    const { takeProfit, ...without } = driver.order(orderId);
    expect(takeProfit).toBe(bid);
    await driver.expectUpdate(
      () => broker.modifyOrder(without),
      () => driver.bracketsOf(orderId).length === 1,
      "one bracket",
    );
    await until(() => driver.order(orderId).takeProfit === undefined, "the entry without it");
    await expect(broker.modifyOrder({ ...driver.order(orderId), takeProfit: bid })).rejects.toThrow(
      "cannot be added",
    );
    await expect(broker.placeOrder({ ...order, guaranteedStop: bid - 9_000 })).rejects.toThrow(
      "guaranteed",
    );
    const { orderId: other } = await broker.placeOrder(order);
    const areGone = (): boolean =>
      [orderId, other].every((id) => driver.order(id).status === OrderStatus.Canceled);
    await driver.expectUpdate(
      () => broker.cancelOrders(SYMBOL, undefined, [orderId, other]),
      areGone,
      "the ends",
    );
    await until(() => driver.bracketsOf(orderId).length === 0, "the end of the bracket");
    expect(driver.endsOf(orderId)).toEqual([OrderStatus.Canceled]);
    await expect(broker.cancelOrder("nosuch")).rejects.toThrow();
  },
  TIMEOUT,
);

test(
  "what is refused is told as rejected, with its reason, and thrown",
  async ({ clients }) => {
    const { driver } = await openDesk(clients);
    await expect(driver.broker.placeOrder(market(Side.Buy, 9_000))).rejects.toThrow(
      /margin|buying/i,
    );
    const rejected = await until(
      () => driver.told.find(({ status }) => status === OrderStatus.Rejected),
      "the rejected order",
    );
    expect(rejected.message).toMatchObject({
      type: "error",
      text: expect.stringMatching(/./) as string,
    });
    await expect(driver.broker.placeOrder({ ...market(Side.Buy, 0), qty: 0 })).rejects.toThrow(
      "quantity",
    );
  },
  TIMEOUT,
);

test(
  "symbols, previews and leverage are what the server says",
  async ({ clients }) => {
    const { driver, prepared } = await openDesk(clients);
    const { broker } = driver;
    expect(await broker.symbolInfo(SYMBOL)).toMatchObject({
      qty: { min: 1e-8, max: 10_000, step: 1e-8 },
      minTick: 0.01,
      pipSize: 0.01,
      pipValue: 0.01,
      currency: "USD",
      baseCurrency: "BTC",
    });
    expect(await broker.isTradable(SYMBOL)).toBe(true);
    expect(await broker.isTradable("NOSUCH")).toMatchObject({ tradable: false });
    const preview = await broker.previewOrder(market(Side.Buy, 0.01));
    const rows = new Map(preview.sections[0]?.rows.map(({ title, value }) => [title, value]));
    expect(rows.get("Position after")).toBe("0.01");
    expect(preview.errors).toBeUndefined();
    expect((await broker.previewOrder(market(Side.Buy, 9_000))).errors).toHaveLength(1);
    expect(await broker.orders()).toEqual([]); // nothing was placed
    const { supportLeverage } = prepared.configuration.configFlags;
    const info = await broker.leverageInfo({ symbol: SYMBOL });
    expect(supportLeverage).toBe(info.min !== info.max);
    const leverage = Math.min(info.max, info.min + info.step);
    expect(await broker.previewLeverage({ symbol: SYMBOL, leverage })).not.toHaveProperty("errors");
    expect(await broker.setLeverage({ symbol: SYMBOL, leverage })).toEqual({ leverage });
    expect((await broker.leverageInfo({ symbol: SYMBOL })).leverage).toBe(leverage);
  },
  TIMEOUT,
);

test(
  "figures, quotes and ladders are told while they are wanted",
  async ({ clients }) => {
    const { driver, prepared } = await openDesk(clients);
    const { broker } = driver;
    broker.subscribeEquity();
    broker.subscribeMarginAvailable(SYMBOL);
    broker.subscribePipValue(SYMBOL);
    broker.subscribeRealtime(SYMBOL);
    broker.subscribeDOM(SYMBOL);
    await until(
      () => driver.quotes.has(SYMBOL) && driver.ladders.has(SYMBOL) && driver.pipValues.has(SYMBOL),
      "market data",
    );
    expect([driver.equities[0], driver.margins[0], driver.pipValues.get(SYMBOL)]).toEqual([
      1_000_000, 1_000_000, 0.01,
    ]);
    const { bid = 0, ask = 0, spread } = driver.quotes.get(SYMBOL) ?? {};
    expect(spread).toBeCloseTo(ask - bid, 6);
    expect(driver.ladders.get(SYMBOL)?.bids.at(-1)?.price).toBeLessThan(
      driver.ladders.get(SYMBOL)?.asks[0]?.price ?? 0,
    );
    await broker.placeOrder(market(Side.Buy, 0.01));
    await until(() => driver.profits.has(SYMBOL) && driver.equities.length > 1, "the profit");
    const { data } = await clients.api.GET("/api/v1/broker/accounts/{account_id}", {
      params: { path: { account_id: broker.currentAccount() } },
    });
    expect(Number(data?.balance) + Number(data?.unrealized_pnl)).toBeCloseTo(
      Number(data?.equity),
      6,
    );
    const { summary, accountTitle, possibleOrderStatuses } = broker.accountManagerInfo();
    expect(possibleOrderStatuses).not.toContain(OrderStatus.Placing);
    expect(await broker.chartContextMenuActions({})).toEqual([]);
    expect([accountTitle, summary.length]).toEqual(["Driver", driver.watched.length]);
    expect(driver.watched[0]?.value).toBe(1_000_000);
    expect(prepared.configuration.configFlags).toMatchObject({
      supportLevel2Data: true,
      supportPositionNetting: false,
      supportPositionBrackets: true,
      supportReversePosition: true,
    });
    broker.unsubscribeEquity();
    broker.unsubscribeMarginAvailable(SYMBOL);
    const count = driver.equities.length;
    await driver.expectUpdate(
      () => broker.closePosition(SYMBOL),
      () => !driver.positions.has(SYMBOL),
      "the end",
    );
    expect(driver.equities).toHaveLength(count);
    broker.unsubscribeRealtime(SYMBOL);
    broker.unsubscribeDOM(SYMBOL);
    broker.unsubscribePipValue(SYMBOL);
  },
  TIMEOUT,
);

test(
  "in a hedging account the positions are individual, and their net is told beside them",
  async ({ clients }) => {
    const { driver, prepared } = await openDesk(clients, true, "hedging");
    const { broker } = driver;
    expect(prepared.configuration.configFlags).toMatchObject({
      supportPositionNetting: true,
      supportMultiposition: false,
      supportIndividualPositionBrackets: true,
      supportCloseIndividualPosition: true,
      supportPartialCloseIndividualPosition: true,
      supportPositionBrackets: false,
    });
    const net = (): number => {
      const position = driver.positions.get(SYMBOL);
      return position === undefined ? 0 : position.qty * position.side;
    };
    await broker.placeOrder({ ...market(Side.Buy, 0.01), takeProfit: 200_000 });
    await until(() => net() === 0.01, "the net of one");
    await broker.placeOrder(market(Side.Sell, 0.01));
    await until(() => driver.individual.size === 2 && net() === 0, "two that cancel out");
    expect(await broker.positions()).toEqual([]);
    const [long, short] = await broker.individualPositions();
    expect([long, short]).toEqual([...driver.individual.values()]);
    expect([long?.side, short?.side]).toEqual([Side.Buy, Side.Sell]);
    const [ofLong, ofShort] = [long?.id ?? "", short?.id ?? ""];

    const target = await until(() => driver.bracketsOf(ofLong)[0], "the bracket of the first");
    expect(target).toMatchObject({
      limitPrice: 200_000,
      status: OrderStatus.Working,
      parentType: ParentType.IndividualPosition,
    });
    const toldBefore = driver.individualTold.length;
    await driver.expectUpdate(
      () => broker.editIndividualPositionBrackets(ofShort, { stopLoss: 300_000 }),
      () => driver.bracketsOf(ofShort).length === 1 && driver.individualTold.length > toldBefore,
      "the stop",
    );
    await expect(broker.editPositionBrackets(SYMBOL, { stopLoss: 1_000 })).rejects.toThrow("net");

    await broker.placeOrder(market(Side.Buy, 0.02));
    await until(() => net() === 0.02 && driver.profits.has(SYMBOL), "the net of all");
    const sides = { side: Side.Buy, longQty: 0.03, shortQty: 0.01 };
    expect((await broker.positions())[0]).toMatchObject({ id: SYMBOL, qty: 0.02, ...sides });
    await until(() => driver.individualProfits.size >= 3, "the profit of each");

    await driver.expectUpdate(
      () => broker.closeIndividualPosition(ofShort, 0.004),
      () => driver.individual.get(ofShort)?.qty === 0.006 && net() === 0.024,
      "the rest",
    );
    await driver.expectUpdate(
      () => broker.closeIndividualPosition(ofShort),
      () => !driver.individual.has(ofShort) && net() === 0.03,
      "the end",
    );
    await until(() => driver.bracketsOf(ofShort).length === 0, "the end of the stop");
    await expect(broker.closePosition(SYMBOL, 0.01)).rejects.toThrow("as a whole");
    await driver.expectUpdate(
      () => broker.reversePosition(SYMBOL),
      () => net() === -0.03,
      "the other side",
    );
    await until(() => driver.order(target.id).status === OrderStatus.Canceled, "the bracket's end");
    await driver.expectUpdate(
      () => broker.closePosition(SYMBOL),
      () => net() === 0 && driver.individual.size === 0,
      "the end of all",
    );
    expect(driver.individualTold.at(-1)?.qty).toBe(0);
    expect(driver.positionsTold.at(-1)).toMatchObject({ id: SYMBOL, qty: 0 });
  },
  TIMEOUT,
);

test(
  "another account is traded after it was chosen",
  async ({ clients }) => {
    const first = await openDesk(clients, true, "hedging");
    const second = await openDesk(clients);
    const { driver } = second;
    const other = first.driver.broker.currentAccount();
    const ids = (await driver.broker.accountsMetainfo()).map(({ id }) => id);
    expect(ids).toEqual(expect.arrayContaining([other, driver.broker.currentAccount()]));
    driver.broker.setCurrentAccount(other);
    expect([driver.broker.currentAccount(), driver.accountChanges]).toEqual([other, 1]);
    expect(driver.flags).toEqual([expect.objectContaining({ supportPositionNetting: true })]);
    const { bid } = await quote(clients);
    const { orderId } = await driver.broker.placeOrder({
      ...market(Side.Buy, 0.01),
      type: OrderType.Limit,
      limitPrice: bid - 9_000,
    });
    await until(() => first.driver.orders.has(orderId), "the order in the first account");
  },
  TIMEOUT,
);

test(
  "a server killed and started again leaves no order and no position wrong",
  async () => {
    const server = await TestServer.start();
    onTestFinished(() => server.remove());
    const clients = connect(server);
    onTestFinished(() => clients.close());
    const desk = await openDesk(clients, false);
    const { driver } = desk;
    const { broker } = driver;
    const { bid, ask } = await quote(clients);
    const waiting = await placeBracket(desk, bid - 5_000);
    const filled = await placeBracket(desk, ask + 500);
    await until(() => driver.order(filled).status === OrderStatus.Filled, "the filled entry");

    await server.kill();
    await until(
      () => broker.connectionStatus() !== ConnectionStatus.Connected,
      "the lost connection",
    );
    const placing = broker.placeOrder({
      ...market(Side.Buy, 0.01),
      type: OrderType.Limit,
      limitPrice: bid - 6_000,
    });
    const canceling = broker.cancelOrder(waiting);
    await server.run();
    const { orderId } = await placing;
    await canceling;
    await driver.connected();
    expect(driver.statuses).toContain(ConnectionStatus.Disconnected);
    expect(new Set(driver.disconnections)).toEqual(new Set([DisconnectType.BrokenConnection]));

    await until(
      () => driver.endsOf(waiting).length === 1 && driver.orders.has(orderId),
      "the order and the end",
    );
    await until(() => driver.bracketsOf(waiting).length === 0, "the end of the brackets");
    const params = { query: { limit: 1_000 } };
    const served = await unwrap(clients.api.GET("/api/v1/broker/orders", { params }));
    const open = (orders: Order[]): string[] =>
      orders
        .flatMap(({ id, status }) =>
          ["working", "held", "partially_filled"].includes(status) ? [id] : [],
        )
        .sort();
    const shown = await broker.orders();
    const active: readonly OrderStatus[] = [OrderStatus.Working, OrderStatus.Inactive];
    expect(shown.flatMap(({ id, status }) => (active.includes(status) ? [id] : [])).sort()).toEqual(
      open(served.items),
    );
    expect(served.items).toHaveLength(7); // two brackets of three, and one that was sent until it was there
    const [position] = (await unwrap(clients.api.GET("/api/v1/broker/positions"))).items;
    expect(await broker.positions()).toEqual([
      expect.objectContaining({
        id: SYMBOL,
        qty: Number(position?.quantity),
        avgPrice: Number(position?.average_price),
      }),
    ]);
    expect(driver.order(filled).status).toBe(OrderStatus.Filled);
    await driver.expectUpdate(
      () => broker.closePosition(SYMBOL),
      () => !driver.positions.has(SYMBOL),
      "the end",
    );
  },
  TIMEOUT,
);

test(
  "a halted account is told, and takes no orders until it is resumed",
  async ({ clients }) => {
    const { driver } = await openDesk(clients);
    const { broker } = driver;
    const params = { path: { account_id: broker.currentAccount() } };
    await unwrap(clients.api.POST("/api/v1/broker/accounts/{account_id}/halt", { params }));
    await until(() => driver.notifications.length === 1, "the halt");
    expect(await broker.isTradable(SYMBOL)).toMatchObject({
      tradable: false,
      shortReason: "Account halted",
    });
    await expect(broker.placeOrder(market(Side.Buy, 0.01))).rejects.toThrow("halt");
    await unwrap(clients.api.POST("/api/v1/broker/accounts/{account_id}/resume", { params }));
    await until(() => driver.notifications.length === 2, "the resumption");
    expect(driver.notifications.map(([, type]) => type)).toEqual([
      NotificationType.Error,
      NotificationType.Success,
    ]);
    expect(await broker.isTradable(SYMBOL)).toBe(true);
  },
  TIMEOUT,
);

// Only after all of the others: it is about what they did.
test("every call was played and every update was heard", async ({ clients }) => {
  const { driver } = await openDesk(clients);
  const calls = Object.keys(driver.broker);
  expect(calls.filter((name) => !asked.has(name))).toEqual([]);
  // Orders and positions are told whole: their partial updates are for columns of one's own.
  const updates = [
    ...["orderUpdate", "positionUpdate", "individualPositionUpdate", "executionUpdate"],
    ...["plUpdate", "individualPositionPLUpdate", "equityUpdate", "marginAvailableUpdate"],
    ...["pipValueUpdate", "domUpdate", "realtimeUpdate", "connectionStatusUpdate"],
    ...["currentAccountUpdate", "patchConfig", "showNotification"],
  ];
  expect(updates.filter((name) => !told.has(name))).toEqual([]);
});
