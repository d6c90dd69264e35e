"""Values that the broker's documents show."""

from decimal import Decimal

from trading_api.domain.accounts import Account
from trading_api.domain.ids import AccountId, ExecutionId, OrderId, PositionId
from trading_api.domain.orders import Execution, Explanation, Order
from trading_api.domain.positions import Position
from trading_api.modules.broker.connection import Connection
from trading_api.modules.broker.requests import (
    ExitsRequest,
    ModifyOrderRequest,
    PlaceOrderRequest,
    StopLossRequest,
    TakeProfitRequest,
)
from trading_api.modules.broker.schemas import (
    CreateAccountRequest,
    Deadman,
    DeadmanRequest,
    HaltRequest,
    ResetRequest,
)

ACCOUNT_ID = AccountId("acc-4c1029697ee3")
ORDER_ID = OrderId("acc-4c1029697ee3-o1")

PLACE = PlaceOrderRequest(
    symbol="BTCUSD",
    side="buy",
    type="limit",
    quantity="0.05",
    limit_price="78390",
    client_order_id="first-order",
)
MODIFY = ModifyOrderRequest(quantity="0.04", limit_price="78380.5", version=1)
EXITS = ExitsRequest(
    take_profit=TakeProfitRequest(limit_price="79500"),
    stop_loss=StopLossRequest(stop_price="78000"),
)
ORDER = Order(
    id=ORDER_ID,
    client_order_id="first-order",
    account_id=ACCOUNT_ID,
    symbol="BTCUSD",
    side="buy",
    kind="limit",
    quantity=Decimal("0.05"),
    filled_quantity=Decimal("0.05"),
    average_price=Decimal(78389),
    limit_price=Decimal(78390),
    time_in_force="gtc",
    status="filled",
    created_at=1_784_505_612_345,
    updated_at=1_784_505_612_345,
    version=2,
)
EXECUTION = Execution(
    id=ExecutionId("acc-4c1029697ee3-x1"),
    order_id=ORDER_ID,
    client_order_id="first-order",
    account_id=ACCOUNT_ID,
    symbol="BTCUSD",
    side="buy",
    quantity=Decimal("0.05"),
    price=Decimal(78389),
    fee=Decimal(0),
    fee_currency="USD",
    liquidity="taker",
    cumulative_quantity=Decimal("0.05"),
    leaves_quantity=Decimal(0),
    fidelity="tick",
    time=1_784_505_612_345,
    explanation=Explanation(
        rule="limit_taker",
        market_seq=4711,
        bid=Decimal(78388),
        ask=Decimal(78389),
        size_before=Decimal("0.41200511"),
        size_after=Decimal("0.36200511"),
        size_unknown=False,
    ),
)
EXIT = Order(
    id=OrderId("acc-4c1029697ee3-o2"),
    client_order_id="acc-4c1029697ee3-o2",
    account_id=ACCOUNT_ID,
    symbol="BTCUSD",
    side="sell",
    kind="stop",
    quantity=Decimal("0.05"),
    stop_price=Decimal(78000),
    reduce_only=True,
    status="working",
    parent_id=PositionId("BTCUSD"),
    parent_type="position",
    group_id="acc-4c1029697ee3-p-BTCUSD",
    group_type="bracket",
    created_at=1_784_505_612_345,
    updated_at=1_784_505_612_345,
)
POSITION = Position(
    id=PositionId("BTCUSD"),
    account_id=ACCOUNT_ID,
    symbol="BTCUSD",
    side="long",
    quantity=Decimal("0.05"),
    average_price=Decimal(78389),
    cost=Decimal("3919.45"),
    mark_price=Decimal(78388),
    unrealized_pnl=Decimal("-0.05"),
    realized_pnl=Decimal(0),
    updated_at=1_784_505_612_345,
)
ACCOUNT = Account(
    id=ACCOUNT_ID,
    name="Paper account",
    currency="USD",
    balance=Decimal(100_000),
    equity=Decimal("99999.95"),
    unrealized_pnl=Decimal("-0.05"),
    realized_pnl=Decimal(0),
    margin_used=Decimal("3919.4"),
    margin_reserved=Decimal(0),
    buying_power=Decimal("96080.55"),
)
CREATE_ACCOUNT = CreateAccountRequest(name="Swing trades", currency="USD", balance="25000")
RESET = ResetRequest(balance="25000")
HALT = HaltRequest(flatten=True)
SET_DEADMAN = DeadmanRequest(seconds=60)
DEADMAN = Deadman(account_id=ACCOUNT_ID, seconds=60, expires_at=1_784_505_672_345)
CONNECTION = Connection("live", "ok")
