"""Lines of numbers that are read many at once are read as they are one by one."""

import csv
import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from trading_api.infra.data_files import BATCH_ROWS, DataFile
from trading_api.infra.number_table import NumberTable

numbers = st.one_of(
    st.integers(-(2**62), 2**62).map(str),
    st.floats(allow_nan=False, allow_infinity=False).map(json.dumps),
    st.decimals(-(10**9), 10**9, places=5, allow_nan=False).map(lambda value: f"{value:f}"),
)
others = st.sampled_from(["", "abc", "null", "true", "1.", ".5", "+1", "NaN", "0x1", "[1]", "1 2"])


def lines_of(rows: list[list[str]], end: str, last: bool) -> list[str]:
    lines = [",".join(row) + end for row in rows]
    if not last:
        lines[-1] = lines[-1].rstrip("\r\n")
    return lines


@given(
    st.lists(st.lists(numbers, min_size=3, max_size=3), min_size=1, max_size=9),
    st.sampled_from(["\n", "\r\n"]),
    st.booleans(),
)
@settings(derandomize=True, deadline=None)
def test_numbers_are_those_that_python_reads(rows: list[list[str]], end: str, last: bool) -> None:
    found = NumberTable(3, ",").columns_of(lines_of(rows, end, last))
    assert found is not None
    expected = [[float(text) for text in column] for column in zip(*rows, strict=True)]
    assert [[float(value) for value in column] for column in found] == expected


@given(
    st.lists(st.lists(st.one_of(numbers, others), min_size=1, max_size=4), min_size=1, max_size=9)
)
@settings(derandomize=True, deadline=None)
def test_nothing_else_passes_for_numbers(rows: list[list[str]]) -> None:
    found = NumberTable(3, ",").columns_of(lines_of(rows, "\n", last=True))
    if found is not None:
        assert all(len(row) == 3 for row in rows)
        expected = [[float(text) for text in column] for column in zip(*rows, strict=True)]
        assert [[float(value) for value in column] for column in found] == expected


@pytest.mark.parametrize("odd", [0, 1, 700, BATCH_ROWS, BATCH_ROWS + 1, 2 * BATCH_ROWS + 9])
def test_a_row_that_is_none_is_told_by_its_line_among_many(tmp_path: Path, odd: int) -> None:
    path = tmp_path / "numbers.csv"
    rows = [[str(number), str(number / 4)] for number in range(2 * BATCH_ROWS + 10)]
    rows[odd] = ["7", "8", "9"]
    path.write_text("time,price\n" + "".join(f"{','.join(row)}\n" for row in rows))
    readings = list(DataFile(path).batches())
    refused = [refusal.line for reading in readings for refusal in reading.refused]
    assert refused == [odd + 2]
    lines = [line for reading in readings for line in reading.batch.lines]
    times = [time for reading in readings for time in reading.batch.columns["time"]]
    kept = [row for row in range(len(rows)) if row != odd]
    assert lines == [row + 2 for row in kept]
    assert [int(time) for time in times] == kept


def test_a_text_in_quotes_may_go_over_several_lines_and_batches(tmp_path: Path) -> None:
    path = tmp_path / "notes.csv"
    with path.open("w", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(("time", "note"))
        rows.writerows((number, "a\nb" if number % 5 == 0 else "c") for number in range(20_000))
    found = [time for reading in DataFile(path).batches() for time in reading.batch.columns["time"]]
    assert [int(time) for time in found] == list(range(20_000))
