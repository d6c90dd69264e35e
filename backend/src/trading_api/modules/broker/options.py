"""`[modules.broker]` of the settings: what an operator may choose."""

from decimal import Decimal
from typing import Annotated

from msgspec import Meta, Struct, field

from trading_api.domain.ids import AccountId
from trading_api.domain.limits import NO_LIMITS, Limits, strictest
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
from trading_api.domain.sessions import DAY_MS
from trading_api.shared.auth import OWNER_ID, Principal


class BrokerOptions(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`[modules.broker]` of the settings; what the rules mean is said in `domain/rules.py`.

    Attributes:
        fee_bps: fee on every fill, in basis points of its value; more are in `fees`.
        max_quote_age_s: seconds after the last event of a symbol when its quote is too old.
        gtc_max_age_days: days after which an order that is good till canceled expires.
        snapshot_every: entries of an account's journal after which its state is kept, so that a
            start need not read them again.
        max_leverage: the most that an account may choose.
        market_buffer_percent: what an order without a price of its own is taken above the market
            by, where a part of it may stand.
        margin_warning_percent: margin level below which an account is warned.
        stop_out_percent: margin level at which its positions are closed.
        limits: what every account may do.
        account_limits: what an account may do besides, by its id.
        key_limits: what an API key may do besides, by its name.
    """

    fee_bps: Annotated[float, Meta(ge=0, le=10_000)] = 0.0
    fees: tuple[FeeModel, ...] = ()
    slippage: SlippageModel | None = None
    liquidity: LiquidityPolicy = "wait"
    walk_levels: Annotated[int, Meta(ge=1, le=1000)] = 10
    limit_fill: LimitPolicy = "touch"
    fill_probability: Probability = 0.5
    seed: int = 0
    latency_ms: Annotated[int, Meta(ge=0, le=60_000)] = 0
    max_quote_age_s: Annotated[float, Meta(gt=0, le=86_400)] = 60.0
    trigger_source: TriggerSource = "quote"
    stop_policy: StopPolicy = "reject"
    gtc_max_age_days: Annotated[int, Meta(ge=1, le=36_500)] | None = None
    linked_mode: LinkedMode = "partial"
    snapshot_every: Annotated[int, Meta(ge=1)] = 10_000
    max_leverage: Annotated[int, Meta(ge=1, le=1000)] = 50
    market_buffer_percent: Annotated[float, Meta(ge=0, le=100)] = 3.0
    margin_warning_percent: Annotated[float, Meta(ge=0, le=1000)] = 100.0
    stop_out_percent: Annotated[float, Meta(ge=0, le=1000)] = 50.0
    limits: Limits = NO_LIMITS
    account_limits: dict[str, Limits] = field(default_factory=dict)
    key_limits: dict[str, Limits] = field(default_factory=dict)

    def limits_of(self, principal: Principal, account_id: AccountId) -> Limits:
        """What a caller may do with an account: of the limits that hold, the strictest."""
        if not (self.account_limits or self.key_limits):
            return self.limits
        account = self.account_limits.get(account_id, NO_LIMITS)
        name = "" if principal.id == OWNER_ID else principal.id.removeprefix("key:")
        key = self.key_limits.get(name, NO_LIMITS)
        return strictest((self.limits, account, key))

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
            latency_ms=self.latency_ms,
            trigger_source=self.trigger_source,
            stop_policy=self.stop_policy,
            gtc_max_age_ms=None if days is None else days * DAY_MS,
            linked_mode=self.linked_mode,
            max_leverage=Decimal(self.max_leverage),
            market_buffer=_share(self.market_buffer_percent),
            margin_warning_level=_share(self.margin_warning_percent),
            stop_out_level=_share(self.stop_out_percent),
        )

    def _fee_bps(self) -> tuple[FeeModel, ...]:
        rate = canonical(Decimal(str(self.fee_bps)))
        return (BasisPointFee(maker=rate, taker=rate),) if rate else ()


def _share(percent: float) -> Decimal:
    return canonical(Decimal(repr(percent)) / 100)
