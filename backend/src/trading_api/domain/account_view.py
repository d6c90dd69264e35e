"""An account as it is shown: its figures in its own currency, null where one is not known."""

from decimal import Decimal
from typing import Annotated

from msgspec import Meta, Struct

from trading_api.domain.accounts import AccountState
from trading_api.domain.events import AccountStatus
from trading_api.domain.fills import Market
from trading_api.domain.ids import AccountId
from trading_api.domain.money import divide, exact
from trading_api.domain.positions import AccountMode, shown
from trading_api.domain.valuation import Worth, worth


class Account(Struct, frozen=True, kw_only=True):
    """The money of an account, in its currency.

    What depends on the market is null while a position has no market or a currency no rate;
    `flags` then has `no_market:SYMBOL` or `no_rate:CURRENCY`. `margin_warning` stands there while
    the margin level is below the warning level, `stopped_out` from a stop-out until the account is
    resumed or reset.
    """

    id: AccountId
    name: str
    currency: str
    mode: AccountMode
    fifo: Annotated[bool, Meta(description="The oldest position of a symbol is closed first")]
    balance: Annotated[
        Decimal | None,
        Meta(description="Deposits, realised profit and fees; other currencies at today's rates"),
    ]
    equity: Annotated[Decimal | None, Meta(description="Balance and unrealised profit")]
    unrealized_pnl: Decimal | None
    realized_pnl: Annotated[Decimal | None, Meta(description="Without fees")]
    margin_used: Annotated[Decimal | None, Meta(description="What the positions set aside")]
    margin_reserved: Annotated[Decimal | None, Meta(description="What open orders would add to it")]
    free_margin: Annotated[
        Decimal | None, Meta(description="Equity less what is used and what is reserved")
    ]
    buying_power: Annotated[
        Decimal | None, Meta(description="Free margin times the account's leverage")
    ]
    margin_level: Annotated[
        Decimal | None,
        Meta(description="Equity divided by margin used, 1 is 100 %; null without a position"),
    ]
    leverage: Decimal
    status: AccountStatus = "active"
    flags: tuple[str, ...] = ()


@exact
def view_account(state: AccountState, market: Market) -> Account:
    """The account as it is shown at the present market."""
    found = worth(state, market)
    balance_known = not found.no_rate_balance
    positions_known = not (found.no_market or found.no_rate_positions)
    orders_known = not found.no_rate_orders
    equity_known = balance_known and positions_known
    free_known = equity_known and orders_known
    level = None
    if equity_known and found.used:
        level = divide(found.equity, found.used)
    return Account(
        id=state.account_id,
        name=state.name,
        currency=state.currency,
        mode=state.mode,
        fifo=state.fifo,
        balance=shown(found.balance) if balance_known else None,
        equity=shown(found.equity) if equity_known else None,
        unrealized_pnl=shown(found.unrealized) if positions_known else None,
        realized_pnl=shown(found.realized) if balance_known else None,
        margin_used=shown(found.used) if positions_known else None,
        margin_reserved=shown(found.reserved) if orders_known else None,
        free_margin=shown(found.free) if free_known else None,
        buying_power=shown(found.free * state.leverage) if free_known else None,
        margin_level=level,
        leverage=state.leverage,
        status=state.status,
        flags=_flags(state, found, level, market),
    )


def _flags(
    state: AccountState, found: Worth, level: Decimal | None, market: Market
) -> tuple[str, ...]:
    flags = [f"no_market:{symbol}" for symbol in sorted(set(found.no_market))]
    flags += [f"no_rate:{currency}" for currency in sorted(found.no_rate)]
    if level is not None and level < market.rules.margin_warning_level:
        flags.append("margin_warning")
    if state.stopped_out_at is not None:
        flags.append("stopped_out")
    return tuple(flags)
