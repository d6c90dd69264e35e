"""Values that the broker's documents show."""

from decimal import Decimal

from trading_api.domain.account_view import Account
from trading_api.domain.equity import EquityPoint
from trading_api.domain.ids import AccountId, ExecutionId, OrderId, PositionId
from trading_api.domain.leverage import Leverage, LeveragePreview
from trading_api.domain.orders import Execution, Explanation, Order
from trading_api.domain.positions import Position
from trading_api.domain.preview import Preview
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
    LeverageRequest,
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
    currency="USD",
    updated_at=1_784_505_612_345,
)
ACCOUNT = Account(
    id=ACCOUNT_ID,
    name="Paper account",
    currency="USD",
    mode="netting",
    fifo=False,
    balance=Decimal(100_000),
    equity=Decimal("99999.95"),
    unrealized_pnl=Decimal("-0.05"),
    realized_pnl=Decimal(0),
    margin_used=Decimal("3919.4"),
    margin_reserved=Decimal(0),
    free_margin=Decimal("96080.55"),
    buying_power=Decimal("96080.55"),
    margin_level=Decimal("25.516137674134"),
    leverage=Decimal(1),
)
CREATE_ACCOUNT = CreateAccountRequest(name="Swing trades", currency="USD", balance="25000")
RESET = ResetRequest(balance="25000")
HALT = HaltRequest(flatten=True)
PREVIEW = Preview(
    price=Decimal(78389),
    notional=Decimal("3919.45"),
    fee=Decimal(0),
    margin=Decimal("3919.4"),
    buying_power_after=Decimal("96080.55"),
    position_after=Decimal("0.05"),
    warnings=(),
    errors=(),
)
SET_LEVERAGE = LeverageRequest(leverage="4")
LEVERAGE = Leverage(
    symbol="BTCUSD", leverage=Decimal(4), min=Decimal(1), max=Decimal(50), step=Decimal(1)
)
LEVERAGE_PREVIEW = LeveragePreview(
    symbol="BTCUSD",
    leverage=Decimal(4),
    min=Decimal(1),
    max=Decimal(50),
    step=Decimal(1),
    margin_used=Decimal("979.85"),
    free_margin=Decimal("99020.1"),
    warnings=(),
    errors=(),
)
SET_DEADMAN = DeadmanRequest(seconds=60)
DEADMAN = Deadman(account_id=ACCOUNT_ID, seconds=60, expires_at=1_784_505_672_345)
EQUITY_POINT = EquityPoint(
    time=1_784_505_612_345, equity=Decimal("99999.95"), balance=Decimal(100_000)
)
CONNECTION = Connection("live", "ok")
