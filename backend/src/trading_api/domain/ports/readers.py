"""What modules may ask each other."""

from collections.abc import Sequence
from typing import Protocol

from trading_api.domain.ids import AccountId, PrincipalId
from trading_api.domain.market import Depth
from trading_api.domain.orders import Execution


class DepthReader(Protocol):
    """Tells what stands at the best prices of a symbol at this moment."""

    def depth(self, symbol: str, levels: int) -> Depth | None:
        """So many of the best levels of each side, best first; None where depth is not known.

        Whoever hears a quote or a trade on the bus reads the ladder as it was at that event: its
        best bid and ask are the quote's.
        """


class ExecutionReader(Protocol):
    """Tells the fills of a caller, who has been allowed to read accounts."""

    def executions_of(
        self,
        principal_id: PrincipalId,
        account_id: AccountId | None,
        symbol: str,
        from_ms: int,
        to_ms: int,
    ) -> Sequence[Execution]:
        """Fills of a symbol with `from_ms` ≤ time < `to_ms`, oldest first.

        Those of every account of the principal, or of the one account that it was given.
        """
