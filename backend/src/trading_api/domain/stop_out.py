"""When too little is left: what an account does not need goes, then its largest losers."""

from trading_api.domain import administration, closing
from trading_api.domain.accounts import AccountState
from trading_api.domain.events import AccountStoppedOut
from trading_api.domain.fills import Market
from trading_api.domain.money import ZERO, canonical, divide
from trading_api.domain.orders import StatusReason
from trading_api.domain.progress import Progress
from trading_api.domain.valuation import Worth, currency_of, profit_of, worth


def check(progress: Progress, market: Market) -> None:
    """Stop an account out if its margin level is at or below the level for that.

    Opening orders are canceled, then positions closed, the largest loser first, until the level is
    above it again or nothing more can be done now. An account with a figure that is not known is
    left alone.
    """
    found = worth(progress.state, market)
    if not is_due(found, market):
        return
    reason = _reason(found, market)
    before = progress.state
    administration.cancel_opening(progress, reason, market)
    for position_id in _losers(progress.state, market):
        if not is_due(worth(progress.state, market), market):
            break
        closing.force_close(progress, position_id, reason, market)
    if progress.state is not before:
        progress.emit(AccountStoppedOut(time=market.now, equity=found.equity, used=found.used))


def is_due(found: Worth, market: Market) -> bool:
    """Whether what an account is worth is too little for its positions."""
    if found.no_market or found.no_rate or not found.used:
        return False
    return found.equity <= found.used * market.rules.stop_out_level


def _reason(found: Worth, market: Market) -> StatusReason:
    level = canonical(100 * divide(found.equity, found.used))
    limit = canonical(100 * market.rules.stop_out_level)
    text = f"the margin level fell to {level:f} %, positions are closed at {limit:f} %"
    return StatusReason("stop_out", text)


def _losers(state: AccountState, market: Market) -> list[str]:
    """The positions by what they have lost, the most first."""
    losses = []
    for position_id, holding in state.holdings.items():
        if holding.quantity:
            rate = market.rate(currency_of(state, holding.symbol, market), state.currency)
            losses.append(((profit_of(holding, market) or ZERO) * (rate or ZERO), position_id))
    return [position_id for _, position_id in sorted(losses)]
