"""What the state machine may draw: orders, exits, groups, quotes and bars near one price."""

from dataclasses import replace
from fractions import Fraction
from typing import Any

from hypothesis import strategies as st

from tests.modules.broker.naive_orders import CONDITIONAL, Wish

LIMITED = ("limit", "stop_limit", "trailing_stop_limit", "limit_if_touched")
STOPPED = ("stop", "stop_limit", "market_if_touched", "limit_if_touched")
KINDS = ("market", "market", "limit", "limit", "limit", *CONDITIONAL)
GROUPED = ("limit", "limit", *CONDITIONAL)

sides = st.sampled_from(["buy", "sell"])
lots = st.integers(1, 12)
prices = st.integers(996, 1004).map(lambda cents: Fraction(cents, 100))
sizes = st.sampled_from([None, 0, 3, 3, 8, 30])
distances = st.sampled_from([1, 2, 2, 3, 4, 6, 8, -1]).map(lambda cents: Fraction(cents, 100))
picks = st.integers(0, 10_000)
seldom = st.sampled_from([False, False, False, True])
lives = st.sampled_from(["gtc", "gtc", "day", "gtd"])
trails = st.one_of(
    st.tuples(st.just("absolute"), st.integers(1, 6).map(lambda cents: Fraction(cents, 100))),
    st.tuples(st.just("percent"), st.integers(1, 5).map(lambda tenths: Fraction(tenths, 10))),
)
quotes = st.tuples(prices, st.integers(1, 3), sizes, sizes)
bars = st.lists(st.integers(996, 1004), min_size=4, max_size=4).map(
    lambda four: (four[0], max(four), min(four), four[3])
)


def maybe(strategy: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.one_of(st.none(), strategy)


@st.composite
def wishes(draw: st.DrawFn, kinds: tuple[str, ...] = KINDS, quantity: int | None = None) -> Wish:
    """An order whose members fit each other; `expire_at` is counted from now."""
    kind = draw(st.sampled_from(kinds))
    tif = draw(lives)
    if kind in ("market", "limit") and kinds is KINDS and draw(seldom):
        tif = draw(st.sampled_from(["ioc", "fok"]))
    wish = Wish(
        side=draw(sides),
        kind=kind,
        quantity=quantity or draw(lots),
        limit=draw(prices) if kind in LIMITED else None,
        stop=draw(prices) if kind in STOPPED else None,
        trail=draw(trails) if "trailing" in kind else None,
        tif=tif,
        expire_at=draw(st.sampled_from([500, 5_000, 1_800_000])) if tif == "gtd" else None,
        post_only=kind == "limit" and tif not in ("ioc", "fok") and draw(seldom),
        reduce_only=draw(seldom),
    )
    if kind in ("market", "limit") and kinds is KINDS and not wish.reduce_only and draw(seldom):
        return replace(wish, quantity=0, notional=Fraction(draw(st.integers(2_000, 15_000)), 100))
    return wish


@st.composite
def exits(draw: st.DrawFn) -> tuple[Wish, ...]:
    """A stop loss, a take profit, or both; prices are distances from the one that was entered at.

    A negative one lies on the wrong side.
    """
    found = []
    which = draw(st.sampled_from(["stop", "profit", "both", "both", "both"]))
    if which != "profit":
        kind = draw(st.sampled_from(["stop", "stop", "stop_limit", "trailing_stop"]))
        stop = None if kind == "trailing_stop" else draw(distances)
        limit = draw(distances) if kind == "stop_limit" else None
        trail = draw(trails) if kind == "trailing_stop" else None
        found.append(Wish("", kind=kind, stop=stop, limit=limit, trail=trail, reduce_only=True))
    if which != "stop":
        found.append(Wish("", kind="limit", limit=draw(distances), reduce_only=True))
    return tuple(found)


def around(found: tuple[Wish, ...], entry: Wish, reference: Fraction) -> tuple[Wish, ...]:
    """Exits at their distances from the price of an entry, as wishes of their own."""
    sign = 1 if entry.side == "buy" else -1

    def at(distance: Fraction | None, sign: int) -> Fraction | None:
        return None if distance is None else reference + sign * distance

    return tuple(
        replace(
            each,
            side="sell" if entry.side == "buy" else "buy",
            quantity=entry.quantity,
            stop=at(each.stop, -sign),
            limit=at(each.limit, sign if each.kind == "limit" else -sign),
            tif=entry.tif,
            expire_at=entry.expire_at,
        )
        for each in found
    )


def fitting(wish: Wish, position: int, price: dict[str, Fraction]) -> Wish:
    """The wish made sensible: what only reduces is against the position, a stop lies ahead.

    One in five stops is left where it was drawn.
    """
    if wish.reduce_only and position:
        wish = replace(wish, side="sell" if position > 0 else "buy")
    market = price.get(wish.side)
    if wish.stop is None or market is None or wish.stop * 100 % 5 == 0:
        return wish
    rises = (wish.side == "buy") != ("touched" in wish.kind)
    distance = abs(wish.stop - market) + Fraction(1, 100)
    return replace(wish, stop=market + distance if rises else market - distance)


@st.composite
def groups(draw: st.DrawFn) -> tuple[str, tuple[Wish, ...]]:
    """The orders of a group of one's own."""
    kind = draw(st.sampled_from(["oco", "oto"]))
    count = draw(st.integers(2, 3))
    if kind == "oco":
        quantity = draw(lots)
        return kind, tuple(draw(wishes(GROUPED, quantity)) for _ in range(count))
    first = draw(wishes(GROUPED))
    others = [draw(wishes(("market", *GROUPED))) for _ in range(count - 1)]
    return kind, (first, *others)


# --- steps, as the name of a method of the machine and what it takes ------------------------------

fresh = st.one_of(
    st.tuples(st.just("place"), wishes()),
    st.tuples(st.just("place"), wishes()),
    st.tuples(st.just("bracket"), wishes(), exits()),
    st.tuples(st.just("group"), groups()),
)
changes = st.one_of(
    st.tuples(st.just("modify"), picks, maybe(lots), maybe(prices), maybe(prices), maybe(trails)),
    st.tuples(st.just("modify"), picks, maybe(lots), maybe(prices), st.none(), st.none()),
    st.tuples(st.just("cancel"), picks),
    st.tuples(st.just("protect"), exits()),
    st.tuples(st.just("close"), maybe(lots)),
    st.tuples(st.just("reverse")),
)
news = st.one_of(
    st.tuples(st.just("hear"), quotes),
    st.tuples(st.just("hear"), quotes),
    st.tuples(st.just("exhaust"), sides, lots, st.sampled_from(["ioc", "fok"])),
    st.tuples(st.just("trade"), prices, lots),
    st.tuples(
        st.just("whipsaw"),
        sides,
        st.integers(6, 12),
        st.lists(st.tuples(st.booleans(), st.integers(1, 4)), min_size=3, max_size=6),
    ),
    st.tuples(st.just("bar"), bars, st.integers(1, 3)),
)
silences = st.one_of(
    st.tuples(st.just("say"), quotes, st.sampled_from(["closed", "halted", "break", "stale"])),
    st.tuples(st.just("pass_time"), st.sampled_from([1, 999, 20_000])),
    st.tuples(st.just("pass_time"), st.just(61_000)),
    st.tuples(st.just("end_session"), quotes),
)
cuts = st.one_of(
    st.tuples(
        st.just("crash"),
        quotes,
        st.sampled_from([0, 1000, 3_600_000]),
        st.booleans(),
        st.booleans(),
    ),
    st.tuples(st.just("halt"), wishes()),
    st.tuples(st.just("reset"), st.sampled_from([150, 100_000])),
    st.tuples(st.just("cancel_all")),
)
steps = st.lists(st.one_of(fresh, fresh, changes, news, news), min_size=5, max_size=12)


# --- as the body of a request ---------------------------------------------------------------------


def text_of(value: Fraction) -> str:
    """A fraction of a few decimals as the wire has it."""
    whole, rest = divmod(value * 1000, 1000)
    return f"{whole}.{int(rest):03}".rstrip("0").rstrip(".")


def members_of(wish: Wish) -> dict[str, Any]:
    """What is said of prices, trail and end."""
    members: dict[str, Any] = {}
    if wish.quantity:
        members["quantity"] = str(wish.quantity)
    if wish.notional is not None:
        members["notional"] = text_of(wish.notional)
    if wish.limit is not None:
        members["limit_price"] = text_of(wish.limit)
    if wish.stop is not None:
        members["stop_price"] = text_of(wish.stop)
    if wish.trail is not None:
        members["trail"] = {"kind": wish.trail[0], "value": text_of(wish.trail[1])}
    if wish.expire_at is not None:
        members["expire_at"] = wish.expire_at
    return members


def body_of(wish: Wish) -> dict[str, Any]:
    """The body of an order, but for its symbol."""
    body = {
        "side": wish.side,
        "type": wish.kind,
        "time_in_force": wish.tif,
        **members_of(wish),
    }
    if wish.post_only:
        body["post_only"] = True
    if wish.reduce_only:
        body["reduce_only"] = True
    return body


def exits_body(exits: tuple[Wish, ...]) -> dict[str, Any]:
    """`take_profit` and `stop_loss`."""
    return {
        "take_profit" if each.kind == "limit" else "stop_loss": members_of(
            replace(each, quantity=0, expire_at=None)
        )
        for each in exits
    }
