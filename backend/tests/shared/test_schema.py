"""Decoding bodies: what is accepted, and what the errors say."""

import time
from decimal import Decimal
from typing import Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import Struct

from trading_api.domain.errors import InvalidPayload, TradingError
from trading_api.shared.schema import DecimalText, components, decode, parse_decimal


class Leg(Struct, forbid_unknown_fields=True):
    side: Literal["buy", "sell"]
    quantity: DecimalText | None = None


class Body(Struct, forbid_unknown_fields=True):
    kind: Literal["market", "limit"] | None = None
    legs: list[Leg] = []
    leg: Leg | None = None
    count: int = 0


@pytest.mark.parametrize(
    ("text", "field", "message"),
    [
        ('{"kind": "stop"}', "kind", "kind 'stop' is not one of limit, market"),
        ('{"leg": {"side": "up"}}', "leg.side", "leg.side 'up' is not one of buy, sell"),
        ('{"legs": [{"side": "up"}]}', "legs[0].side", "'up' is not one of buy, sell"),
        ('{"leg": {}}', "leg.side", "leg.side is missing"),
        ('{"leg": {"side": "buy", "sied": 1}}', "leg.sied", "is not a member that is known"),
        ('{"count": "1"}', "count", "Expected `int`, got `str`"),
        ("[]", "", "Expected `object`, got `array`"),
    ],
)
def test_an_error_names_the_member_the_value_and_what_is_allowed(
    text: str, field: str, message: str
) -> None:
    with pytest.raises(InvalidPayload) as caught:
        decode(Body, text.encode())
    assert caught.value.errors[0].field == field
    assert message in caught.value.message


@pytest.mark.parametrize("text", ["1", "-1", "0.5", "123456789012345678.123456789012", "007"])
def test_a_decimal_as_text_is_read(text: str) -> None:
    assert parse_decimal(text, "quantity") == Decimal(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "+1",
        "1e3",
        "NaN",
        "Infinity",
        ".5",
        "1.",
        "1\n",
        " 1",
        "1_0",
        "١",
        "1" * 19,
        "0." + "1" * 13,
    ],
)
def test_what_is_no_decimal_of_the_wire_is_refused_by_name(text: str) -> None:
    with pytest.raises(InvalidPayload, match=r"quantity .* is not a decimal number as text"):
        parse_decimal(text, "quantity")


@given(
    st.binary(max_size=200)
    | st.text(max_size=200).map(lambda text: text.encode("utf-8", "replace"))
)
def test_random_bytes_raise_nothing_but_our_error(data: bytes) -> None:
    code = ""
    try:
        decode(Body, data)
    except TradingError as error:
        code = error.code
    assert code in ("", "invalid_json", "invalid_payload")


def test_a_decimal_says_in_the_schema_what_its_text_looks_like() -> None:
    quantity = components([Body], received=True)["Leg"]["properties"]["quantity"]
    assert "pattern" in str(quantity)


def test_what_is_sent_requires_members_that_have_a_default() -> None:
    assert components([Body])["Body"]["required"] == ["kind", "legs", "leg", "count"]
    assert components([Body], received=True)["Body"]["required"] == []


def test_a_member_that_stands_twice_is_named_as_fast_as_a_good_body_is_read() -> None:
    members = b",".join(b'"m%d":1' % number for number in range(20_000))

    def seconds(body: bytes, says: str) -> float:
        started = time.perf_counter()
        with pytest.raises(TradingError, match=says):
            decode(Body, body)
        return time.perf_counter() - started

    good = min(seconds(b"{%b}" % members, "m0 is not a member") for _ in range(3))
    twice = seconds(b'{%b,"m19999":2}' % members, "'m19999' stands twice")
    assert twice < 20 * good


def test_a_whole_number_may_be_written_with_a_point() -> None:
    class Pause(Struct):
        seconds: int

    assert decode(Pause, b'{"seconds": 210.0}') == Pause(210)
    with pytest.raises(InvalidPayload, match="seconds"):
        decode(Pause, b'{"seconds": 210.5}')
