/** What the individual positions of a hedging account come to in each symbol. */

import type { Position } from "../generated/rest.js";
import { numberOf, sumOf } from "./decimals.js";
import { type BrokerHost, type ShownPosition, Side } from "./trading.js";

export class NetPositions {
  readonly #told = new Map<string, ShownPosition>();
  readonly #host: Pick<BrokerHost, "positionUpdate" | "plUpdate">;

  constructor(host: Pick<BrokerHost, "positionUpdate" | "plUpdate">) {
    this.#host = host;
  }

  /** Tell what the positions in a symbol come to, where that is another than before. */
  renew(symbol: string, positions: readonly Position[]): void {
    const before = this.#told.get(symbol);
    const now = netOf(symbol, positions);
    if (now.qty === 0) {
      this.#told.delete(symbol);
      if (before !== undefined) this.#host.positionUpdate({ ...before, ...now, side: before.side });
      return;
    }
    this.#told.set(symbol, now);
    if (JSON.stringify(before) !== JSON.stringify(now)) this.#host.positionUpdate(now);
    const profits = positions.flatMap(({ unrealized_pnl: profit }) => profit ?? []);
    if (profits.length === positions.length) this.#host.plUpdate(symbol, sumOf(profits));
  }

  list(): ShownPosition[] {
    return [...this.#told.values()];
  }
}

/** The average is that of the side that outweighs the other; named as its symbol. */
export function netOf(symbol: string, positions: readonly Position[]): ShownPosition {
  const [long, short] = [positions.filter(isLong), positions.filter((each) => !isLong(each))];
  const quantities = (side: Position[], sign = ""): string[] =>
    side.map(({ quantity }) => sign + quantity);
  const net = sumOf([...quantities(long), ...quantities(short, "-")]);
  const heavier = net < 0 ? short : long;
  const weighed = heavier.map((each) => numberOf(each.quantity) * numberOf(each.average_price));
  const held = sumOf(quantities(heavier));
  const average = held === 0 ? 0 : weighed.reduce((sum, each) => sum + each, 0) / held;
  return {
    id: symbol,
    symbol,
    qty: Math.abs(net),
    side: net < 0 ? Side.Sell : Side.Buy,
    avgPrice: Number(average.toPrecision(12)),
    longQty: sumOf(quantities(long)),
    shortQty: sumOf(quantities(short)),
  };
}

function isLong({ side }: Position): boolean {
  return side === "long";
}
