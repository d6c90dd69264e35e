"""Somebody who trades by chance, is impatient, repeats himself, and writes down what he knows."""

import asyncio
import random
from collections.abc import Awaitable, Callable
from decimal import Decimal
from typing import Any, Protocol

from tests.simulation.history import History, Placement
from trading_api.domain.commands import (
    CancelAllOrders,
    CancelOrder,
    ClosePosition,
    ModifyOrder,
    PlaceOrder,
)
from trading_api.domain.errors import TradingError
from trading_api.modules.broker.service import Answer, BrokerService, default_account_id
from trading_api.shared.auth import Principal


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
        self._placements = world.history.placements[self._account]

    async def run(self) -> None:
        """Do one thing after the other until cancelled."""
        things: list[Callable[[], Awaitable[None]]] = [
            self._place_new,
            self._place_twice_at_once,
            self._send_again,
            self._cancel,
            self._modify,
            self._cancel_all,
            self._close,
        ]
        while True:
            await asyncio.sleep(self._chance.expovariate(10))
            [thing] = self._chance.choices(things, [40, 4, 8, 15, 8, 2, 3])
            await thing()

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
            for order in await self._ask(CancelOrder(order_id)):
                self._history.canceled[order.id] = order

    async def _cancel_all(self) -> None:
        for order in await self._ask(CancelAllOrders()):
            self._history.canceled[order.id] = order

    async def _modify(self) -> None:
        order_id = self._some_order()
        if order_id is not None:
            quantity = Decimal(self._chance.randint(1, 80))
            await self._ask(ModifyOrder(order_id=order_id, quantity=quantity))

    async def _close(self) -> None:
        await self._ask(ClosePosition("AAPL"))

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
                answer = await self._service.submit(self._principal, command)
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
        chance = self._chance
        client_order_id = f"{self._name}-{len(self._placements)}"
        members: dict[str, Any] = {
            "symbol": chance.choice(["AAPL", "MSFT"]),
            "side": chance.choice(["buy", "sell"]),
            "quantity": Decimal(chance.choice([1, 7, 40, 40, 100_000])),
            "kind": chance.choice(["market", "limit", "limit", "stop"]),
            "time_in_force": chance.choice(["gtc", "gtc", "day", "ioc", "fok"]),
            "client_order_id": client_order_id,
        }
        price = Decimal(chance.randint(970, 1030)) / 100
        if members["kind"] == "limit":
            members["limit_price"] = price
        elif members["kind"] == "stop":
            members["stop_price"] = price
            members["time_in_force"] = "gtc"
        placement = self._placements[client_order_id] = Placement(PlaceOrder(**members))
        return placement
