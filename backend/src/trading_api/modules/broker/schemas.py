"""The bodies and answers of the broker's addresses that are not nouns of the domain."""

from typing import Annotated, Literal, TypeVar

from msgspec import Meta, Struct

from trading_api.domain.accounts import Account
from trading_api.domain.commands import ModifyOrder, PlaceOrder
from trading_api.domain.errors import InvalidPayload
from trading_api.domain.ids import OrderId
from trading_api.domain.orders import Execution, Order, OrderType, Side, TimeInForce
from trading_api.domain.positions import Position
from trading_api.shared.schema import DecimalText, parse_decimal

T = TypeVar("T")

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
OrderKind = Literal["market", "limit"]
OrderLife = Literal["day", "gtc", "ioc", "fok"]


class BrokerOptions(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`[modules.broker]` of the settings.

    Attributes:
        fee_bps: fee on every fill, in basis points of its value.
        max_quote_age_s: seconds after the last event of a symbol when its quote is too old.
    """

    fee_bps: Annotated[float, Meta(ge=0, le=10_000)] = 0.0
    max_quote_age_s: Annotated[float, Meta(gt=0, le=86_400)] = 60.0


class PlaceOrderRequest(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An order to place; a limit order needs a `limit_price`, a market order takes none."""

    symbol: Annotated[str, Meta(max_length=100)]
    side: Side
    type: OrderKind
    quantity: DecimalText
    limit_price: DecimalText | None = None
    time_in_force: OrderLife = "gtc"
    client_order_id: ClientOrderId | None = None
    account_id: AccountName | None = None
    tag: Annotated[str, Meta(max_length=100)] | None = None

    def command(self) -> PlaceOrder:
        """What the body asks for.

        Raises:
            InvalidPayload: names the member that is not a number.
        """
        client_order_id = self.client_order_id
        if client_order_id is not None and not client_order_id.isprintable():
            message = "client_order_id may hold visible ASCII only"
            raise InvalidPayload("client_order_id", message)
        limit_price = self.limit_price
        return PlaceOrder(
            symbol=self.symbol,
            side=self.side,
            kind=self.type,
            quantity=parse_decimal(self.quantity, "quantity"),
            limit_price=None if limit_price is None else parse_decimal(limit_price, "limit_price"),
            time_in_force=self.time_in_force,
            client_order_id=client_order_id,
            tag=self.tag,
        )


class ModifyOrderRequest(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What to change of an open order; members left out stay as they are.

    `symbol`, `side`, `type` and `time_in_force` may be repeated but not changed.
    """

    version: Annotated[int, Meta(ge=1, description="Refuse if it is not the order's")] | None = None
    quantity: DecimalText | None = None
    limit_price: DecimalText | None = None
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
        quantity, limit_price = self.quantity, self.limit_price
        return ModifyOrder(
            order_id=order_id,
            version=self.version,
            quantity=None if quantity is None else parse_decimal(quantity, "quantity"),
            limit_price=None if limit_price is None else parse_decimal(limit_price, "limit_price"),
            symbol=self.symbol,
            side=self.side,
            kind=self.type,
            time_in_force=self.time_in_force,
        )


class OrderPage(Struct, frozen=True):
    """Orders, newest first."""

    items: list[Order]
    next_cursor: str | None


class ExecutionPage(Struct, frozen=True):
    """Executions, newest first."""

    items: list[Execution]
    next_cursor: str | None


class PositionPage(Struct, frozen=True):
    """Open positions, by symbol."""

    items: list[Position]
    next_cursor: str | None


class AccountPage(Struct, frozen=True):
    """Accounts, by id."""

    items: list[Account]
    next_cursor: str | None


class CanceledOrders(Struct, frozen=True):
    """The orders that were ended, oldest first."""

    orders: list[Order]
