"""The broker's channels: orders, executions, positions, equity and connection."""

from collections.abc import Hashable, Sequence
from functools import partial
from typing import Any

from msgspec import Struct

from trading_api.domain.account_view import Account, view_account
from trading_api.domain.accounts import AccountState
from trading_api.domain.ids import AccountId
from trading_api.domain.orders import Execution, Order
from trading_api.domain.positions import Position
from trading_api.domain.topics import parts_of, route_of, topic
from trading_api.modules.broker import examples
from trading_api.modules.broker.cells import Cell
from trading_api.modules.broker.connection import Connection
from trading_api.modules.broker.history import replay
from trading_api.modules.broker.order_operations import order_operations
from trading_api.modules.broker.publisher import Publisher
from trading_api.modules.broker.requests import AccountName
from trading_api.modules.broker.service import BrokerService
from trading_api.shared.auth import Principal
from trading_api.shared.ws.router import Examples, Snapshot, WsRouter


class AccountParameters(Struct, frozen=True, forbid_unknown_fields=True):
    """Whose topic; left out, the caller's own account."""

    account_id: AccountName | None = None


class NoParameters(Struct, frozen=True, forbid_unknown_fields=True):
    """There is one topic."""


def routers(service: BrokerService) -> list[WsRouter]:
    """The channels over a service."""
    channels = _Channels(service)
    return [
        channels.orders(),
        channels.executions(),
        channels.positions(),
        channels.equity(),
        channels.connection(),
    ]


class _Channels:
    def __init__(self, service: BrokerService) -> None:
        self._service = service

    def orders(self) -> WsRouter:
        return WsRouter(
            name="orders",
            summary="Every change of every order of an account; orders are placed here, too.",
            scope="account:read",
            parameters=AccountParameters,
            update=Order,
            snapshot=list[Order],
            delivery="every",
            topics=partial(self._topics, "orders"),
            read=lambda name: self._publisher.orders(self._state(name)),
            replay=self._replay,
            operations=order_operations(self._service),
            examples=Examples(AccountParameters(), [examples.ORDER], examples.ORDER),
        )

    def executions(self) -> WsRouter:
        return WsRouter(
            name="executions",
            summary="Every fill of an account, with its explanation.",
            scope="account:read",
            parameters=AccountParameters,
            update=Execution,
            snapshot=list[Execution],
            delivery="every",
            topics=partial(self._topics, "executions"),
            read=lambda name: self._publisher.executions(self._state(name)),
            replay=self._replay,
            examples=Examples(AccountParameters(), [examples.EXECUTION], examples.EXECUTION),
        )

    def positions(self) -> WsRouter:
        return WsRouter(
            name="positions",
            summary="The positions of an account at their marks; a closed one has quantity 0.",
            scope="account:read",
            parameters=AccountParameters,
            update=Position,
            snapshot=list[Position],
            delivery="latest",
            topics=partial(self._topics, "positions"),
            read=self._read_positions,
            key=_id_of,
            examples=Examples(AccountParameters(), [examples.POSITION], examples.POSITION),
        )

    def equity(self) -> WsRouter:
        return WsRouter(
            name="equity",
            summary="What an account is worth, at most four times a second, at once after a fill.",
            scope="account:read",
            parameters=AccountParameters,
            update=Account,
            snapshot=Account,
            delivery="latest",
            topics=partial(self._topics, "equity"),
            read=self._read_equity,
            examples=Examples(AccountParameters(), examples.ACCOUNT, examples.ACCOUNT),
        )

    def connection(self) -> WsRouter:
        return WsRouter(
            name="connection",
            summary="Whether market data flows and the journal takes records.",
            scope="account:read",
            parameters=NoParameters,
            update=Connection,
            snapshot=Connection,
            delivery="latest",
            topics=lambda principal, parameters: ["connection"],
            read=self._read_connection,
            examples=Examples(NoParameters(), examples.CONNECTION, examples.CONNECTION),
        )

    @property
    def _publisher(self) -> Publisher:
        return self._service.publisher

    def _topics(
        self, route: str, principal: Principal, parameters: AccountParameters
    ) -> Sequence[str]:
        cell = self._service.open_cell(principal, parameters.account_id)
        return [topic(route, cell.account_id)]

    def _cell(self, name: str) -> Cell:
        return self._service.known_cell(AccountId(parts_of(name)[0]))

    def _state(self, name: str) -> AccountState:
        return self._cell(name).shown

    def _read_positions(self, name: str) -> Snapshot:
        publisher = self._service.publisher
        return publisher.snapshot(name, publisher.positions(self._state(name)))

    def _read_equity(self, name: str) -> Snapshot:
        account = view_account(self._state(name), self._service.market)
        return self._service.publisher.snapshot(name, account)

    def _read_connection(self, name: str) -> Snapshot:
        return self._service.publisher.snapshot(name, self._service.engine.connection)

    async def _replay(
        self, name: str, epoch: str, after: int, until: int
    ) -> Sequence[tuple[int, Any]] | None:
        journal = self._service.journal
        return await replay(journal, self._cell(name), route_of(name), epoch, after, until)


def _id_of(position: Any) -> Hashable:
    return str(position.id)
