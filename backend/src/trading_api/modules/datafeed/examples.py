"""Values that the datafeed's documents show."""

from decimal import Decimal

from trading_api.domain.market import Bar, Depth, Quote, SymbolInfo, Trade
from trading_api.modules.datafeed.schemas import BarSeries

SYMBOL = SymbolInfo(
    symbol="AAPL",
    full_name="NASDAQ:AAPL",
    description="Apple Inc.",
    kind="stock",
    exchange="NASDAQ",
    currency="USD",
    timezone="America/New_York",
    session="0930-1600",
    calendar="XNYS",
    session_holidays="20261126,20261225",
    corrections="0930-1300:20261127,20261224",
    price_scale=100,
    min_move=1,
    tick_size=Decimal("0.01"),
    lot_size=Decimal(1),
    min_quantity=Decimal(1),
    max_quantity=Decimal(1_000_000),
    quantity_step=Decimal(1),
    fidelity="daily",
    status="open",
)
BAR = Bar(1_784_505_540_000, 78_371.0, 78_386.0, 78_371.0, 78_380.0, 0.31250017)
OPEN_BAR = Bar(1_784_505_600_000, 78_380.0, 78_391.0, 78_379.0, 78_390.0, 0.12084)
BARS = BarSeries("BTCUSD", "1", [BAR, OPEN_BAR], None)
QUOTE = Quote(
    symbol="BTCUSD",
    time=1_784_505_612_345,
    bid=78_389.0,
    ask=78_390.0,
    bid_size=0.41200511,
    ask_size=1.2,
    last=78_390.0,
    change=71.0,
    change_percent=0.0907,
    open=78_319.0,
    high=78_497.0,
    low=78_319.0,
    previous_close=78_319.0,
    volume=301.77193324,
    status="open",
    fidelity="tick",
)
TRADE = Trade("114578-568694550", "BTCUSD", 1_784_505_612_345, 78_390.0, 0.0004, "buy")
DEPTH = Depth(
    symbol="BTCUSD",
    time=1_784_505_612_345,
    bids=[
        (78_389.0, 0.41200511),
        (78_388.0, 0.1),
        (78_387.5, 1.25),
        (78_387.0, 0.5),
        (78_385.0, 2.0),
    ],
    asks=[(78_390.0, 1.2), (78_391.0, 0.3), (78_392.0, 0.00127), (78_393.0, 0.8), (78_394.5, 1.0)],
    checksum=2_421_175_128,
)
