"""What must hold after every step of the state machine: the model's word, and that of the page."""

from collections.abc import Sequence
from fractions import Fraction
from typing import Any, NamedTuple

import msgspec

from tests.modules.broker.machine_life import Life
from tests.modules.broker.naive_model import NaiveAccount
from tests.modules.broker.naive_money import Print, held, mark
from tests.modules.broker.naive_orders import NaiveOrder
from tests.modules.broker.test_broker_journal import ACCOUNT
from trading_api.domain.orders import Execution, Order
from trading_api.domain.ports import Message

FINAL = ("filled", "canceled", "expired", "rejected")
# a figure that is rounded to 12 places at every close
CLOSE_ENOUGH = Fraction(1, 10**9)


class Seen(NamedTuple):
    """What REST shows of an account, oldest first, and how its topics are numbered."""

    orders: list[Any]
    executions: list[Any]
    positions: list[Any]
    account: Any
    numbers: dict[str, list[int]]


class Checks:
    """Compares what is seen with the model, and with what was seen before."""

    def __init__(self, model: NaiveAccount) -> None:
        self.model = model
        self._before: dict[str, Any] = {}
        self._heard = 0

    def begin_life(self) -> None:
        """Another server tells, from its beginning."""
        self._heard = 0

    def hear(self, told: Sequence[Message]) -> None:
        """Check what the topics have told since the last time."""
        news = [message.value for message in told[self._heard :]]
        self._heard = len(told)
        newest = {each.id: each for each in news if isinstance(each, Order)}
        for order_id, order in newest.items():
            number = int(order_id.rpartition("-o")[2]) - 1
            _is_the_models(msgspec.to_builtins(order), self.model.orders[number])
        executions = [msgspec.to_builtins(each) for each in news if isinstance(each, Execution)]
        tape = self.model.tape
        assert _as_prints(executions) == tape[len(tape) - len(executions) :]

    async def look(self, life: Life) -> Seen:
        """Everything that REST shows."""

        async def get(path: str) -> Any:
            return (await life.client.get(path)).json()

        lists = {}
        for path in ("orders", "executions", "positions"):
            page = await get(f"/{path}?limit=1000")
            assert page["next_cursor"] is None
            lists[path] = page["items"]
        lists["orders"].sort(key=lambda order: int(order["id"].rpartition("-o")[2]))
        lists["executions"].reverse()
        numbers = {
            route: [m.seq for m in life.server.told if m.topic == f"{route}:{ACCOUNT}"]
            for route in ("orders", "executions")
        }
        return Seen(**lists, account=await get(f"/accounts/{ACCOUNT}"), numbers=numbers)

    def agree(self, seen: Seen) -> None:
        """Check all of it."""
        assert len(seen.orders) == len(self.model.orders)
        for order, naive in zip(seen.orders, self.model.orders, strict=True):
            _is_the_models(order, naive)
        assert _as_prints(seen.executions) == self.model.tape
        self._orders_are_what_was_executed(seen.orders, seen.executions)
        self._nothing_goes_back(seen)
        self._money_is_the_models(seen)

    def _orders_are_what_was_executed(self, orders: list[Any], executions: list[Any]) -> None:
        for order in orders:
            mine = [each for each in executions if each["order_id"] == order["id"]]
            filled = sum(int(each["quantity"]) for each in mine)
            assert 0 <= filled <= int(order["quantity"])
            assert filled == int(order["filled_quantity"])
            if mine:
                assert int(mine[-1]["cumulative_quantity"]) == filled
            if order["limit_price"] is not None and order["version"] == 1 + len(mine):
                limit, sign = Fraction(order["limit_price"]), 1 if order["side"] == "buy" else -1
                assert all((Fraction(each["price"]) - limit) * sign <= 0 for each in mine)

    def _nothing_goes_back(self, seen: Seen) -> None:
        """Versions only rise, what is final stays as it is, and streams count by one."""
        for order in seen.orders:
            before = self._before.get(order["id"])
            if before is not None and before != order:
                assert before["status"] not in FINAL, (before, order)
                assert order["version"] > before["version"], (before, order)
            self._before[order["id"]] = order
        for seqs in seen.numbers.values():
            assert not seqs or seqs == list(range(seqs[0], seqs[0] + len(seqs)))

    def _money_is_the_models(self, seen: Seen) -> None:
        account, tape, money = seen.account, self.model.counted, self.model.money
        quantity, average, realized = held(tape)
        balance = Fraction(account["balance"])
        assert abs(balance - money.balance(tape)) < CLOSE_ENOUGH
        assert abs(Fraction(account["realized_pnl"]) - realized) < CLOSE_ENOUGH
        positions = [each for each in seen.positions if Fraction(each["quantity"])]
        assert len(positions) == (1 if quantity else 0)
        for each in positions:
            sign = 1 if each["side"] == "long" else -1
            assert sign * int(each["quantity"]) == quantity
            assert abs(Fraction(each["average_price"]) - average) < CLOSE_ENOUGH
        assert account["status"] == ("halted" if self.model.halted else "active")
        reserved = money.reserved(tape, self.model.orders)
        assert abs(Fraction(account["margin_reserved"]) - reserved) < CLOSE_ENOUGH
        if self.model.market.price:
            profit = Fraction(account["unrealized_pnl"])
            worth = money.cash(tape) + quantity * mark(quantity, self.model.market)
            assert abs(worth - balance - profit) < CLOSE_ENOUGH
            assert Fraction(account["equity"]) == balance + profit
            used = money.used(tape, self.model.market)
            assert abs(Fraction(account["margin_used"]) - used) < CLOSE_ENOUGH
            free = Fraction(account["equity"]) - used - reserved
            assert abs(Fraction(account["free_margin"]) - free) < CLOSE_ENOUGH


def _is_the_models(order: Any, naive: NaiveOrder) -> None:
    reason = order["status_reason"]
    triggered, average = order["triggered_at"] is not None, order["average_price"]
    told = (order["status"], None if reason is None else reason["code"], triggered)
    assert told == (naive.status, naive.reason, naive.triggered), (order, naive)
    assert order["expire_at"] == naive.expire_at, (order, naive)
    for name, number in (
        ("filled_quantity", Fraction(naive.filled)),
        ("quantity", Fraction(naive.quantity)),
        ("limit_price", naive.limit),
        ("stop_price", naive.stop),
        ("high_water_mark", naive.mark),
    ):
        value = None if order[name] is None else Fraction(order[name])
        assert value == number, (name, order, naive)
    assert (average is None) == (naive.average is None)
    if naive.average is not None:
        assert abs(Fraction(average) - naive.average) <= Fraction(1, 10**12)


def _as_prints(executions: list[Any]) -> list[Print]:
    return [
        Print(
            int(each["order_id"].rpartition("-o")[2]) - 1,
            each["side"],
            int(each["quantity"]),
            Fraction(each["price"]),
            Fraction(each["fee"]),
        )
        for each in executions
    ]
