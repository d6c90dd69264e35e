"""Pages of orders and executions: filtered, newest first."""

from collections.abc import Callable, Iterable, Sequence
from typing import Literal, TypeVar

from msgspec import Struct

from trading_api.domain.accounts import AccountState, order_id
from trading_api.domain.errors import InvalidPayload
from trading_api.domain.orders import OPEN, Execution, Order

T = TypeVar("T")

StatusFilter = Literal["open", "closed", "all"]


class OrderFilter(Struct, frozen=True, kw_only=True):
    """Which orders to list: `from_ms` ≤ `created_at` < `to_ms`; None lets all pass."""

    status: StatusFilter = "all"
    symbol: str | None = None
    client_order_id: str | None = None
    group_id: str | None = None
    from_ms: int | None = None
    to_ms: int | None = None

    def admits(self, order: Order) -> bool:
        """Whether an order is of those wanted."""
        if self.status != "all" and (order.status in OPEN) != (self.status == "open"):
            return False
        if self.client_order_id not in (None, order.client_order_id):
            return False
        if self.symbol not in (None, order.symbol) or self.group_id not in (None, order.group_id):
            return False
        return _within(order.created_at, self.from_ms, self.to_ms)


class ExecutionFilter(Struct, frozen=True, kw_only=True):
    """Which executions to list: `from_ms` ≤ time < `to_ms`; None lets all pass."""

    symbol: str | None = None
    order_id: str | None = None
    from_ms: int | None = None
    to_ms: int | None = None

    def admits(self, execution: Execution) -> bool:
        """Whether an execution is of those wanted."""
        if self.symbol not in (None, execution.symbol):
            return False
        if self.order_id not in (None, execution.order_id):
            return False
        return _within(execution.time, self.from_ms, self.to_ms)


def _within(time: int, from_ms: int | None, to_ms: int | None) -> bool:
    return (from_ms is None or from_ms <= time) and (to_ms is None or time < to_ms)


def list_orders(
    state: AccountState, wanted: OrderFilter, limit: int, cursor: str | None
) -> tuple[list[Order], str | None]:
    """A page of orders, newest first, and the cursor of the next."""
    numbers: Iterable[int] = range(state.order_count, 0, -1)
    if wanted.client_order_id is not None:
        found = state.first_answers.get(wanted.client_order_id)
        numbers = [] if found is None else [_number(found.id)]
    elif wanted.status == "open":
        numbers = sorted(map(_number, state.tickets), reverse=True)
    account_id = state.account_id
    return _page(
        numbers, lambda n: state.orders[order_id(account_id, n)], wanted.admits, limit, cursor
    )


def list_executions(
    state: AccountState, wanted: ExecutionFilter, limit: int, cursor: str | None
) -> tuple[list[Execution], str | None]:
    """A page of executions, newest first, and the cursor of the next."""
    numbers = range(state.executions_seq, 0, -1)
    return _page(numbers, state.executions.__getitem__, wanted.admits, limit, cursor)


def cut(
    items: Sequence[T], key: Callable[[T], str], limit: int, cursor: str | None
) -> tuple[list[T], str | None]:
    """A page of a short list that is sorted by a text key."""
    rest = [item for item in items if cursor is None or key(item) > cursor]
    return rest[:limit], key(rest[limit - 1]) if len(rest) > limit else None


def _page(
    numbers: Iterable[int],
    item_at: Callable[[int], T],
    admits: Callable[[T], bool],
    limit: int,
    cursor: str | None,
) -> tuple[list[T], str | None]:
    """Items by descending number; one more than asked for tells whether there is a next page."""
    before = None if cursor is None else number_of(cursor)
    items: list[T] = []
    last = 0
    for number in numbers:
        if (before is not None and number >= before) or not admits(item := item_at(number)):
            continue
        if len(items) == limit:
            return items, str(last)
        items.append(item)
        last = number
    return items, None


def number_of(text: str) -> int:
    """The number that a cursor stands for.

    Raises:
        InvalidPayload: it is not one that this server gave.
    """
    if not (text.isascii() and text.isdigit()):
        raise InvalidPayload("cursor", f"cursor {text[:40]!r} is not one that this server gave")
    return int(text)


def _number(identifier: str) -> int:
    return int(identifier.rpartition("-")[2][1:])
