"""Finds the accounts that a quote may stop out, without valuing the others."""

from collections.abc import Callable
from math import inf
from typing import NamedTuple

from trading_api.domain import stop_out
from trading_api.domain.accounts import AccountState
from trading_api.domain.ids import AccountId
from trading_api.domain.money import ZERO, exact
from trading_api.domain.positions import Holding
from trading_api.domain.valuation import Worth, currency_of, margin_of, mark_of, worth
from trading_api.modules.broker.index import PriceLevels
from trading_api.modules.broker.market import MarketData

# Bands are floats: a look too many costs a valuation, one too few a stop-out
_CAUTION = 1 - 1e-9


class Band(NamedTuple):
    """Between which marks of a symbol an account need not be looked at."""

    symbol: str
    low: float
    high: float


class MarginWatch:
    """Bands of marks within which no account can be stopped out.

    What an account has above its stop-out level is shared out evenly among its positions: while no
    mark has used up its share, the sum cannot be used up. A mark that leaves its band, and every
    change of an account, has it valued anew.
    """

    def __init__(
        self,
        market: MarketData,
        state_of: Callable[[AccountId], AccountState | None],
        on_due: Callable[[AccountId], None],
    ) -> None:
        self._market = market
        self._state_of = state_of
        self._on_due = on_due
        self._bands: dict[AccountId, tuple[Band, ...]] = {}
        self._lows: dict[str, PriceLevels[AccountId]] = {}
        self._highs: dict[str, PriceLevels[AccountId]] = {}
        self._changed: dict[AccountId, None] = {}
        self._foreign: dict[AccountId, None] = {}

    def changed(self, account_id: AccountId) -> None:
        """What an account holds or owns has changed."""
        self._changed[account_id] = None

    def quote_changed(self, symbol: str, bid: float | None, ask: float | None) -> None:
        """Tell of accounts that this quote, or a change before it, stops out."""
        due: dict[AccountId, None] = {}
        if self._changed:
            due, self._changed = self._changed, due
        if bid is not None and (lows := self._lows.get(symbol)) is not None:
            due.update(dict.fromkeys(lows.at_least(bid)))
        if ask is not None and (highs := self._highs.get(symbol)) is not None:
            due.update(dict.fromkeys(highs.at_most(ask)))
        if self._foreign and self._market.is_pair(symbol):
            due.update(self._foreign)
        for account_id in due:
            self._look(account_id)

    def _look(self, account_id: AccountId) -> None:
        state = self._state_of(account_id)
        if state is None:
            return
        found = _valued(state, self._market)
        if stop_out.is_due(found, self._market):
            self._on_due(account_id)
            state = self._state_of(account_id) or state
            found = _valued(state, self._market)
        self._draw(state, found)

    def _draw(self, state: AccountState, found: Worth) -> None:
        """Replace the bands of an account."""
        account_id = state.account_id
        for band in self._bands.pop(account_id, ()):
            self._lows[band.symbol].remove(band.low, account_id)
            self._highs[band.symbol].remove(band.high, account_id)
        self._foreign.pop(account_id, None)
        bands = _bands(state, found, self._market)
        if not bands:
            return
        self._bands[account_id] = bands
        for band in bands:
            self._lows.setdefault(band.symbol, PriceLevels()).add(band.low, account_id)
            self._highs.setdefault(band.symbol, PriceLevels()).add(band.high, account_id)
        symbols = {band.symbol for band in bands}
        if any(currency_of(state, each, self._market) != state.currency for each in symbols):
            self._foreign[account_id] = None


_valued = exact(worth)


def _bands(state: AccountState, found: Worth, market: MarketData) -> tuple[Band, ...]:
    """One band for each symbol that is held."""
    held = [holding for holding in state.holdings.values() if holding.quantity]
    if not held:
        return ()
    level = market.rules.stop_out_level
    spare = float(found.equity - found.used * level) * _CAUTION
    known = not (found.no_market or found.no_rate) and spare > 0
    lows = {holding.symbol: -inf for holding in held}
    highs = {holding.symbol: inf for holding in held}
    for holding in held:
        symbol = holding.symbol
        if known:
            low, high = _reach(state, holding, spare / len(held), market)
        else:
            low, high = inf, -inf
        lows[symbol], highs[symbol] = max(lows[symbol], low), min(highs[symbol], high)
    return tuple(Band(symbol, lows[symbol], highs[symbol]) for symbol in lows)


@exact
def _per_point(state: AccountState, holding: Holding, market: MarketData) -> float:
    """How much of what is spare is used up when the mark moves against a position by one."""
    rate = market.rate(currency_of(state, holding.symbol, market), state.currency) or ZERO
    size = abs(holding.quantity) * rate
    needed = margin_of(state, holding.symbol, size, market) * market.rules.stop_out_level
    return float(size - needed if holding.quantity > 0 else size + needed)


def _reach(
    state: AccountState, holding: Holding, spare: float, market: MarketData
) -> tuple[float, float]:
    mark = mark_of(market, holding.symbol, holding.quantity)
    slope = _per_point(state, holding, market)
    if mark is None or slope <= 0:
        return -inf, inf
    if holding.quantity > 0:
        return float(mark) - spare / slope, inf
    return -inf, float(mark) + spare / slope
