"""What an operator may choose for the broker, and what of it the domain has to know."""

from decimal import Decimal
from typing import Annotated

from msgspec import Meta, Struct

from trading_api.domain.money import canonical
from trading_api.domain.rules import (
    BasisPointFee,
    FeeModel,
    LimitPolicy,
    LinkedMode,
    LiquidityPolicy,
    Probability,
    Rules,
    SlippageModel,
    StopPolicy,
    TriggerSource,
)

DAY_MS = 24 * 3_600_000


class BrokerOptions(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`[modules.broker]` of the settings; what the rules mean is said in `domain/rules.py`.

    Attributes:
        fee_bps: fee on every fill, in basis points of its value; more are in `fees`.
        max_quote_age_s: seconds after the last event of a symbol when its quote is too old.
        gtc_max_age_days: days after which an order that is good till canceled expires.
        snapshot_every: entries of an account's journal after which its state is kept, so that a
            start need not read them again.
    """

    fee_bps: Annotated[float, Meta(ge=0, le=10_000)] = 0.0
    fees: tuple[FeeModel, ...] = ()
    slippage: SlippageModel | None = None
    liquidity: LiquidityPolicy = "wait"
    walk_levels: Annotated[int, Meta(ge=1, le=1000)] = 10
    limit_fill: LimitPolicy = "touch"
    fill_probability: Probability = 0.5
    seed: int = 0
    max_quote_age_s: Annotated[float, Meta(gt=0, le=86_400)] = 60.0
    trigger_source: TriggerSource = "quote"
    stop_policy: StopPolicy = "reject"
    gtc_max_age_days: Annotated[int, Meta(ge=1, le=36_500)] | None = None
    linked_mode: LinkedMode = "partial"
    snapshot_every: Annotated[int, Meta(ge=1)] = 1000

    def rules(self) -> Rules:
        """What of it the domain has to know."""
        days = self.gtc_max_age_days
        return Rules(
            fees=(*self._fee_bps(), *self.fees),
            slippage=self.slippage,
            liquidity=self.liquidity,
            walk_levels=self.walk_levels,
            limit_fill=self.limit_fill,
            fill_probability=self.fill_probability,
            seed=self.seed,
            trigger_source=self.trigger_source,
            stop_policy=self.stop_policy,
            gtc_max_age_ms=None if days is None else days * DAY_MS,
            linked_mode=self.linked_mode,
        )

    def _fee_bps(self) -> tuple[FeeModel, ...]:
        rate = canonical(Decimal(str(self.fee_bps)))
        return (BasisPointFee(maker=rate, taker=rate),) if rate else ()
