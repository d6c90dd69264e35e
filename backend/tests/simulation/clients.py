"""Somebody who trades by chance, is impatient, repeats himself, and writes down what he knows."""

import asyncio
import random
from collections.abc import Awaitable, Callable, Sequence
from decimal import Decimal
from typing import Any, Protocol

from msgspec.structs import replace

from tests.simulation.history import History, Placement
from trading_api.domain.commands import (
    CancelAllOrders,
    CancelOrder,
    ClosePosition,
    HaltAccount,
    ModifyOrder,
    OrderGroup,
    PlaceOrder,
    ResetAccount,
    ResumeAccount,
    SetDeadman,
    SetLeverage,
    SetPositionExits,
    StopLoss,
    TakeProfit,
)
from trading_api.domain.errors import TradingError
from trading_api.domain.orders import CONDITIONAL, LIMITED, TOUCHED, TRAILING, Order, Trail
from trading_api.modules.broker.schemas import CreateAccountRequest
from trading_api.modules.broker.service import (
    AccountCommand,
    Answer,
    BrokerService,
    default_account_id,
)
from trading_api.shared.auth import Principal

KINDS = ("market", "market", "limit", "limit", "limit", "stop", *sorted(CONDITIONAL))


class Surroundings(Protocol):
    """What a client sees of its world."""

    chance: random.Random
    history: History
    over: bool


class Client:
    """One of several clients; some share an account."""

    def __init__(
        self, name: str, principal: Principal, service: BrokerService, world: Surroundings
    ) -> None:
        self._name = name
        self._principal = principal
        self._service = service
        self._world = world
        self._chance = world.chance
        self._history = world.history
        self._account = default_account_id(principal.id)

    async def run(self) -> None:
        """Do one thing after the other until cancelled."""
        if self._name == "hedger":
            try:
                await self._open_hedging()
            except TradingError:
                return  # the journal has failed, and the process ends
        self._history.owners[self._account] = self._principal
        self._placements = self._history.placements[self._account]
        things: list[Callable[[], Awaitable[None]]] = [
            self._place_new,
            self._place_twice_at_once,
            self._send_again,
            self._cancel,
            self._modify,
            self._cancel_all,
            self._close,
            self._protect,
            self._administer,
        ]
        while True:
            await asyncio.sleep(self._chance.expovariate(10))
            [thing] = self._chance.choices(things, [40, 4, 8, 15, 8, 2, 4, 4, 3])
            await thing()

    async def _open_hedging(self) -> None:
        """Have the account of individual positions that another life made, or another one."""
        if (known := self._history.hedging) is not None:
            self._account = known
            return
        wanted = CreateAccountRequest(name="hedging", balance="5000", leverage="20", mode="hedging")
        state = await self._service.create_account(self._principal, wanted)
        if not self._world.over:
            self._history.hedging = state.account_id
        self._account = state.account_id

    async def _place_new(self) -> None:
        await self._place(self._new_placement())

    async def _place_twice_at_once(self) -> None:
        placement = self._new_placement()
        await asyncio.gather(self._place(placement), self._place(placement))

    async def _send_again(self) -> None:
        """Late, and perhaps in another life of the server."""
        if self._placements:
            await self._place(self._chance.choice(list(self._placements.values())))

    async def _place(self, placement: Placement) -> None:
        try:
            answer = await self._submit(placement.command)
        except asyncio.CancelledError:
            placement.unknown += 1
            raise
        except TradingError as error:
            if self._world.over:
                placement.unknown += 1
            else:
                placement.note_error(error)
        else:
            if answer is None:
                placement.unknown += 1
            else:
                placement.placed.extend(answer.orders)

    async def _cancel(self) -> None:
        order_id = self._some_order()
        if order_id is not None:
            self._note_canceled(await self._ask(CancelOrder(order_id)))

    async def _cancel_all(self) -> None:
        self._note_canceled(await self._ask(CancelAllOrders()))

    def _note_canceled(self, orders: Sequence[Order]) -> None:
        """A cancel may be on its way yet, and be too late."""
        for order in orders:
            if order.status == "canceled":
                self._history.canceled[order.id] = order

    async def _modify(self) -> None:
        order_id = self._some_order()
        if order_id is not None:
            quantity = Decimal(self._chance.randint(1, 80))
            await self._ask(ModifyOrder(order_id=order_id, quantity=quantity))

    async def _close(self) -> None:
        if position := await self._some_position():
            await self._ask(ClosePosition(position))

    async def _protect(self) -> None:
        if position := await self._some_position():
            exits = self._some_exits(Decimal(10))
            await self._ask(SetPositionExits(position, *self._chance.choice([exits, (None, None)])))

    async def _some_position(self) -> str | None:
        """What the account has, by its id."""
        try:
            state = await self._service.state(self._principal, self._account)
        except TradingError:
            return None
        return self._chance.choice([*sorted(state.holdings), None])

    async def _administer(self) -> None:
        """Halt, and go on soon; begin anew; change the leverage; let the dead man's switch run."""
        commands: list[AccountCommand] = [
            HaltAccount(flatten=self._chance.random() < 0.5),
            HaltAccount(reducing=True),
            ResetAccount(),
            SetLeverage("AAPL", Decimal(self._chance.choice([1, 5, 50]))),
            SetDeadman(self._chance.choice([0, 1])),
        ]
        command = self._chance.choice(commands)
        try:
            await self._service.administer(self._principal, command, self._account)
            await asyncio.sleep(self._chance.expovariate(5))
            await self._service.administer(self._principal, ResumeAccount(), self._account)
        except TradingError:
            pass

    async def _ask(self, command: Any) -> tuple[Any, ...]:
        """The orders of the answer; none when it was a refusal or never came."""
        try:
            answer = await self._submit(command)
        except TradingError:
            return ()
        return () if answer is None else answer.orders

    async def _submit(self, command: Any) -> Answer | None:
        """The answer; None when the world ended or patience did."""
        patience = self._chance.choice([None, None, None, 0.0005, 0.02])
        try:
            async with asyncio.timeout(patience):
                answer = await self._service.submit(self._principal, command, self._account)
        except TimeoutError:
            return None
        if self._world.over:
            return None
        self._history.note_orders(answer.orders)
        return answer

    def _some_order(self) -> Any:
        known = self._history.known_orders(self._account)
        return self._chance.choice(known[-12:]) if known else None

    def _new_placement(self) -> Placement:
        client_order_id = f"{self._name}-{len(self._placements)}"
        command = replace(self._some_wish(), client_order_id=client_order_id)
        command = self._chance.choice([_alone, _alone, self._with_exits, self._in_a_group])(command)
        placement = self._placements[client_order_id] = Placement(command)
        return placement

    def _some_wish(self, **members: Any) -> PlaceOrder:
        chance = self._chance
        kind = members.setdefault("kind", chance.choice(KINDS))
        price = Decimal(chance.randint(970, 1030)) / 100
        if kind in LIMITED:
            members["limit_price"] = price
        if kind in ("stop", "stop_limit", *TOUCHED):
            members["stop_price"] = price + Decimal(chance.randint(-3, 3)) / 100
        if kind in TRAILING:
            members["trail"] = Trail("absolute", Decimal(chance.randint(1, 9)) / 100)
        tifs = ["gtc", "gtc", "day"] if kind in CONDITIONAL else ["gtc", "gtc", "day", "ioc", "fok"]
        members = {
            "symbol": chance.choice(["AAPL", "MSFT"]),
            "side": chance.choice(["buy", "sell"]),
            "quantity": Decimal(chance.choice([1, 7, 40, 40, 100_000])),
            "time_in_force": chance.choice(tifs),
            "reduce_only": chance.random() < 0.1,
            **members,
        }
        return PlaceOrder(**members)

    def _with_exits(self, entry: PlaceOrder) -> PlaceOrder:
        """A bracket; one whose exits do not fit is refused."""
        take_profit, stop_loss = self._some_exits(entry.limit_price or Decimal(10), entry.side)
        return replace(
            entry,
            time_in_force="gtc",
            reduce_only=False,
            take_profit=take_profit,
            stop_loss=stop_loss,
        )

    def _some_exits(
        self, price: Decimal, side: str | None = None
    ) -> tuple[TakeProfit | None, StopLoss | None]:
        sign = 1 if (side or self._chance.choice(["buy", "sell"])) == "buy" else -1
        profit = TakeProfit(price + sign * Decimal(self._chance.randint(1, 12)) / 100)
        stop = StopLoss(stop_price=price - sign * Decimal(self._chance.randint(1, 12)) / 100)
        trailing = StopLoss(trail=Trail("percent", Decimal("0.5")))
        return self._chance.choice([(profit, stop), (profit, trailing), (None, stop)])

    def _in_a_group(self, first: PlaceOrder) -> PlaceOrder:
        kind: Any = self._chance.choice(["oco", "oto"])
        first = replace(first, time_in_force="gtc")
        if kind == "oco" and first.kind == "market":
            first = replace(first, kind="limit", limit_price=Decimal("9.95"))
        other = self._some_wish(
            kind=self._chance.choice(["limit", "stop", "trailing_stop"]),
            symbol=first.symbol,
            quantity=first.quantity,
            time_in_force="gtc",
        )
        return replace(first, group=OrderGroup(kind, (other,)))


def _alone(command: PlaceOrder) -> PlaceOrder:
    return command
