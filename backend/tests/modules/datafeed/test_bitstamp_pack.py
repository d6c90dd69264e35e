"""The recording becomes a tape by three cleaning rules, and the tape is kept beside it."""

import logging
from pathlib import Path

import pytest

from tests.modules.datafeed.recordings import OrderRow, TradeRow, write_pack
from trading_api.modules.datafeed.sources.bitstamp import REPEAT_AFTER_MS, PackError, read_tape
from trading_api.modules.datafeed.sources.packs import (
    TAPE_FILE,
    load_tape,
    pack_sources,
)
from trading_api.modules.datafeed.sources.tape import Tape
from trading_api.testing.clock import ManualClock

BID: OrderRow = (0, 1, 100.0, 1.0, "created", "bid")
ASK: OrderRow = (0, 2, 101.0, 2.0, "created", "ask")
CENT, SATOSHI = 100, 10**8


def tape_of(folder: Path, orders: list[OrderRow], trades: list[TradeRow] | None = None) -> Tape:
    pack = write_pack(folder, orders, trades or [])
    return read_tape(pack / "orders.csv.gz", pack / "trades.csv")


def tops_of(tape: Tape) -> list[tuple[int, float, float, float, float]]:
    """Offset, bid, ask and their sizes, as numbers of dollars and coins."""
    return [
        (offset, bid / CENT, ask / CENT, bid_size / SATOSHI, ask_size / SATOSHI)
        for offset, bid, ask, bid_size, ask_size in zip(*tape.tops, strict=True)
    ]


def test_top_of_book_is_the_best_price_with_the_sum_of_its_sizes(tmp_path: Path) -> None:
    orders: list[OrderRow] = [
        BID,
        ASK,
        (200, 3, 100.0, 0.5, "created", "bid"),
        (400, 4, 100.5, 0.25, "created", "bid"),
        (600, 4, 100.5, 0.125, "changed", "bid"),
        (800, 4, 100.5, 0.0, "deleted", "bid"),
        (1000, 1, 100.0, 1.0, "deleted", "bid"),
    ]
    assert tops_of(tape_of(tmp_path, orders)) == [
        (0, 100.0, 101.0, 1.0, 2.0),
        (200, 100.0, 101.0, 1.5, 2.0),
        (400, 100.5, 101.0, 0.25, 2.0),
        (600, 100.5, 101.0, 0.125, 2.0),
        (800, 100.0, 101.0, 1.5, 2.0),
        (1000, 100.0, 101.0, 0.5, 2.0),
    ]


def test_an_order_whose_deletion_came_first_is_ignored(tmp_path: Path) -> None:
    orders: list[OrderRow] = [
        BID,
        ASK,
        (200, 3, 100.5, 1.0, "deleted", "bid"),
        (300, 3, 100.5, 1.0, "created", "bid"),
        (400, 1, 100.0, 0.75, "changed", "bid"),
    ]
    assert [top[:2] for top in tops_of(tape_of(tmp_path, orders))] == [(0, 100.0), (400, 100.0)]


def test_an_order_that_lived_less_than_a_tenth_of_a_second_is_dropped(tmp_path: Path) -> None:
    orders: list[OrderRow] = [
        BID,
        ASK,
        (200, 3, 100.5, 1.0, "created", "bid"),
        (299, 3, 100.5, 1.0, "deleted", "bid"),
        (400, 4, 100.5, 1.0, "created", "bid"),
        (500, 4, 100.5, 1.0, "deleted", "bid"),
    ]
    assert [top[0] for top in tops_of(tape_of(tmp_path, orders))] == [0, 400, 500]


def test_a_trade_clears_what_was_better_than_its_price(tmp_path: Path) -> None:
    orders: list[OrderRow] = [BID, ASK, (0, 3, 102.0, 3.0, "created", "ask")]
    tape = tape_of(tmp_path, orders, [(500, 77, 102.0, 0.5, "buy")])
    assert tops_of(tape) == [(0, 100.0, 101.0, 1.0, 2.0), (500, 100.0, 102.0, 1.0, 3.0)]
    assert [list(column) for column in tape.prints] == [[500], [77], [10200], [5 * 10**7], [1]]


@pytest.mark.parametrize("price", [pytest.param(101.0, id="locked"), pytest.param(102.0, id="x")])
def test_an_instant_with_a_crossed_or_locked_book_says_nothing(
    tmp_path: Path, price: float
) -> None:
    orders: list[OrderRow] = [
        BID,
        ASK,
        (200, 3, price, 1.0, "created", "bid"),
        (400, 3, price, 1.0, "deleted", "bid"),
        (600, 1, 100.0, 0.5, "changed", "bid"),
    ]
    assert [top[0] for top in tops_of(tape_of(tmp_path, orders))] == [0, 600]


def test_an_instant_with_an_empty_side_says_nothing(tmp_path: Path) -> None:
    orders: list[OrderRow] = [BID, ASK, (200, 1, 100.0, 1.0, "deleted", "bid")]
    assert [top[0] for top in tops_of(tape_of(tmp_path, orders))] == [0]


def test_a_top_that_stands_is_said_again_after_five_seconds(tmp_path: Path) -> None:
    deep: list[OrderRow] = [
        (offset, 10 + offset, 90.0, 1.0, "created", "bid")
        for offset in (1000, REPEAT_AFTER_MS - 1, REPEAT_AFTER_MS + 7, REPEAT_AFTER_MS + 8)
    ]
    tops = tops_of(tape_of(tmp_path, [BID, ASK, *deep]))
    assert [top[0] for top in tops] == [0, REPEAT_AFTER_MS + 7]
    assert tops[0][1:] == tops[1][1:]


def test_events_are_taken_by_exchange_time_and_then_as_they_stand(tmp_path: Path) -> None:
    orders: list[OrderRow] = [
        (500, 1, 100.0, 0.25, "changed", "bid"),
        BID,
        ASK,
        (500, 1, 100.0, 0.5, "changed", "bid"),
        (-5, 9, 100.9, 1.0, "created", "bid"),
        (1_800_000, 8, 100.9, 1.0, "created", "bid"),
    ]
    assert [top[3] for top in tops_of(tape_of(tmp_path, orders))] == [1.0, 0.5]


@pytest.mark.parametrize(
    "content", [b"", b"not gzip at all", b"\x1f\x8b\x08\x00damaged"], ids=["empty", "text", "cut"]
)
def test_a_damaged_pack_is_left_out_with_a_warning(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, content: bytes
) -> None:
    pack = write_pack(tmp_path, [BID, ASK], [])
    (pack / "orders.csv.gz").write_bytes(content)
    assert pack_sources(ManualClock(), tmp_path) == []
    assert "BTCUSD is left out" in caplog.text


def test_a_recording_with_other_columns_is_refused(tmp_path: Path) -> None:
    pack = write_pack(tmp_path, [BID, ASK], [])
    (pack / "trades.csv").write_text("time,price\n1,2\n")
    with pytest.raises(PackError, match="not a readable recording"):
        read_tape(pack / "orders.csv.gz", pack / "trades.csv")


@pytest.mark.parametrize("folder", [None, Path("nowhere")])
def test_without_a_pack_there_is_no_source_and_one_line_of_log(
    folder: Path | None, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO):
        assert pack_sources(ManualClock(), folder) == []
    [record] = caplog.records
    assert record.levelno == logging.INFO


def load(packs_dir: Path, pack: Path) -> Tape:
    return load_tape(pack / "orders.csv.gz", pack / "trades.csv", packs_dir / TAPE_FILE)


def test_tape_is_kept_and_read_back(tmp_path: Path) -> None:
    pack = write_pack(tmp_path, [BID, ASK], [(500, 77, 101.0, 0.5, "sell")])
    made = load(tmp_path, pack)
    kept = (tmp_path / TAPE_FILE).stat()
    assert load(tmp_path, pack) == made
    assert (tmp_path / TAPE_FILE).stat().st_mtime_ns == kept.st_mtime_ns
    assert [path.name for path in tmp_path.iterdir() if path.is_file()] == [TAPE_FILE]


@pytest.mark.parametrize("damage", [b"", b"x" * 40, b"\xff" * 400])
def test_a_damaged_tape_is_made_again(tmp_path: Path, damage: bytes) -> None:
    pack = write_pack(tmp_path, [BID, ASK], [])
    made = load(tmp_path, pack)
    good = (tmp_path / TAPE_FILE).read_bytes()
    (tmp_path / TAPE_FILE).write_bytes(good[: len(good) // 2] + damage)
    assert load(tmp_path, pack) == made
    assert (tmp_path / TAPE_FILE).read_bytes() == good


def test_the_tape_of_another_recording_is_not_used(tmp_path: Path) -> None:
    load(tmp_path, write_pack(tmp_path, [BID, ASK], []))
    pack = write_pack(tmp_path, [(0, 1, 99.0, 1.0, "created", "bid"), ASK], [])
    assert tops_of(load(tmp_path, pack)) == [(0, 99.0, 101.0, 1.0, 2.0)]


def test_a_folder_that_cannot_be_written_to_still_serves(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    pack = write_pack(tmp_path, [BID, ASK], [])
    (tmp_path / TAPE_FILE).mkdir()
    assert tops_of(load(tmp_path, pack)) == [(0, 100.0, 101.0, 1.0, 2.0)]
    assert "could not be written" in caplog.text
