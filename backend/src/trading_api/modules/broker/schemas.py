"""The bodies and answers of the broker's addresses that are not nouns of the domain."""

from decimal import Decimal
from typing import Annotated, Literal, TypeVar

from msgspec import Meta, Struct

from trading_api.domain.accounts import Account, AccountState
from trading_api.domain.commands import ModifyOrder, OpenAccount, PlaceOrder, ResetAccount
from trading_api.domain.errors import InvalidPayload
from trading_api.domain.ids import AccountId, OrderId, PrincipalId
from trading_api.domain.market import Instant
from trading_api.domain.orders import Execution, Order, OrderType, Side, TimeInForce, Trail
from trading_api.domain.positions import Position
from trading_api.domain.rules import Rules, StopPolicy, TriggerSource
from trading_api.shared.schema import AmountText, DecimalText, parse_decimal

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
DAY_MS = 24 * 3_600_000


class BrokerOptions(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`[modules.broker]` of the settings.

    Attributes:
        fee_bps: fee on every fill, in basis points of its value.
        max_quote_age_s: seconds after the last event of a symbol when its quote is too old.
        trigger_source: what stops listen to.
        stop_policy: what becomes of a stop that the market has passed when it arrives.
        gtc_max_age_days: days after which an order that is good till canceled expires.
        snapshot_every: entries of an account's journal after which its state is kept, so that a
            start need not read them again.
    """

    fee_bps: Annotated[float, Meta(ge=0, le=10_000)] = 0.0
    max_quote_age_s: Annotated[float, Meta(gt=0, le=86_400)] = 60.0
    trigger_source: TriggerSource = "quote"
    stop_policy: StopPolicy = "reject"
    gtc_max_age_days: Annotated[int, Meta(ge=1, le=36_500)] | None = None
    snapshot_every: Annotated[int, Meta(ge=1)] = 1000

    def rules(self) -> Rules:
        """What of it the domain has to know."""
        days = self.gtc_max_age_days
        return Rules(
            trigger_source=self.trigger_source,
            stop_policy=self.stop_policy,
            gtc_max_age_ms=None if days is None else days * DAY_MS,
        )


class TrailRequest(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How far a trailing stop stays behind the best price: in money, or in percent of it."""

    kind: Literal["absolute", "percent"]
    value: DecimalText


class PlaceOrderRequest(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An order to place.

    `limit`, `stop_limit`, `trailing_stop_limit` and `limit_if_touched` need a `limit_price`;
    `stop`, `stop_limit`, `market_if_touched` and `limit_if_touched` a `stop_price`; those that
    trail a `trail`. The others take none. `gtd` needs `expire_at`.
    """

    symbol: Annotated[str, Meta(max_length=100)]
    side: Side
    type: OrderType
    quantity: DecimalText
    limit_price: DecimalText | None = None
    stop_price: DecimalText | None = None
    trail: TrailRequest | None = None
    time_in_force: TimeInForce = "gtc"
    expire_at: Instant | None = None
    post_only: Annotated[bool, Meta(description="Refuse what would take liquidity")] = False
    reduce_only: Annotated[bool, Meta(description="Never open or grow a position")] = False
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
        return PlaceOrder(
            symbol=self.symbol,
            side=self.side,
            kind=self.type,
            quantity=parse_decimal(self.quantity, "quantity"),
            limit_price=_decimal(self.limit_price, "limit_price"),
            stop_price=_decimal(self.stop_price, "stop_price"),
            trail=_trail(self.trail),
            time_in_force=self.time_in_force,
            expire_at=self.expire_at,
            post_only=self.post_only,
            reduce_only=self.reduce_only,
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
    stop_price: DecimalText | None = None
    trail: TrailRequest | None = None
    expire_at: Instant | None = None
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


def _trail(trail: TrailRequest | None) -> Trail | None:
    if trail is None:
        return None
    return Trail(trail.kind, parse_decimal(trail.value, "trail.value"))


class CreateAccountRequest(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An account to open."""

    name: Annotated[str, Meta(min_length=1, max_length=100)]
    currency: Annotated[str, Meta(pattern="^[A-Z]{3,5}$", examples=["USD"])] = "USD"
    balance: AmountText = "100000"

    def opening(self, account_id: AccountId, principal_id: PrincipalId) -> OpenAccount:
        """The command that opens it.

        Raises:
            InvalidPayload: names the member that is not as it must be.
        """
        return OpenAccount(
            account_id=account_id,
            principal_id=principal_id,
            name=self.name,
            currency=self.currency,
            balance=parse_decimal(self.balance, "balance"),
        )


class ResetRequest(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How to begin anew; left out, with the balance that the account was opened with."""

    balance: AmountText | None = None

    def command(self) -> ResetAccount:
        """What the body asks for.

        Raises:
            InvalidPayload: the balance is not a number.
        """
        balance = self.balance
        return ResetAccount(None if balance is None else parse_decimal(balance, "balance"))


class HaltRequest(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How to stop: `flatten` closes every position, `reducing` lets what only closes go on."""

    flatten: bool = False
    reducing: bool = False


class DeadmanRequest(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How long the account may go unheard; 0 turns the switch off."""

    seconds: Annotated[int, Meta(ge=0, le=86_400)]


class Deadman(Struct, frozen=True, kw_only=True):
    """The dead man's switch of an account; without `expires_at` it is off."""

    account_id: AccountId
    seconds: int
    expires_at: Instant | None

    @classmethod
    def of(cls, state: AccountState) -> "Deadman":
        """The switch of an account as it stands."""
        switch = state.deadman
        return cls(
            account_id=state.account_id,
            seconds=0 if switch is None else switch.seconds,
            expires_at=None if switch is None else switch.expires_at,
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
