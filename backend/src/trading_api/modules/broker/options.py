"""What an operator may choose for the broker, and what of it the domain has to know."""

from typing import Annotated

from msgspec import Meta, Struct

from trading_api.domain.rules import LinkedMode, Rules, StopPolicy, TriggerSource

DAY_MS = 24 * 3_600_000


class BrokerOptions(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`[modules.broker]` of the settings.

    Attributes:
        fee_bps: fee on every fill, in basis points of its value.
        max_quote_age_s: seconds after the last event of a symbol when its quote is too old.
        trigger_source: what stops listen to.
        stop_policy: what becomes of a stop that the market has passed when it arrives.
        gtc_max_age_days: days after which an order that is good till canceled expires.
        linked_mode: when the children of an order work.
        snapshot_every: entries of an account's journal after which its state is kept, so that a
            start need not read them again.
    """

    fee_bps: Annotated[float, Meta(ge=0, le=10_000)] = 0.0
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
            trigger_source=self.trigger_source,
            stop_policy=self.stop_policy,
            gtc_max_age_ms=None if days is None else days * DAY_MS,
            linked_mode=self.linked_mode,
        )
