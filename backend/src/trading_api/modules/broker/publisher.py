"""Tells the world what was committed: the topics of each account, numbered without a hole."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from typing import Any

from trading_api.domain.account_view import view_account
from trading_api.domain.accounts import AccountState
from trading_api.domain.ids import AccountId
from trading_api.domain.orders import Execution, Order
from trading_api.domain.ports import Bus, Message
from trading_api.domain.positions import Holding, Position, net, view_position
from trading_api.domain.progress import Change
from trading_api.domain.topics import topic
from trading_api.domain.valuation import mark_of
from trading_api.modules.broker.market import MarketData
from trading_api.shared.ws.router import Snapshot

LAST_EXECUTIONS = 50


class Publisher:
    """Publishes changes, and reads the state that they lead to.

    Topics `orders` and `executions` count on the account's own counters; the others begin anew
    with each life of the server. `by_status` counts the orders that are told of.
    """

    def __init__(self, bus: Bus, market: MarketData, epoch: str, by_status: Counter[str]) -> None:
        self._bus = bus
        self._market = market
        self._epoch = epoch
        self._by_status = by_status
        self._seqs: dict[str, int] = defaultdict(int)

    def tell(self, account_id: AccountId, changes: Iterable[Change]) -> None:
        """Publish the changes of an account in their order."""
        for route, seq, value in changes:
            match value:
                case Order():
                    self._by_status[value.status] += 1
                    self._bus.publish(Message(topic(route, account_id), seq, value))
                case Execution():
                    self._bus.publish(Message(topic(route, account_id), seq, value))
                case Holding():
                    self.publish(topic(route, account_id), self._position(account_id, value))

    def tell_equity(self, state: AccountState) -> None:
        """Publish what the account is worth now."""
        value = view_account(state, self._market)
        self.publish(topic("equity", state.account_id), value)

    def tell_marks(self, state: AccountState, symbols: Iterable[str]) -> None:
        """Publish the positions of these symbols at their new marks, and the equity."""
        for symbol in symbols:
            for holding in state.positions_of(symbol):
                value = self._position(state.account_id, holding)
                self.publish(topic("positions", state.account_id), value)
        self.tell_equity(state)

    def publish(self, name: str, value: Any) -> None:
        """Publish a value on a topic that counts from the server's start."""
        self._seqs[name] += 1
        self._bus.publish(Message(name, self._seqs[name], value))

    def snapshot(self, name: str, value: Any) -> Snapshot:
        """A value as the present state of such a topic."""
        return Snapshot(self._epoch, self._seqs[name], value)

    def orders(self, state: AccountState) -> Snapshot:
        """The open orders, oldest first."""
        return Snapshot(epoch_of(state), state.orders_seq, open_orders(state))

    def executions(self, state: AccountState) -> Snapshot:
        """The last executions, oldest first."""
        last = state.executions_seq
        first = max(1, last - LAST_EXECUTIONS + 1)
        found: list[Execution] = [state.executions[number] for number in range(first, last + 1)]
        return Snapshot(epoch_of(state), last, found)

    def positions(self, state: AccountState) -> list[Position]:
        """The open positions, by symbol, at their marks."""
        return [
            self._position(state.account_id, holding)
            for _, holding in sorted(state.holdings.items())
            if holding.quantity
        ]

    def net_positions(self, state: AccountState) -> list[Position]:
        """One position for each symbol that is held, individual ones taken together."""
        if state.mode == "netting":
            return self.positions(state)
        symbols = sorted({holding.symbol for holding in state.holdings.values()})
        nets = [net(state.positions_of(symbol)) for symbol in symbols]
        return [self._position(state.account_id, each) for each in nets if each.quantity]

    def _position(self, account_id: AccountId, holding: Holding) -> Position:
        mark = mark_of(self._market, holding.symbol, holding.quantity) if holding.quantity else None
        return view_position(holding, account_id, mark)


def epoch_of(state: AccountState) -> str:
    """The epoch of the topics that last as long as the account."""
    return f"{state.opened_at:x}"


def open_orders(state: AccountState) -> list[Order]:
    """The open orders of an account, oldest first."""
    return [state.orders[order_id] for order_id in sorted(state.tickets, key=_number)]


def _number(identifier: str) -> int:
    return int(identifier.rpartition("-")[2][1:])
