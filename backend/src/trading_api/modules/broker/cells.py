"""The cell of an account: its working and its committed state."""

from collections import deque

from trading_api.domain.accounts import AccountState
from trading_api.domain.chain import FIRST, Chain
from trading_api.domain.errors import TradingError
from trading_api.domain.events import order_of
from trading_api.domain.ids import AccountId, OrderId
from trading_api.domain.orders import Order
from trading_api.domain.progress import Decision
from trading_api.modules.broker.commits import Pending
from trading_api.modules.broker.snapshots import Saved

RECENT_ORDERS = 1024


class Cell:
    """An account's two states: what was decided, and how much of that is durable.

    `chain` is the account's stream up to the newest entry, `last` is that entry while it is not
    durable yet, `head` the hash of the last one that is; `saved` is what snapshots hold, `touched`
    are the orders to which something happened since; `recent` are the newest updates of topic
    `orders`, so that few who resume need the journal.
    """

    __slots__ = (
        "account_id",
        "chain",
        "committed",
        "head",
        "last",
        "opening",
        "recent",
        "saved",
        "touched",
        "working",
    )

    def __init__(self, account_id: AccountId) -> None:
        self.account_id = account_id
        self.chain = Chain(account_id)
        self.head = FIRST
        self.saved = Saved()
        self.touched: set[OrderId] = set()
        self.opening: AccountState | None = None
        self.working: AccountState | None = None
        self.committed: AccountState | None = None
        self.last: Pending | None = None
        self.recent: deque[tuple[int, Order]] = deque(maxlen=RECENT_ORDERS)

    def commit(self, decision: Decision, head: bytes) -> None:
        """A decision is durable; the hash of its record is `head`."""
        self.committed, self.head = decision.state, head
        for event in decision.events:
            if (order_id := order_of(event)) is not None:
                self.touched.add(order_id)
        for change in decision.changes:
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
