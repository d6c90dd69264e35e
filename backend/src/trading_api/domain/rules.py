"""How the paper market treats orders: what an operator may choose, in one frozen struct."""

from typing import Literal

from msgspec import Struct

TriggerSource = Literal["quote", "last", "mark"]
StopPolicy = Literal["reject", "trigger_now"]

LinkedMode = Literal["partial", "full"]


class Rules(Struct, frozen=True, kw_only=True):
    """The choices that hold for every account of a server.

    Attributes:
        trigger_source: what a stop listens to. `quote`: the ask for buys, the bid for sells;
            `last`: the last trade; `mark`: the middle of bid and ask.
        stop_policy: what becomes of a stop that the market has passed already when it arrives.
        gtc_max_age_ms: how long a `gtc` order may stand; None for ever.
        linked_mode: when children work. `partial`: for what their parent has got, so that nothing
            is ever unprotected; `full`: once it is filled.
    """

    trigger_source: TriggerSource = "quote"
    stop_policy: StopPolicy = "reject"
    gtc_max_age_ms: int | None = None
    linked_mode: LinkedMode = "partial"
