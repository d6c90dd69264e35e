"""What may be done with an account: `decide` turns a command and the market into events.

A refusal that leaves no trace is raised; all else is an event. The same state, command and market
give the same events, bit by bit.
"""

from typing import assert_never

from trading_api.domain import (
    administration,
    changing,
    closing,
    latency,
    linked,
    matching,
    order_checks,
    placing,
    risk,
    stop_out,
)
from trading_api.domain.accounts import AccountState
from trading_api.domain.commands import (
    ActivateOrders,
    ActPending,
    CancelAllOrders,
    CancelOrder,
    CheckMargin,
    ClosePosition,
    Command,
    ExpireOrders,
    FireDeadman,
    HaltAccount,
    MatchQuote,
    MatchTrade,
    ModifyOrder,
    OpenAccount,
    PlaceOrder,
    ResetAccount,
    ResumeAccount,
    ReversePosition,
    SetDeadman,
    SetLeverage,
    SetPositionExits,
)
from trading_api.domain.fills import Market
from trading_api.domain.money import exact
from trading_api.domain.progress import Decision, Progress


@exact
def decide(state: AccountState | None, command: Command, market: Market) -> Decision:
    """What a command leads to.

    Raises:
        TradingError: the command is refused and nothing has happened.
    """
    progress = Progress(state)
    match command:
        case PlaceOrder():
            _check(progress.state, command, market)
            placing.place(progress, command, market)
        case (
            OpenAccount()
            | ResetAccount()
            | HaltAccount()
            | ResumeAccount()
            | SetLeverage()
            | SetDeadman()
            | FireDeadman()
        ):
            administration.administer(progress, command, market)
        case CheckMargin():
            stop_out.check(progress, market)
        case ModifyOrder():
            changing.modify(progress, command, market)
        case CancelOrder():
            order = changing.open_order(progress.state, command.order_id)
            latency.cancel(progress, order, market)
        case CancelAllOrders():
            _cancel_all(progress, command, market)
        case ClosePosition():
            closing.close(progress, command, market)
        case ReversePosition():
            closing.reverse(progress, command, market)
        case SetPositionExits():
            placing.place_exits(progress, command, market)
        case MatchQuote():
            matching.match_quote(progress, command, market)
        case MatchTrade():
            matching.match_trade(progress, command, market)
        case ActivateOrders():
            matching.activate(progress, command, market)
        case ExpireOrders():
            matching.expire(progress, command.order_ids, market)
        case ActPending():
            changing.act(progress, command, market)
        case _:
            assert_never(command)
    matching.admit(progress, market)
    return progress.finish()


def _check(state: AccountState, command: PlaceOrder, market: Market) -> None:
    instrument = risk.known_instrument(market, command.symbol)
    order_checks.check_place(instrument, command, market.now)
    if command.position_id is not None:
        closing.check_target(state, command)
    linked.check(state, instrument, command, market.book(command.symbol), market.now)
    if command.notional is not None:
        quantity = placing.new_order(state, command, market).quantity
        if command.limit_price is not None or market.book(command.symbol) is not None:
            order_checks.check_estimate(instrument, command.notional, quantity)


def _cancel_all(progress: Progress, command: CancelAllOrders, market: Market) -> None:
    for order in matching.open_orders(progress.state, progress.state.tickets):
        if command.symbol in (None, order.symbol):
            latency.cancel(progress, order, market)
