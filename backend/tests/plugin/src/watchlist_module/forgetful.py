"""A source that tells the present and remembers no bar: the datafeed keeps them."""

from collections.abc import Sequence

from msgspec import structs

from trading_api.domain.market import Bar, Resolution, SymbolInfo
from trading_api.shared.sources import SourceContext
from watchlist_module.pendulum import Pendulum

SWING_S = 30


class Forgetful(Pendulum):
    """The pendulum's trades, under a name of their own."""

    name = "forgetful"
    is_recorded = True

    def symbols(self) -> Sequence[SymbolInfo]:
        """Its only instrument."""
        [info] = super().symbols()
        resolutions: tuple[Resolution, ...] = ("1S", "5S", "1", "60", "1D")
        return [structs.replace(info, supported_resolutions=resolutions)]

    def bars(
        self,
        symbol: str,
        resolution: Resolution,
        from_ms: int | None,
        to_ms: int | None,
        limit: int,
        *,
        adjusted: bool = True,
    ) -> Sequence[Bar]:
        """None: what was told is gone."""
        return []


def forgetful(context: SourceContext) -> Forgetful:
    """What the entry point names."""
    return Forgetful(context.clock, SWING_S)
