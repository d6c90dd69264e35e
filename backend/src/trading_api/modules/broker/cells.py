"""The cell of an account: its working and its committed state."""

from collections import deque
from collections.abc import Iterable

from trading_api.domain.accounts import AccountState
from trading_api.domain.chain import Chain
from trading_api.domain.errors import TradingError
from trading_api.domain.evolution import Change
from trading_api.domain.ids import AccountId
from trading_api.domain.orders import Order
from trading_api.modules.broker.commits import Pending

RECENT_ORDERS = 1024


class Cell:
    """An account's two states: what was decided, and how much of that is durable.

    `chain` is the account's stream up to the newest entry, `last` is that entry while it is not
    durable yet; `recent` are the newest updates of topic `orders`, so that few who resume need the
    journal.
    """

    __slots__ = ("account_id", "chain", "committed", "last", "opening", "recent", "working")

    def __init__(self, account_id: AccountId) -> None:
        self.account_id = account_id
        self.chain = Chain(account_id)
        self.opening: AccountState | None = None
        self.working: AccountState | None = None
        self.committed: AccountState | None = None
        self.last: Pending | None = None
        self.recent: deque[tuple[int, Order]] = deque(maxlen=RECENT_ORDERS)

    def commit(self, state: AccountState, changes: Iterable[Change]) -> None:
        """What led to the state is durable."""
        self.committed = state
        for change in changes:
            if isinstance(change.value, Order):
                self.recent.append((change.seq, change.value))

    @property
    def shown(self) -> AccountState:
        """The durable state; of an account that is just being opened, what everybody begins with.

        Raises:
            TradingError: `unknown_account` when it was never opened.
        """
        state = self.committed or self.opening
        if state is None:
            raise TradingError("unknown_account", f"account {self.account_id} is not known")
        return state
