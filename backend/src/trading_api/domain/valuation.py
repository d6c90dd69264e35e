"""What an account is worth in its own currency, and what it sets aside of that.

equity     = balance + unrealised, of every currency that it has traded in
used       = sum of |quantity| x mark x margin rate / leverage over the positions
reserved   = the same of what open orders would add, per symbol
free       = equity - used - reserved
"""

from decimal import Decimal
from typing import NamedTuple

from trading_api.domain.accounts import AccountState
from trading_api.domain.fills import Market
from trading_api.domain.margin import Exposure, reserved
from trading_api.domain.money import ONE, ZERO, divide
from trading_api.domain.positions import Holding, unrealized
from trading_api.domain.sessions import DAY_MS


class Worth(NamedTuple):
    """Figures of an account in its currency.

    What is not known is left out of them: `no_market` names the symbols without a market, whose
    positions are taken at their cost; the others name the currencies without a rate, of ledgers,
    of positions and of orders.
    """

    balance: Decimal
    realized: Decimal
    unrealized: Decimal
    used: Decimal
    reserved: Decimal
    no_market: tuple[str, ...]
    no_rate_balance: frozenset[str]
    no_rate_positions: frozenset[str]
    no_rate_orders: frozenset[str]

    @property
    def no_rate(self) -> frozenset[str]:
        """Every currency that could not be converted."""
        return self.no_rate_balance | self.no_rate_positions | self.no_rate_orders

    @property
    def equity(self) -> Decimal:
        """Balance and unrealised profit."""
        return self.balance + self.unrealized

    @property
    def free(self) -> Decimal:
        """What new orders may set aside."""
        return self.equity - self.used - self.reserved


def worth(state: AccountState, market: Market) -> Worth:
    """What the account is worth at the present market."""
    balance, realized = state.balance, state.realized
    lost: set[str] = set()
    for currency, ledger in state.foreign.items():
        if (rate := market.rate(currency, state.currency)) is None:
            lost.add(currency)
            continue
        balance += ledger.balance * rate
        realized += ledger.realized * rate
    profit, used, unmarked, unrated = _positions(state, market)
    set_aside = ZERO
    unpriced: set[str] = set()
    for symbol in state.exposures:
        amount = reserved_for(state, symbol, market)
        if amount is None:
            unpriced.add(currency_of(state, symbol, market))
        else:
            set_aside += amount
    return Worth(
        balance,
        realized,
        profit,
        used,
        set_aside,
        tuple(unmarked),
        frozenset(lost),
        frozenset(unrated),
        frozenset(unpriced),
    )


def day_of(state: AccountState, market: Market) -> Decimal:
    """The balance with which the present day began, 00:00 UTC, other currencies at today's rates.

    What has no rate is left out.
    """
    balance, foreign = state.balance, state.foreign
    if state.day == market.now // DAY_MS:
        balance, foreign = state.day_balance, state.day_foreign
    for currency, ledger in foreign.items():
        balance += ledger.balance * (market.rate(currency, state.currency) or ZERO)
    return balance


def _positions(state: AccountState, market: Market) -> tuple[Decimal, Decimal, list[str], set[str]]:
    """Unrealised profit, margin used, symbols without a market, currencies without a rate."""
    profit, used = ZERO, ZERO
    unmarked: list[str] = []
    unrated: set[str] = set()
    for holding in state.holdings.values():
        if not holding.quantity:
            continue
        price = mark_of(market, holding.symbol, holding.quantity)
        value = abs(holding.cost) if price is None else abs(holding.quantity) * price
        currency = currency_of(state, holding.symbol, market)
        rate = ONE if currency == state.currency else market.rate(currency, state.currency)
        if rate is None:
            unrated.add(currency)
            continue
        used += margin_of(state, holding.symbol, value * rate, market)
        if price is None:
            unmarked.append(holding.symbol)
        else:
            profit += unrealized(holding, price) * rate
    return profit, used, unmarked, unrated


def mark_of(market: Market, symbol: str, quantity: Decimal) -> Decimal | None:
    """What a signed quantity of a symbol could be closed at, by the last quote however old."""
    book = market.book(symbol)
    return None if book is None else book.mark(quantity)


def currency_of(state: AccountState, symbol: str, market: Market) -> str:
    """The currency that a symbol is quoted in; one that left the catalogue is taken as ours."""
    instrument = market.instrument(symbol)
    return state.currency if instrument is None else instrument.currency


def margin_of(state: AccountState, symbol: str, value: Decimal, market: Market) -> Decimal:
    """What a value of a symbol, in the account's currency, sets aside."""
    instrument = market.instrument(symbol)
    if instrument is not None and instrument.margin_rate != ONE:
        value *= instrument.margin_rate
    leverage = state.leverage_of(symbol)
    return value if leverage == ONE else divide(value, leverage)


def margin_for(state: AccountState, symbol: str, value: Decimal, market: Market) -> Decimal | None:
    """What a value of a symbol, in its own currency, sets aside; None without a rate."""
    currency = currency_of(state, symbol, market)
    if currency != state.currency:
        if (rate := market.rate(currency, state.currency)) is None:
            return None
        value *= rate
    return margin_of(state, symbol, value, market)


def reserved_for(state: AccountState, symbol: str, market: Market) -> Decimal | None:
    """What the open orders of a symbol set aside; None without a rate."""
    value = added_value(state, symbol, state.exposures[symbol])
    return margin_for(state, symbol, value, market)


def added_value(state: AccountState, symbol: str, exposure: Exposure) -> Decimal:
    """The value that open orders would add to what the account has of a symbol."""
    if state.mode == "hedging":
        return reserved(exposure, ZERO, hedging=True)
    return reserved(exposure, state.held(symbol))


def profit_of(holding: Holding, market: Market) -> Decimal | None:
    """The unrealised profit of a position in its own currency; None without a market."""
    price = mark_of(market, holding.symbol, holding.quantity)
    return None if price is None else unrealized(holding, price)
