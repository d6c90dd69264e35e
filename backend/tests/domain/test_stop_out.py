"""Stop-out: what is not needed goes, then the largest losers, and why is told."""

from decimal import Decimal

from tests.domain.paper_desk import Desk, SaidMarket, figures, share
from trading_api.domain.commands import CheckMargin, HaltAccount, ResumeAccount
from trading_api.domain.events import AccountStoppedOut
from trading_api.domain.ids import OrderId


def leveraged(balance: str = "10000") -> Desk:
    desk = Desk(SaidMarket(share(), share("MSFT")), balance, leverage=Decimal(4))
    desk.quote("30", "30")
    desk.quote("10", "10", "MSFT")
    return desk


def test_at_half_of_the_margin_the_position_is_closed() -> None:
    desk = leveraged()
    desk.place("buy", "1200")
    entry = desk.place("buy", "10", "20")
    leave = desk.place("sell", "1200", "40")
    desk.quote("24.77", "24.77")
    assert desk.do(CheckMargin()).events == ()
    desk.quote("24.5", "24.5")
    assert desk.account.margin_level is not None
    decision = desk.do(CheckMargin())
    assert isinstance(decision.events[-1], AccountStoppedOut)
    assert figures(desk.holding.quantity, desk.state.balance) == [0, 3400]
    canceled = desk.order(entry)
    assert canceled.status_reason is not None
    assert (canceled.status, canceled.status_reason.code) == ("canceled", "stop_out")
    assert "fell to 46.25" in canceled.status_reason.message
    closing = desk.state.orders[f"acc-1-o{desk.state.order_count}"]  # type: ignore[index] # an id
    assert closing.status_reason is not None
    assert (closing.side, closing.status, closing.reduce_only) == ("sell", "filled", True)
    assert closing.status_reason.code == "stop_out"
    assert desk.order(leave).status == "working"
    assert desk.account.flags == ("stopped_out",)
    assert desk.do(CheckMargin()).events == ()
    desk.do(ResumeAccount())
    assert not desk.account.flags


def test_the_largest_loser_goes_first_and_only_as_many_as_needed() -> None:
    desk = leveraged()
    desk.place("buy", "900")
    desk.place("buy", "1200", symbol="MSFT")
    desk.quote("22.4", "22.4")
    desk.quote("8.5", "8.5", "MSFT")
    desk.do(CheckMargin())
    assert desk.state.held("AAPL") == 0
    assert desk.state.held("MSFT") == 1200


def test_what_cannot_be_closed_now_waits_and_is_not_asked_twice() -> None:
    desk = leveraged()
    desk.place("buy", "1200")
    desk.quote("24", "24x500", bid_size=None)
    desk.quote("24x500", "24")
    desk.do(CheckMargin())
    assert desk.holding.quantity == 700
    assert desk.do(CheckMargin()).events == ()
    desk.quote("23x1000", "23")
    assert desk.holding.quantity == 0


def test_a_waiting_close_never_opens_the_other_side() -> None:
    desk = leveraged()
    desk.place("buy", "1200")
    leave = desk.place("sell", "1200", kind="stop", stop_price="23.5", reduce_only=True)
    desk.quote("24x500", "24")
    desk.do(CheckMargin())
    desk.quote("23x5000", "23")
    assert figures(desk.holding.quantity, len(desk.state.tickets)) == [0, 0]
    assert desk.order(leave).status in ("canceled", "filled")


def test_a_short_is_stopped_out_when_it_rises() -> None:
    desk = Desk(balance="1000")
    desk.quote("10", "10")
    desk.place("sell", "100")
    desk.quote("13.33", "13.33")
    assert desk.do(CheckMargin()).events == ()
    desk.quote("13.34", "13.34")
    desk.do(CheckMargin())
    assert figures(desk.holding.quantity, desk.state.balance) == [0, 666]


def test_an_account_whose_worth_is_not_known_is_left_alone() -> None:
    desk = leveraged()
    desk.place("buy", "1200")
    desk.place("buy", "1", symbol="MSFT")
    desk.quote("20", "20")
    desk.market.books.pop("MSFT")
    assert desk.do(CheckMargin()).events == ()


def test_what_waits_for_the_opening_keeps_why_it_was_placed() -> None:
    desk = leveraged()
    desk.place("buy", "1200")
    desk.market.say("AAPL", "24", "24", open=False, fresh=False)
    desk.do(CheckMargin())
    [waiting] = desk.open_ids
    assert figures(desk.order(waiting).status, reason_of(desk, waiting)) == ["held", "stop_out"]
    desk.market.say("AAPL", "23x500", "23", opening=True)
    desk.activate()
    order = desk.order(waiting)
    assert figures(order.status, order.filled_quantity) == ["partially_filled", 500]
    desk.quote("22", "22")
    assert figures(desk.order(waiting).status, reason_of(desk, waiting)) == ["filled", "stop_out"]
    assert desk.folded_again() == desk.state


def test_a_halt_that_flattens_out_of_session_is_told_by_its_orders() -> None:
    desk = leveraged()
    desk.place("buy", "100")
    desk.market.say("AAPL", "30", "30", open=False, fresh=False)
    desk.do(HaltAccount(flatten=True))
    [waiting] = desk.open_ids
    assert reason_of(desk, waiting) == "account_halted"
    desk.market.say("AAPL", "30", "30", opening=True)
    desk.activate()
    assert figures(desk.order(waiting).status, reason_of(desk, waiting)) == [
        "filled",
        "account_halted",
    ]


def reason_of(desk: Desk, order_id: OrderId) -> str | None:
    reason = desk.order(order_id).status_reason
    return None if reason is None else reason.code
