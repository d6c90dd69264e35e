"""Reads the fills of a caller, for other modules."""

from collections.abc import Sequence

from trading_api.domain.ids import AccountId, PrincipalId
from trading_api.domain.orders import Execution
from trading_api.modules.broker.engine import Engine
from trading_api.modules.broker.lists import ExecutionFilter


class CallersExecutions:
    """The durable fills of the accounts that a caller may see; opens no account."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

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
        owned = self._engine.owned_by(principal_id)
        given = None if account_id is None else self._engine.cell(account_id)
        cells = owned if account_id is None else [given] if given else []
        wanted = ExecutionFilter(symbol=symbol, from_ms=from_ms, to_ms=to_ms)
        states = [cell.committed for cell in cells if cell.committed is not None]
        found = (
            state.executions[n] for state in states for n in range(1, state.executions_seq + 1)
        )
        return sorted(filter(wanted.admits, found), key=lambda execution: execution.time)
