/** Plays the trading terminal: a host that refuses what the library would be led astray by. */

import { expect } from "vitest";
import {
  type BrokerHost,
  ConnectionStatus,
  type ChartDepth,
  type DisconnectType,
  NotificationType,
  OrderStatus,
  ParentType,
  type ShownExecution,
  type ShownIndividualPosition,
  type ShownOrder,
  type ShownPosition,
  type TradingBroker,
  type TradingQuote,
} from "../../src/tradingview/index.js";
import { until } from "./real-server.js";

const FINAL: readonly OrderStatus[] = [
  OrderStatus.Canceled,
  OrderStatus.Filled,
  OrderStatus.Rejected,
];
const UPDATE_MS = 10_000; // the library waits no longer for the update that an action leads to

/** The object, and the names of those of its functions that are called. */
export function recorded<T extends object>(object: T, called: Set<string>): T {
  return new Proxy(object, {
    get(target, name) {
      const member: unknown = Reflect.get(target, name, target);
      if (typeof member !== "function") return member;
      return (...given: unknown[]): unknown => {
        called.add(String(name));
        return Reflect.apply(member, target, given);
      };
    },
  });
}

export class TradingDriver implements BrokerHost {
  readonly orders = new Map<string, ShownOrder>();
  readonly told: ShownOrder[] = [];
  readonly positions = new Map<string, ShownPosition>();
  readonly positionsTold: ShownPosition[] = [];
  readonly individual = new Map<string, ShownIndividualPosition>();
  readonly individualTold: ShownIndividualPosition[] = [];
  readonly executions: ShownExecution[] = [];
  readonly notifications: [string, NotificationType][] = [];
  readonly disconnections: (DisconnectType | undefined)[] = [];
  readonly flags: Record<string, boolean>[] = [];
  readonly individualProfits = new Map<string, number>();
  readonly profits = new Map<string, number>();
  readonly statuses: ConnectionStatus[] = [];
  readonly equities: number[] = [];
  readonly margins: number[] = [];
  readonly pipValues = new Map<string, number>();
  readonly quotes = new Map<string, TradingQuote>();
  readonly ladders = new Map<string, ChartDepth>();
  readonly watched: { value: number; setValue: (value: number) => void }[] = [];
  accountChanges = 0;
  broker!: TradingBroker;
  readonly factory = {
    createWatchedValue: (value: number) => {
      const watched = {
        value,
        setValue: (next: number): void => {
          watched.value = next;
        },
      };
      this.watched.push(watched);
      return watched;
    },
  };

  connectionStatusUpdate(
    status: ConnectionStatus,
    info?: { disconnectType?: DisconnectType },
  ): void {
    expect(status).not.toBe(this.statuses.at(-1));
    if (status === ConnectionStatus.Disconnected) this.disconnections.push(info?.disconnectType);
    expect(this.broker.connectionStatus()).toBe(status);
    this.statuses.push(status);
  }

  currentAccountUpdate(): void {
    this.accountChanges++;
  }

  patchConfig(flags: Record<string, boolean>): void {
    this.flags.push(flags);
  }

  showNotification(title: string, text: string, type: NotificationType): void {
    expect(text).not.toBe("");
    expect(Object.values(NotificationType)).toContain(type);
    this.notifications.push([title, type]);
  }

  orderUpdate(order: ShownOrder): void {
    const before = this.orders.get(order.id);
    if (before !== undefined) expect(FINAL).not.toContain(before.status); // the end is told once
    this.#checkParent(order);
    expect(order.updateTime).toBeGreaterThan(1_000_000_000_000); // milliseconds
    this.orders.set(order.id, order);
    this.told.push(order);
  }

  positionUpdate(position: ShownPosition): void {
    const { id, qty } = position;
    expect(qty).toBeGreaterThanOrEqual(0);
    if (qty === 0) expect(this.positions.has(id)).toBe(true); // what was never there cannot end
    if (qty === 0) this.positions.delete(id);
    else this.positions.set(id, position);
    this.positionsTold.push(position);
  }

  plUpdate(id: string, profit: number): void {
    expect(this.positions.has(id)).toBe(true);
    this.profits.set(id, profit);
  }

  individualPositionUpdate(position: ShownIndividualPosition): void {
    const { id, qty, date, price } = position;
    expect(date).toBeGreaterThan(1_000_000_000_000); // milliseconds
    if (qty === 0) expect(this.individual.delete(id)).toBe(true);
    else {
      expect([qty, price].every((value) => value > 0)).toBe(true);
      this.individual.set(id, position);
    }
    this.individualTold.push(position);
  }

  individualPositionPLUpdate(id: string, profit: number): void {
    expect(this.individual.has(id)).toBe(true);
    this.individualProfits.set(id, profit);
  }

  executionUpdate(execution: ShownExecution): void {
    expect(this.executions.map(({ id }) => id)).not.toContain(execution.id);
    this.executions.push(execution);
  }

  equityUpdate(equity: number): void {
    this.equities.push(equity);
  }

  marginAvailableUpdate(margin: number): void {
    this.margins.push(margin);
  }

  pipValueUpdate(
    symbol: string,
    { buyPipValue, sellPipValue }: { buyPipValue: number; sellPipValue: number },
  ): void {
    expect(buyPipValue).toBe(sellPipValue);
    this.pipValues.set(symbol, buyPipValue);
  }

  realtimeUpdate(symbol: string, quote: TradingQuote): void {
    this.quotes.set(symbol, quote);
  }

  domUpdate(symbol: string, depth: ChartDepth): void {
    for (const prices of [depth.bids, depth.asks].map((side) => side.map(({ price }) => price))) {
      expect(prices).toEqual([...prices].sort((a, b) => a - b)); // both ascend
    }
    this.ladders.set(symbol, depth);
  }

  connected(): Promise<unknown> {
    return until(
      () => this.broker.connectionStatus() === ConnectionStatus.Connected,
      "the connection",
      30_000,
    );
  }

  /** Do something, and wait for the update that the library waits for. */
  async expectUpdate(
    act: () => Promise<unknown>,
    isTold: () => boolean,
    what: string,
  ): Promise<void> {
    await act();
    await until(isTold, what, UPDATE_MS);
  }

  order(id: string): ShownOrder {
    const order = this.orders.get(id);
    if (order === undefined) throw new Error(`order ${id} was not told`);
    return order;
  }

  /** The brackets that were told of a parent and have not ended. */
  bracketsOf(parentId: string): ShownOrder[] {
    return [...this.orders.values()].filter(
      (each) => each.parentId === parentId && !FINAL.includes(each.status),
    );
  }

  /** How often an order was told to have ended. */
  endsOf(id: string): OrderStatus[] {
    return this.told.flatMap((order) =>
      order.id === id && FINAL.includes(order.status) ? [order.status] : [],
    );
  }

  /** Waiting for its entry, or working for the position. */
  #checkParent({ parentId, parentType, status }: ShownOrder): void {
    expect(parentType === undefined).toBe(parentId === undefined);
    if (parentId === undefined || FINAL.includes(status)) return;
    if (parentType === ParentType.Order) expect(status).toBe(OrderStatus.Inactive);
    else expect(status).toBe(OrderStatus.Working);
    const isIndividual = parentType === ParentType.IndividualPosition;
    if (parentType !== ParentType.Order) expect(this.individual.has(parentId)).toBe(isIndividual);
  }
}
