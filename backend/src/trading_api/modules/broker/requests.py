"""The bodies that ask for orders: REST and the sockets decode them alike."""

from decimal import Decimal
from typing import Annotated, Literal

from msgspec import Meta, Struct
from msgspec.structs import replace

from trading_api.domain.commands import (
    ModifyOrder,
    OrderGroup,
    PlaceOrder,
    SetPositionExits,
    StopLoss,
    TakeProfit,
)
from trading_api.domain.errors import InvalidPayload
from trading_api.domain.ids import OrderId, PositionId
from trading_api.domain.money import ZERO
from trading_api.domain.orders import OrderSession, OrderType, Side, TimeInForce, Trail
from trading_api.shared.schema import DecimalText, parse_decimal

VISIBLE_ASCII = r"^[!-~]+$"

ClientOrderId = Annotated[
    str,
    Meta(
        min_length=1,
        max_length=128,
        pattern=VISIBLE_ASCII,
        description="Visible ASCII; the same id with the same body is answered with the first "
        "order again, with another body it is refused",
    ),
]
AccountName = Annotated[str, Meta(max_length=100, description="Default: the caller's own account")]


class TrailRequest(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How far a trailing stop stays behind the best price: in money, or in percent of it."""

    kind: Literal["absolute", "percent"]
    value: DecimalText


PositionName = Annotated[
    str,
    Meta(
        max_length=120,
        description="The individual position to close; the order is reduce-only then",
    ),
]


FutureInstant = Annotated[
    int, Meta(le=2**53 - 1, description="Epoch milliseconds, UTC; as many as JavaScript can count")
]


class OrderTerms(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What every order of a request says of itself."""

    side: Side
    type: OrderType
    quantity: DecimalText | None = None
    notional: Annotated[
        DecimalText | None, Meta(description="Instead of a quantity: what it may come to")
    ] = None
    limit_price: DecimalText | None = None
    stop_price: DecimalText | None = None
    trail: TrailRequest | None = None
    time_in_force: TimeInForce = "gtc"
    expire_at: FutureInstant | None = None
    session: Annotated[
        OrderSession,
        Meta(description="`extended`: in extended hours too; only a limit that is day or gtc"),
    ] = "regular"
    post_only: Annotated[bool, Meta(description="Refuse what would take liquidity")] = False
    reduce_only: Annotated[bool, Meta(description="Never open or grow a position")] = False
    position_id: PositionName | None = None
    client_order_id: ClientOrderId | None = None
    tag: Annotated[str, Meta(max_length=100)] | None = None

    def order(self, symbol: str, at: str = "") -> PlaceOrder:
        """What the members ask for; `at` is where they stand in the body.

        Raises:
            InvalidPayload: names the member that is not a number.
        """
        client_order_id = self.client_order_id
        if client_order_id is not None and not client_order_id.isprintable():
            message = f"{at}client_order_id may hold visible ASCII only"
            raise InvalidPayload(f"{at}client_order_id", message)
        if self.quantity is None and self.notional is None:
            raise InvalidPayload(f"{at}quantity", f"{at}quantity is missing, or {at}notional")
        if self.quantity is not None and self.notional is not None:
            message = f"{at}notional does not go with a quantity"
            raise InvalidPayload(f"{at}notional", message)
        return PlaceOrder(
            symbol=symbol,
            side=self.side,
            kind=self.type,
            quantity=_decimal(self.quantity, f"{at}quantity") or ZERO,
            notional=_decimal(self.notional, f"{at}notional"),
            limit_price=_decimal(self.limit_price, f"{at}limit_price"),
            stop_price=_decimal(self.stop_price, f"{at}stop_price"),
            trail=_trail(self.trail, at),
            time_in_force=self.time_in_force,
            expire_at=self.expire_at,
            session=self.session,
            post_only=self.post_only,
            reduce_only=self.reduce_only or self.position_id is not None,
            position_id=None if self.position_id is None else PositionId(self.position_id),
            client_order_id=client_order_id,
            tag=self.tag,
        )


class LinkedOrderRequest(OrderTerms, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An order that is placed with another one; its symbol, when given, is that one's."""

    symbol: Annotated[str, Meta(max_length=100)] | None = None


class GroupRequest(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Orders that are placed with another one, all or none.

    `oco`: a fill of one takes as much from the others. `oto`: the others wait, `held`, and work for
    what the first one has got.
    """

    type: Literal["oco", "oto"]
    orders: Annotated[list[LinkedOrderRequest], Meta(min_length=1, max_length=9)]


class TakeProfitRequest(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The exit at a profit: a limit order."""

    limit_price: DecimalText


class StopLossRequest(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The exit at a loss: a stop, a stop-limit (with `limit_price`), or a stop that trails."""

    stop_price: DecimalText | None = None
    limit_price: DecimalText | None = None
    trail: TrailRequest | None = None


class PlaceOrderRequest(OrderTerms, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An order to place.

    `limit`, `stop_limit`, `trailing_stop_limit` and `limit_if_touched` need a `limit_price`;
    `stop`, `stop_limit`, `market_if_touched` and `limit_if_touched` a `stop_price`; those that
    trail a `trail`. The others take none. `gtd` needs `expire_at`. With `take_profit` or
    `stop_loss` it is the entry of a bracket; with `group`, others are placed with it.
    """

    symbol: Annotated[str, Meta(max_length=100)]
    account_id: AccountName | None = None
    take_profit: TakeProfitRequest | None = None
    stop_loss: StopLossRequest | None = None
    group: GroupRequest | None = None

    def command(self) -> PlaceOrder:
        """What the body asks for.

        Raises:
            InvalidPayload: names the member that is not a number.
        """
        first = self.order(self.symbol)
        if self.take_profit is None and self.stop_loss is None and self.group is None:
            return first
        return replace(
            first,
            take_profit=_take_profit(self.take_profit),
            stop_loss=_stop_loss(self.stop_loss),
            group=_group(self.group, self.symbol),
        )


class ExitsRequest(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The exits that a position is to have; one that is left out is taken away."""

    take_profit: TakeProfitRequest | None = None
    stop_loss: StopLossRequest | None = None
    account_id: AccountName | None = None

    def command(self, symbol: str) -> SetPositionExits:
        """What the body asks for.

        Raises:
            InvalidPayload: names the member that is not a number.
        """
        return SetPositionExits(symbol, _take_profit(self.take_profit), _stop_loss(self.stop_loss))


class ModifyOrderRequest(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What to change of an open order; members left out stay as they are.

    `symbol`, `side`, `type` and `time_in_force` may be repeated but not changed.
    """

    version: Annotated[int, Meta(ge=1, description="Refuse if it is not the order's")] | None = None
    quantity: DecimalText | None = None
    limit_price: DecimalText | None = None
    stop_price: DecimalText | None = None
    trail: TrailRequest | None = None
    expire_at: FutureInstant | None = None
    symbol: str | None = None
    side: Side | None = None
    type: OrderType | None = None
    time_in_force: TimeInForce | None = None
    account_id: AccountName | None = None

    def command(self, order_id: OrderId) -> ModifyOrder:
        """What the body asks for.

        Raises:
            InvalidPayload: names the member that is not a number.
        """
        return ModifyOrder(
            order_id=order_id,
            version=self.version,
            quantity=_decimal(self.quantity, "quantity"),
            limit_price=_decimal(self.limit_price, "limit_price"),
            stop_price=_decimal(self.stop_price, "stop_price"),
            trail=_trail(self.trail),
            expire_at=self.expire_at,
            symbol=self.symbol,
            side=self.side,
            kind=self.type,
            time_in_force=self.time_in_force,
        )


def _decimal(text: str | None, field: str) -> Decimal | None:
    return None if text is None else parse_decimal(text, field)


def _trail(trail: TrailRequest | None, at: str = "") -> Trail | None:
    if trail is None:
        return None
    return Trail(trail.kind, parse_decimal(trail.value, f"{at}trail.value"))


def _take_profit(body: TakeProfitRequest | None) -> TakeProfit | None:
    if body is None:
        return None
    return TakeProfit(parse_decimal(body.limit_price, "take_profit.limit_price"))


def _stop_loss(body: StopLossRequest | None) -> StopLoss | None:
    if body is None:
        return None
    return StopLoss(
        stop_price=_decimal(body.stop_price, "stop_loss.stop_price"),
        limit_price=_decimal(body.limit_price, "stop_loss.limit_price"),
        trail=_trail(body.trail, "stop_loss."),
    )


def _group(body: GroupRequest | None, symbol: str) -> OrderGroup | None:
    if body is None:
        return None
    orders = (
        each.order(each.symbol or symbol, f"group.orders[{number}].")
        for number, each in enumerate(body.orders)
    )
    return OrderGroup(body.type, tuple(orders))
