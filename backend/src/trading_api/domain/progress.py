"""A step of an account: events one after the other, the state they lead to, what there is to tell.

Restart is `fold` repeated over the journal; a decision goes through the same door.
"""

from collections.abc import Iterator, Sequence
from typing import Literal, NamedTuple

from msgspec.structs import replace

from trading_api.domain import hedging
from trading_api.domain.account_evolution import closed_by
from trading_api.domain.accounts import AccountState
from trading_api.domain.events import (
    AccountEvent,
    Event,
    IllegalTransition,
    OrderAccepted,
    OrderActivated,
    OrderCanceled,
    OrderChangeRefused,
    OrderExpired,
    OrderFilled,
    OrderHeld,
    OrderPended,
    OrderQueued,
    OrderRejected,
    OrderReplaced,
    OrderTrailed,
    OrderTriggered,
)
from trading_api.domain.evolution import evolve
from trading_api.domain.hedging import Hedged
from trading_api.domain.ids import OrderId
from trading_api.domain.money import exact
from trading_api.domain.orders import Execution, Order
from trading_api.domain.positions import Holding, told


class Change(NamedTuple):
    """One thing to tell: the route that it goes to, its number there where it has one.

    Route `account` is no topic: it says that the account itself has changed.
    """

    route: Literal["orders", "executions", "positions", "account"]
    seq: int
    value: Order | Execution | Holding | AccountEvent


class Decision(NamedTuple):
    """Events, the state that they lead to, and what there is to tell of them."""

    events: tuple[Event, ...]
    state: AccountState
    changes: tuple[Change, ...]


class Mark(NamedTuple):
    """How far a progress had come."""

    state: AccountState
    events: int
    changes: int
    arrivals: tuple[OrderId, ...]


class Progress:
    """Takes events one after the other, as a decision or the journal brings them.

    `arrivals` are orders that began to work in this step and have to meet the market yet.
    """

    def __init__(self, state: AccountState | None) -> None:
        self._state = state
        self._events: list[Event] = []
        self._changes: list[Change] = []
        self._settled = 0
        self.arrivals: list[OrderId] = []

    @property
    def state(self) -> AccountState:
        """The state after the events so far."""
        if self._state is None:
            raise IllegalTransition("nothing can happen to an account before it is opened")
        return self._state

    def emit(self, event: Event) -> None:
        """Let an event happen."""
        before = self._state
        hedged = _hedged(before, event)
        self._state = evolve(before, event, hedged)
        self._events.append(event)
        if before is not None:
            self._changes.extend(_changes(before, event, self._state, hedged))

    def unsettled(self) -> Iterator[Event]:
        """The events that nothing has reacted to yet, those that reactions let happen included."""
        while self._settled < len(self._events):
            self._settled += 1
            yield self._events[self._settled - 1]

    def mark(self) -> "Mark":
        """What `rewind` goes back to."""
        return Mark(self.state, len(self._events), len(self._changes), tuple(self.arrivals))

    def rewind(self, mark: "Mark") -> None:
        """Let what happened since not have happened."""
        self._state = mark.state
        del self._events[mark.events :]
        del self._changes[mark.changes :]
        self._settled = min(self._settled, mark.events)
        self.arrivals = list(mark.arrivals)

    def finish(self) -> Decision:
        """The decision so far; orders placed in it get their first answer."""
        state = self.state
        if not self._events:
            return Decision((), state, ())
        answers = state.first_answers
        for event in self._events:
            match event:
                case OrderAccepted() | OrderHeld() | OrderRejected():
                    order = state.orders[event.order.id]
                    answers = answers.set(order.client_order_id, order)
        state = replace(state, entries=state.entries + 1, first_answers=answers)
        return Decision(tuple(self._events), state, tuple(self._changes))


@exact
def fold(state: AccountState | None, events: Sequence[Event]) -> Decision:
    """The state after one entry of the journal, and what it was told as."""
    progress = Progress(state)
    for event in events:
        progress.emit(event)
    return progress.finish()


def _hedged(before: AccountState | None, event: Event) -> Hedged | None:
    """What a fill makes of individual positions; None for all else."""
    if before is None or before.mode != "hedging" or not isinstance(event, OrderFilled):
        return None
    order = before.orders.get(event.execution.order_id)
    return None if order is None else hedging.after_fill(before, order, event.execution)


def _changes(
    before: AccountState, event: Event, after: AccountState, hedged: Hedged | None
) -> list[Change]:
    match event:
        case OrderFilled():
            execution = event.execution
            symbol = execution.symbol
            if hedged is not None:
                holdings = hedged.holdings
            else:
                holdings = told(before.holdings.get(symbol), after.holdings[symbol])
            return [
                Change("executions", after.executions_seq, execution),
                Change("orders", after.orders_seq, after.orders[execution.order_id]),
                *(Change("positions", 0, holding) for holding in holdings),
            ]
        case OrderAccepted() | OrderHeld() | OrderRejected():
            return [Change("orders", after.orders_seq, event.order)]
        case OrderQueued():
            return []
        case (
            OrderActivated()
            | OrderTrailed()
            | OrderTriggered()
            | OrderReplaced()
            | OrderPended()
            | OrderChangeRefused()
            | OrderCanceled()
            | OrderExpired()
        ):
            return [Change("orders", after.orders_seq, after.orders[event.order_id])]
        case _:
            closed = [Change("positions", 0, holding) for holding in closed_by(event, before)]
            return [*closed, Change("account", 0, event)]
