"""`trading-api import` and `export`: what is stored, what is refused, and the way back."""

import csv
import gzip
import json
import re
import shlex
from array import array
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from datetime import date
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec import structs

from tests.commands.runner import invoke
from tests.modules.datafeed.test_datafeed_api import utc
from trading_api.commands.importing import Description, Importer
from trading_api.domain.adjustments import CorporateAction
from trading_api.domain.intervals import Interval
from trading_api.domain.market import Bar, Resolution, SymbolInfo
from trading_api.domain.series import BUY, SELL, Columns, Kind, SeriesKey
from trading_api.domain.sessions import day_stamp
from trading_api.infra.catalogue import SqlCatalogue
from trading_api.infra.data_files import DataFile, TimeForm, writing
from trading_api.infra.database import MARKET, open_database
from trading_api.infra.market_store import SqlMarketStore
from trading_api.modules.datafeed.service import DatafeedService
from trading_api.modules.datafeed.sources.stocks import committed_source
from trading_api.modules.datafeed.sources.synthetic import synthetic_source
from trading_api.shared.clock import SystemClock
from trading_api.shared.context import AppContext
from trading_api.shared.memory import MemoryCatalogue
from trading_api.shared.memory_market import MemoryMarketStore

START = 1_764_599_400_000
MINUTE_MS = 60_000
MINUTES = SeriesKey("ACME", "bars", "1")
HEADER = "time,open,high,low,close,volume\n"


@contextmanager
def stored(folder: Path) -> Iterator[tuple[SqlMarketStore, SqlCatalogue]]:
    engine = open_database(folder / "data" / "market.db", MARKET, "NORMAL")
    store, catalogue = SqlMarketStore(), SqlCatalogue([])
    store.open(engine)
    catalogue.open(engine)
    yield store, catalogue
    engine.dispose()


def bars_of(folder: Path, key: SeriesKey = MINUTES) -> list[Bar]:
    with stored(folder) as (store, _):
        return store.read(key, None, None, 100_000).bars()


def info_of(folder: Path, symbol: str = "ACME") -> SymbolInfo:
    with stored(folder) as (_, catalogue):
        found = catalogue.get(symbol)
    assert found is not None
    return found


def minutes(count: int, start: int = START) -> str:
    rows = (
        f"{start + n * MINUTE_MS},{10 + n % 7},{18 + n % 7}.25,9.5,{10 + n % 5},{n}\n"
        for n in range(count)
    )
    return HEADER + "".join(rows)


def load(folder: Path, text: str, *options: str, name: str = "rows.csv") -> str:
    (folder / name).write_text(text)
    result = invoke(folder, "import", str(folder / name), "--symbol", "ACME", *options)
    assert result.exit_code == 0, result.output
    return result.output


def test_an_unknown_symbol_is_made_and_its_bars_are_stored(tmp_path: Path) -> None:
    said = load(tmp_path, minutes(3000))
    assert "bars of 1 of ACME (new): 3,000 rows read, 3,000 new, 0 updated, 0 as before" in said
    info = info_of(tmp_path)
    assert (info.session, info.timezone, info.full_name) == ("24x7", "UTC", "IMPORT:ACME")
    assert (str(info.tick_size), info.price_scale, str(info.quantity_step)) == ("0.01", 100, "1")
    assert len(bars_of(tmp_path)) == 3000
    days = bars_of(tmp_path, SeriesKey("ACME", "bars", "1D"))
    assert sum(bar.volume for bar in days) == sum(range(3000))
    with stored(tmp_path) as (store, _):
        assert store.known(MINUTES) == [Interval(START, START + 3000 * MINUTE_MS)]


def test_the_same_file_again_changes_nothing_and_a_corrected_one_updates(tmp_path: Path) -> None:
    load(tmp_path, minutes(2000))
    assert "0 new, 0 updated, 2,000 as before, 0 refused" in load(tmp_path, minutes(2000))
    corrected = minutes(2000).replace(",10.0,", ",10.0,").replace(",1999\n", ",5\n")
    assert "1 new, 1 updated, 1,999 as before" in load(
        tmp_path, corrected + f"{START + 2000 * MINUTE_MS},10,18,9,10,1\n"
    )
    assert bars_of(tmp_path)[1999].volume == 5
    day = bars_of(tmp_path, SeriesKey("ACME", "bars", "1D"))[-1]
    assert day.close == 10


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        pytest.param("{t},10,9,8,10,1", "high 9 is below open 10", id="high"),
        pytest.param("{t},10,12,11,12,1", "low 11 is above open 10", id="low"),
        pytest.param("{t},10,12,0,12,1", "low 0 is not above 0", id="zero"),
        pytest.param("{t},10,12,9,12,-1", "volume -1 is below 0", id="volume"),
        pytest.param("{t},10,12,9,nan,1", "a value is not a finite number", id="nan"),
        pytest.param("{t},10,twelve,9,12,1", "high 'twelve' cannot be read", id="text"),
        pytest.param("{t},10,12,9,12", "it has 5 values, not 6", id="short"),
        pytest.param("soon,10,12,9,12,1", "time 'soon' cannot be read", id="time"),
        pytest.param("{odd},10,12,9,12,1", "is not the beginning of a bar of 1", id="odd time"),
        pytest.param("-60000,10,12,9,12,1", "does not lie between 1970 and 2200", id="far"),
        pytest.param("9" * 20 + ",10,12,9,12,1", "does not lie between 1970 and 2200", id="huge"),
        pytest.param("-1e30,10,12,9,12,1", "does not lie between 1970 and 2200", id="hugely early"),
        pytest.param("inf,10,12,9,12,1", "time 'inf' cannot be read", id="infinite"),
    ],
)
def test_a_row_that_cannot_be_right_is_told_and_the_others_are_stored(
    row: str, reason: str, tmp_path: Path
) -> None:
    bad = row.format(t=START + 50 * MINUTE_MS, odd=START + 50 * MINUTE_MS + 1)
    lines = minutes(40).splitlines()
    text = "\n".join([*lines[:21], bad, *lines[21:]]) + "\n"
    out = tmp_path / "refused.csv"
    said = load(tmp_path, text, "--quarantine", str(out))
    assert "41 rows read, 40 new, 0 updated, 0 as before, 1 refused" in said
    assert len(bars_of(tmp_path)) == 40
    [header, refused] = csv.reader(out.read_text().splitlines())
    assert header == ["line", "reason"]
    assert refused[0] == "22"
    assert reason in refused[1]
    assert f"line 22: {refused[1]}" in said


def test_a_symbol_with_a_calendar_takes_rows_of_its_session_alone(tmp_path: Path) -> None:
    said = load(tmp_path, minutes(500), "--calendar", "XNYS", "--exchange", "NYSE")
    # From half past nine, 390 minutes.
    assert "500 rows read, 390 new" in said
    assert "lies outside the session" in said
    info = info_of(tmp_path)
    assert (info.full_name, info.session, info.calendar) == ("NYSE:ACME", "0930-1600", "XNYS")


def test_times_in_other_units_and_zones(tmp_path: Path) -> None:
    expected = [START, START + MINUTE_MS]

    def times(*options: str, first: str, second: str) -> list[int]:
        text = f"{HEADER}{first},1,1,1,1,1\n{second},1,1,1,1,1\n"
        load(tmp_path, text, *options)
        return [bar.time for bar in bars_of(tmp_path)]

    seconds = str(START // 1000), str(START // 1000 + 60)
    assert times("--time-unit", "s", first=seconds[0], second=seconds[1]) == expected
    nano = f"{START}000000", f"{START + MINUTE_MS}000000"
    assert times("--time-unit", "ns", first=nano[0], second=nano[1]) == expected
    zone = ("--timezone", "America/New_York")
    local = "2025-12-01 09:30", "2025-12-01 09:31"
    assert times(*zone, first=local[0], second=local[1]) == expected
    told = "2025-12-01T14:30:00Z", "2025-12-01T15:31:00+01:00"
    assert times(*zone, first=told[0], second=told[1]) == expected


def test_daily_bars_bear_their_day_whatever_the_zone(tmp_path: Path) -> None:
    text = HEADER + "2025-12-01,1,1,1,1,1\n2025-12-02,1,1,1,1,1\n"
    for zone in ("UTC", "America/New_York", "Asia/Tokyo"):
        load(tmp_path, text, "--timezone", zone)
        times = [bar.time for bar in bars_of(tmp_path, SeriesKey("ACME", "bars", "1D"))]
        assert times == [day_stamp(date(2025, 12, 1)), day_stamp(date(2025, 12, 2))]


def test_bars_in_any_order_are_the_same_bars(tmp_path: Path) -> None:
    head, *rows = minutes(1500).splitlines(keepends=True)
    load(tmp_path, head + "".join(rows[::-1]))
    backwards = bars_of(tmp_path)
    (tmp_path / "again").mkdir()
    load(tmp_path / "again", head + "".join(rows))
    assert backwards == bars_of(tmp_path / "again")


def test_trades_are_stored_and_made_into_minutes_and_days(tmp_path: Path) -> None:
    rows = "".join(f"{START + n // 3 * 7_000},{100 + n % 4},{n + 1}\n" for n in range(600))
    said = load(tmp_path, "time,price,size\n" + rows)
    assert "trades of ACME (new): 600 rows read, 600 new" in said
    assert "600 as before" in load(tmp_path, "time,price,size\n" + rows)
    assert sum(bar.volume for bar in bars_of(tmp_path)) == sum(range(1, 601))
    [day] = bars_of(tmp_path, SeriesKey("ACME", "bars", "1D"))
    assert (day.open, day.close) == (100, 103)
    with stored(tmp_path) as (store, _):
        trades = store.read(SeriesKey("ACME", "trades"), None, None, 5)
    assert list(trades.fields[2]) == [BUY, SELL, BUY, BUY, BUY], "by whether the price rose"


def test_trades_older_than_those_before_are_refused_beyond_a_batch(tmp_path: Path) -> None:
    rows = "".join(f"{START + n},100,1\n" for n in range(40_000))
    said = load(tmp_path, f"time,price,size\n{rows}{START},100,1\n")
    assert "sort the file by time" in said
    assert "40,000 new, 0 updated, 0 as before, 1 refused" in said


def test_splits_and_dividends_are_kept(tmp_path: Path) -> None:
    load(tmp_path, minutes(10))
    text = "day,type,value\n2025-12-02,split,2\n2025-12-03,dividend,0.5\nnever,split,2\n"
    said = load(tmp_path, text, name="actions.csv")
    assert "3 rows read, 2 new, 0 updated, 0 as before, 1 refused" in said
    with stored(tmp_path) as (store, _):
        assert store.actions("ACME") == [
            CorporateAction(date(2025, 12, 2), "split", 2.0),
            CorporateAction(date(2025, 12, 3), "dividend", 0.5),
        ]


@pytest.mark.parametrize(
    ("arguments", "text", "status", "sentence"),
    [
        pytest.param(("--symbol", "AAPL"), minutes(5), 1, "from another source", id="known"),
        pytest.param(("--symbol", "A B"), minutes(5), 2, "symbol 'A B' has other", id="name"),
        pytest.param(("--symbol", "X", "--resolution", "7"), minutes(5), 2, "'7'", id="resolution"),
        pytest.param(("--symbol", "X", "--timezone", "Mars"), minutes(5), 2, "'Mars'", id="zone"),
        pytest.param(("--symbol", "X"), "a,b\n1,2\n", 1, "neither of bars", id="columns"),
        pytest.param(("--symbol", "X"), "", 1, "is empty", id="empty"),
        pytest.param(("--symbol", "X"), HEADER, 1, "no rows that could be", id="only a header"),
        pytest.param(("--symbol", "X", "--calendar", "Q"), minutes(5), 1, "'Q'", id="calendar"),
        pytest.param(("--symbol", "X", "--column", "x=y"), minutes(5), 2, "'x=y'", id="mapping"),
        pytest.param(
            ("--symbol", "X"), HEADER + "1,1,1,1,1,1\n8,1,1,1,1,1\n", 1, "0.007 s", id="step"
        ),
        pytest.param(
            ("--symbol", "X"), HEADER + "60,1,1,1,1,1\n120,1,1,1,1,1\n", 1, "--time-unit", id="unit"
        ),
        pytest.param(
            ("--symbol", "X", "--column", "open=Frist"),
            minutes(5),
            1,
            "no column 'frist'; it has time, open, high",
            id="a column that is not there",
        ),
        pytest.param(("--symbol", "X", "--delimiter", ""), minutes(5), 2, "''", id="no delimiter"),
        pytest.param(("--symbol", "X", "--delimiter", ";;"), minutes(5), 2, "';;'", id="two"),
        pytest.param(("--symbol", "X", "--exchange", "A:B"), minutes(5), 2, "'A:B'", id="exchange"),
        pytest.param(("--symbol", "X", "--currency", "€"), minutes(5), 2, "'€'", id="currency"),
        pytest.param(
            ("--symbol", "X"),
            HEADER + "x,?,nan,-1,,z\n" * 1440,
            1,
            "no time can be read",
            id="junk",
        ),
        pytest.param(
            ("--symbol", "X", "--resolution", "1"),
            HEADER + "x,?,nan,-1,,z\n" * 1440,
            1,
            "no rows that could be imported",
            id="junk of a resolution",
        ),
        pytest.param(
            ("--symbol", "X", "--quarantine", "/dev/null/q.csv"),
            minutes(5),
            1,
            "the quarantine /dev/null/q.csv cannot be written",
            id="quarantine",
        ),
        pytest.param(
            ("--symbol", "X"),
            "day,type,value\n2025-12-02,split,2\n",
            1,
            "no bars yet",
            id="actions",
        ),
    ],
)
def test_what_cannot_be_imported_is_said(
    arguments: tuple[str, ...], text: str, status: int, sentence: str, tmp_path: Path
) -> None:
    (tmp_path / "rows.csv").write_text(text)
    result = invoke(tmp_path, "import", str(tmp_path / "rows.csv"), *arguments)
    assert result.exit_code == status, result.output
    assert sentence in result.output
    assert isinstance(result.exception, SystemExit), "a sentence, and no traceback"
    with (
        stored(tmp_path) if (tmp_path / "data").exists() else nullcontext((None, None)) as (_, made)
    ):
        assert made is None or made.get("X") is None, "nothing was made of it"


def test_a_damaged_file_is_refused(tmp_path: Path) -> None:
    for name in ("rows.csv.gz", "rows.csv.zst", "rows.parquet", "rows.jsonl"):
        (tmp_path / name).write_bytes(b"\x00\xffnonsense" * 40)
        result = invoke(tmp_path, "import", str(tmp_path / name), "--symbol", "X")
        assert result.exit_code == 1, name
        assert isinstance(result.exception, SystemExit)
    gone = invoke(tmp_path, "import", "gone.csv", "--symbol", "X")
    assert gone.exit_code == 1
    assert gone.output.splitlines()[-1] == (
        "trading-api: gone.csv cannot be read: No such file or directory"
    )
    assert invoke(tmp_path, "import", "rows.xls", "--symbol", "X").exit_code == 1


prices = st.floats(0.01, 1e6, allow_subnormal=False)
sizes = st.floats(1e-8, 1e9, allow_subnormal=False)
stamps = st.lists(st.integers(0, 10**6), min_size=1, max_size=30, unique=True).map(sorted)
nothing = float("nan")


@st.composite
def series(draw: st.DrawFn) -> tuple[Kind, Columns]:
    kind: Kind = draw(st.sampled_from(["bars", "trades", "quotes"]))
    times = draw(stamps)
    rows = []
    for _ in times:
        a, b = sorted((draw(prices), draw(prices)))
        row = {
            "bars": (a, b, a, b, draw(sizes)),
            "trades": (a, draw(sizes), draw(st.sampled_from([BUY, SELL]))),
            "quotes": (a, b, draw(sizes), draw(st.one_of(st.just(nothing), sizes))),
        }[kind]
        rows.append(row)
    if kind == "bars":
        times = [time * MINUTE_MS for time in times]
    fields = tuple(array("d", column) for column in zip(*rows, strict=True))
    return kind, Columns(array("q", times), fields)


@pytest.mark.parametrize("name", ["x.csv", "x.csv.gz", "x.csv.zst", "x.jsonl", "x.parquet"])
@pytest.mark.parametrize("times", ["ms", "iso"])
@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(series())
def test_importing_what_was_exported_gives_the_same_rows(
    name: str, times: TimeForm, tmp_path: Path, given_rows: tuple[Kind, Columns]
) -> None:
    kind, rows = given_rows
    with writing(tmp_path / name, kind, times) as write:
        write(rows.slice(0, 7))
        if len(rows) > 7:
            write(rows.slice(7))
    store = MemoryMarketStore()
    importer = Importer(
        store,
        MemoryCatalogue(),
        "ACME",
        description=Description(),
        resolution="1",
        zone=ZoneInfo("UTC"),
    )
    report = importer.run(DataFile(tmp_path / name))
    assert report.refused == []
    key = SeriesKey("ACME", kind, "1" if kind == "bars" else None)
    found = store.read(key, None, None, 1000)
    assert found.times == rows.times
    assert repr(found.fields) == repr(rows.fields)


def test_export_of_what_is_made_is_what_the_server_answers(tmp_path: Path) -> None:
    load(tmp_path, minutes(4000))
    out = tmp_path / "out.csv"
    result = invoke(tmp_path, "export", str(out), "--symbol", "ACME", "--resolution", "60")
    assert "exported 68 bars of ACME" in result.output, result.output
    rows = list(csv.DictReader(out.read_text().splitlines()))
    assert sum(float(row["volume"]) for row in rows) == sum(range(4000))
    part = tmp_path / "part.jsonl.gz"
    span = ("--from", "2025-12-02", "--to", "2025-12-02T06:00:00Z")
    invoke(tmp_path, "export", str(part), "--symbol", "ACME", "--resolution", "60", *span)
    lines = [json.loads(line) for line in gzip.decompress(part.read_bytes()).splitlines()]
    assert [line["time"] for line in lines] == [
        day_stamp(date(2025, 12, 2)) + hour * 3_600_000 for hour in range(6)
    ]


def rows_of(path: Path) -> list[list[str]]:
    return list(csv.reader(path.read_text().splitlines()))[1:]


@pytest.mark.parametrize("symbol", ["AAPL", "SIMSHARE"])
def test_what_a_source_has_is_exported_as_it_is_served(
    symbol: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("trading_api.toml").write_text('[modules.datafeed]\nsources = ["synthetic"]\n')
    span = ("--from", "2026-02-02T00:00Z", "--to", "2026-02-06T15:00Z")
    server = DatafeedService(AppContext.in_memory(), [committed_source(SystemClock())])
    if symbol == "SIMSHARE":
        server = DatafeedService(AppContext.in_memory(), [synthetic_source(SystemClock())])
    info = server.symbol(symbol)
    bounds = (utc("2026-02-02"), utc("2026-02-06T15:00"))
    resolutions: tuple[Resolution, ...] = ("1", "60", "1D")
    for resolution in resolutions:
        out = tmp_path / f"{resolution}.csv"
        options = ("--symbol", symbol, "--resolution", resolution, *span)
        result = invoke(tmp_path, "export", str(out), *options)
        assert result.exit_code == 0, result.output
        rows = [tuple(map(float, row)) for row in rows_of(out)]
        bars = server.bars(info, resolution, *bounds)
        assert rows == [structs.astuple(bar) for bar in bars]
        assert rows
    out = tmp_path / "trades.csv"
    hour = ("--from", "2026-02-04T14:30Z", "--to", "2026-02-04T15:30Z")
    bounds = (utc("2026-02-04T14:30"), utc("2026-02-04T15:30"))
    of_trades = ("--symbol", symbol, "--kind", "trades", *hour)
    assert invoke(tmp_path, "export", str(out), *of_trades).exit_code == 0
    trades = server.trades(info, None, 1_000_000, *bounds)
    told = [(str(t.time), t.price, t.size, t.side) for t in trades]
    found = rows_of(out)
    assert [(time, float(p), float(s), side) for time, p, s, side in found] == told
    assert told


def test_an_export_without_bounds_begins_where_history_does(tmp_path: Path) -> None:
    out = tmp_path / "out.csv"
    result = invoke(tmp_path, "export", str(out), "--symbol", "IBM", "--resolution", "1D")
    assert result.exit_code == 0, result.output
    service = DatafeedService(AppContext.in_memory())
    bars = service.bars(service.symbol("IBM"), "1D", None, None)
    rows = rows_of(out)
    assert [int(row[0]) for row in rows] == [bar.time for bar in bars]


@pytest.mark.parametrize(
    ("arguments", "status", "sentence"),
    [
        (("x.csv", "--symbol", "NONE"), 1, "NONE was not imported, and no source has it"),
        (("x.csv", "--symbol", "AAPL", "--kind", "quotes"), 1, "of AAPL there are no quotes"),
        (("x.csv", "--symbol", "ACME", "--kind", "trades"), 1, "there are no trades"),
        (("x.xls", "--symbol", "ACME"), 1, "does not end in"),
        (("x.csv", "--symbol", "ACME", "--from", "soon"), 2, "'soon'"),
        (("x.csv", "--symbol", "ACME", "--from", "9" * 20), 2, "between 1970 and 2200"),
        (("x.csv", "--symbol", "ACME", "--from", "2026-02-01", "--to", "2026-01-01"), 2, "after"),
        (("gone/x.csv", "--symbol", "ACME"), 1, "gone/x.csv cannot be written: No such file"),
    ],
)
def test_what_cannot_be_exported_is_said_and_nothing_is_written(
    arguments: tuple[str, ...], status: int, sentence: str, tmp_path: Path
) -> None:
    load(tmp_path, minutes(5))
    before = sorted(path.name for path in tmp_path.iterdir())
    name, *options = arguments
    result = invoke(tmp_path, "export", str(tmp_path / name), *options)
    assert (result.exit_code, sentence in result.output) == (status, True), result.output
    assert sorted(path.name for path in tmp_path.iterdir()) == before


def test_every_example_of_the_page_works(
    tmp_path: Path, repository: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    page = (repository / "docs/import-export.md").read_text()
    for name, text in re.findall(r"`([\w.]+\.csv)`[^`]*?\n\n```csv\n(.*?)```", page, re.DOTALL):
        Path(name).write_text(text)
    commands = re.findall(r"^trading-api (.*)$", page, re.MULTILINE)
    assert len(commands) == 5
    for command in commands:
        result = invoke(tmp_path, *shlex.split(command))
        assert result.exit_code == 0, result.output
    assert Path("refused.csv").read_text().splitlines()[1] == "4,high 11.5 is below open 11.75"
    assert Path("acme.parquet").stat().st_size > 100
    again = invoke(tmp_path, "import", "acme.jsonl.gz", "--symbol", "ACME", "--resolution", "1")
    assert "0 new, 0 updated, 3 as before, 0 refused" in again.output
