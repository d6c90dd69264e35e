"""How the paper market treats orders: what an operator may choose, in one frozen struct."""

from decimal import Decimal
from typing import Annotated, Literal

from msgspec import Meta, Struct

from trading_api.domain.money import ZERO

TriggerSource = Literal["quote", "last", "mark"]
StopPolicy = Literal["reject", "trigger_now"]
LinkedMode = Literal["partial", "full"]
LiquidityPolicy = Literal["wait", "walk", "ignore_size"]
LimitPolicy = Literal["touch", "cross", "probability", "queue"]

Probability = Annotated[float, Meta(ge=0, le=1)]


class Model(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="model"):
    """Amounts of which none may be negative."""

    def __post_init__(self) -> None:
        """Refuse what is no amount.

        Raises:
            ValueError: names the member.
        """
        for name in self.__struct_fields__:
            value = getattr(self, name)
            if isinstance(value, Decimal) and not (value.is_finite() and value >= 0):
                raise ValueError(f"{name} {value} is not a number from 0 up")


class BasisPointFee(Model, frozen=True, kw_only=True, tag="bps"):
    """Basis points of the value of each fill, by who was there first."""

    maker: Decimal
    taker: Decimal


class PerUnitFee(Model, frozen=True, kw_only=True, tag="per_unit"):
    """An amount per unit, at least and at most so much per order."""

    amount: Decimal
    minimum: Decimal = ZERO
    maximum: Decimal | None = None


class FlatFee(Model, frozen=True, kw_only=True, tag="flat"):
    """One amount per order that is filled, with its first fill."""

    amount: Decimal


class TickSlippage(Model, frozen=True, kw_only=True, tag="ticks"):
    """So many ticks worse."""

    ticks: Annotated[int, Meta(ge=0, le=1000)]


class ChanceSlippage(Model, frozen=True, kw_only=True, tag="chance"):
    """One tick worse, with a probability."""

    probability: Probability


class BasisPointSlippage(Model, frozen=True, kw_only=True, tag="bps"):
    """Basis points of the price worse, to the nearest tick."""

    bps: Decimal


class SizeSlippage(Model, frozen=True, kw_only=True, tag="size"):
    """Worse by a factor of the spread and of the share of the displayed size that is taken."""

    factor: Decimal


FeeModel = BasisPointFee | PerUnitFee | FlatFee
SlippageModel = TickSlippage | ChanceSlippage | BasisPointSlippage | SizeSlippage


class Rules(Struct, frozen=True, kw_only=True):
    """The choices that hold for every account of a server.

    Attributes:
        fees: what a fill costs: the sum of these.
        slippage: how much worse liquidity is taken than it was displayed; None: not at all.
        liquidity: what becomes of what exceeds the displayed size. `wait`: it waits for the next
            one; `walk`: it goes on at worse prices; `ignore_size`: it is filled as well.
        walk_levels: how many worse prices there are, a tick and the same size each, where the
            depth of the market is not known.
        limit_fill: when a resting limit is filled. `touch`: when the market comes to it; `cross`:
            when it goes through; `probability`: as `cross`, or with `fill_probability` when it
            comes to it; `queue`: as `cross`, or when trades have used up what stood there before.
        trigger_source: what a stop listens to. `quote`: the ask for buys, the bid for sells;
            `last`: the last trade; `mark`: the middle of bid and ask.
        stop_policy: what becomes of a stop that the market has passed already when it arrives.
        gtc_max_age_ms: how long a `gtc` order may stand; None for ever.
        max_leverage: the most that an account may choose.
        market_buffer: what an order without a price of its own is taken above the market by, as a
            share of it, where a part of it may stand.
        margin_warning_level: equity divided by margin used below which an account is warned.
        stop_out_level: the same at which its positions are closed.
        linked_mode: when children work. `partial`: for what their parent has got, so that nothing
            is ever unprotected; `full`: once it is filled.
        seed: begins all chance; another seed, another luck.
        latency_ms: how long an order, a change or a cancel is on its way.
    """

    fees: tuple[FeeModel, ...] = ()
    slippage: SlippageModel | None = None
    liquidity: LiquidityPolicy = "wait"
    walk_levels: int = 10
    limit_fill: LimitPolicy = "touch"
    fill_probability: float = 0.5
    trigger_source: TriggerSource = "quote"
    stop_policy: StopPolicy = "reject"
    gtc_max_age_ms: int | None = None
    max_leverage: Decimal = Decimal(50)
    market_buffer: Decimal = Decimal("0.03")
    margin_warning_level: Decimal = Decimal(1)
    stop_out_level: Decimal = Decimal("0.5")
    linked_mode: LinkedMode = "partial"
    seed: int = 0
    latency_ms: int = 0
