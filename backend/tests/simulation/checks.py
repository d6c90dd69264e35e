"""What must hold in every world, whatever happened to it."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from decimal import Decimal

import msgspec

from tests.domain.paper_desk import encoded
from tests.simulation.history import History, Placement
from tests.simulation.observers import Observer
from trading_api.domain.accounts import AccountState
from trading_api.domain.events import AccountOpened, AccountReset, Event, OrderFilled
from trading_api.domain.ids import AccountId
from trading_api.domain.money import exact
from trading_api.domain.orders import Order
from trading_api.domain.ports import Journal
from trading_api.domain.progress import Change
from trading_api.modules.broker.recovery import folded, recover_account
from trading_api.modules.broker.snapshots import Saved
from trading_api.modules.broker.verification import verify


class Folded:
    """An account as its journal alone, without a snapshot, leaves it."""

    def __init__(self, state: AccountState, changes: list[Change], money: "Money") -> None:
        self.state = state
        self.money = money
        self.told = {(change.route, change.seq): change.value for change in changes}
        self.versions: dict[str, list[Order]] = defaultdict(list)
        for change in changes:
            if isinstance(change.value, Order):
                self.versions[change.value.id].append(change.value)


class Money:
    """Cash and units of an account, added up from its events since it was opened or reset."""

    def __init__(self) -> None:
        self.cash = Decimal(0)
        self.held: Counter[str] = Counter()

    @exact
    def add(self, event: Event) -> None:
        """Count an event."""
        match event:
            case AccountOpened(balance=balance) | AccountReset(balance=balance):
                self.cash, self.held = balance, Counter()
            case OrderFilled(execution=fill):
                self.cash -= fill.signed_quantity * fill.price + fill.fee
                self.held[fill.symbol] += fill.signed_quantity  # type: ignore[assignment] # of decimals


async def fold_all(journal: Journal) -> dict[str, Folded]:
    """Every account, folded from its first record; the chain and the snapshots are checked."""
    accounts = {}
    async for stream in verify(journal):
        account_id = AccountId(stream.stream)
        changes: list[Change] = []
        state, money = None, Money()
        async for _, decision in folded(journal, account_id, Saved()):
            state = decision.state
            changes += decision.changes
            for event in decision.events:
                money.add(event)
        assert state is not None
        recovered = (await recover_account(journal, account_id)).committed
        assert recovered is not None
        assert encoded(recovered) == encoded(state), "snapshot and tail are not the fold"
        accounts[stream.stream] = Folded(state, changes, money)
    return accounts


def check_world(history: History, accounts: dict[str, Folded]) -> None:
    """Compare what the clients know with what the journal says."""
    for account_id, account in accounts.items():
        check_orders(history.placements[account_id], account)
        check_numbers(account)
        check_money(account)
    for account_id, placements in history.placements.items():
        known = [each for each in placements.values() if each.placed or each.rejected]
        assert account_id in accounts or not known, "an acknowledged account is missing"
    check_answers(history, accounts)
    check_cancels(history, accounts)
    check_streams(history, accounts)


def check_orders(placements: dict[str, Placement], account: Folded) -> None:
    """Acknowledged: there once. Not known: once or never. Not sent, or refused: never."""
    counts = Counter(order.client_order_id for order in account.state.orders.values())
    by_client_id = {order.client_order_id: order for order in account.state.orders.values()}
    for client_order_id, placement in placements.items():
        count = counts.pop(client_order_id, 0)
        order = by_client_id.get(client_order_id)
        if placement.placed or placement.rejected:
            assert count == 1, f"{client_order_id} was acknowledged and is there {count} times"
        elif placement.refused and not placement.unknown:
            assert count == 0, f"{client_order_id} was refused and is there"
        else:
            assert count <= 1, f"{client_order_id} is there {count} times"
        if order is not None:
            check_order(placement, order, account)
    made_up = {name for name in counts if not name.startswith(account.state.account_id)}
    assert not made_up, f"nobody sent {made_up}"


def check_order(placement: Placement, order: Order, account: Folded) -> None:
    """It is what was asked for, and every answer was the first one."""
    command = placement.command
    assert (order.symbol, order.side, order.kind) == (command.symbol, command.side, command.kind)
    first = account.state.first_answers[order.client_order_id]
    assert all(each == first for each in placement.placed), "two answers to one request"
    if placement.rejected:
        assert not placement.placed
        assert order.status == "rejected"
        assert order.status_reason is not None
        assert set(placement.rejected) == {(order.status_reason.code, order.id)}


def check_numbers(account: Folded) -> None:
    """Orders, executions and their updates are numbered without a hole."""
    state = account.state
    for route, count in (("orders", state.orders_seq), ("executions", state.executions_seq)):
        found = [seq for name, seq in account.told if name == route]
        assert found == list(range(1, count + 1))
    assert len(state.orders) == state.order_count
    for versions in account.versions.values():
        assert [each.version for each in versions] == list(range(1, len(versions) + 1))


@exact
def check_money(account: Folded) -> None:
    """Cash and positions are what the executions add up to, to the last digit."""
    state, money = account.state, account.money
    filled, held = Counter[str](), Counter[str]()
    for each in state.executions.values():
        filled[each.order_id] += each.quantity  # type: ignore[assignment] # of decimals
    for holding in state.holdings.values():
        held[holding.symbol] += holding.quantity  # type: ignore[assignment]
    assert held == money.held
    costs = sum((holding.cost for holding in state.holdings.values()), Decimal(0))
    assert money.cash + costs == state.balance
    for order in state.orders.values():
        assert order.filled_quantity == filled[order.id] <= order.quantity
        if order.status == "filled":
            assert order.filled_quantity == order.quantity


def check_answers(history: History, accounts: dict[str, Folded]) -> None:
    """No answer showed an order as it never was."""
    for answer in history.answers:
        versions = accounts[answer.account_id].versions[answer.id]
        assert answer == versions[answer.version - 1], "an answer that the journal does not know"


def check_cancels(history: History, accounts: dict[str, Folded]) -> None:
    """After a cancel that was acknowledged nothing more is filled."""
    for order_id, answer in history.canceled.items():
        order = accounts[answer.account_id].state.orders[order_id]
        assert (order.status, order.filled_quantity) == ("canceled", answer.filled_quantity)


def check_observers(observers: Sequence[Observer], accounts: dict[str, Folded]) -> None:
    """Over the socket, through every cut and crash, an update is what the journal tells."""
    for observer in observers:
        for (topic, seq), value in observer.known.items():
            route, _, account_id = topic.partition(":")
            told = accounts[account_id].told[route, seq]  # type: ignore[index]
            assert value == msgspec.json.decode(msgspec.json.encode(told)), f"{topic} {seq}"


def check_streams(history: History, accounts: dict[str, Folded]) -> None:
    """In each life a topic told a part of what the journal tells, without a hole, and no more."""
    for life in history.told:
        last: dict[str, int] = {}
        for message in life:
            route, _, account_id = message.topic.partition(":")
            assert message.seq == last.get(message.topic, message.seq - 1) + 1, "a hole"
            last[message.topic] = message.seq
            value = accounts[account_id].told[route, message.seq]  # type: ignore[index]
            assert message.value == value, "a topic told what the journal does not know"
