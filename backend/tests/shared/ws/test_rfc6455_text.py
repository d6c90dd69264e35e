"""RFC 6455, 5.6 and 8.1: text is UTF-8; a binary frame is no request."""

import msgspec
import pytest

from tests.shared.ws.raw import BINARY, CLOSE, TEXT
from tests.shared.ws.wire import Wire, answered, closed_with, closing, frame, text

FIN = 0x80
NAMES = "κόσμε €𝄞\u007f\u0080\u07ff\u0800\uffff\U00010000\U0010ffff"
INVALID = [
    pytest.param(b"\x80", id="continuation byte alone"),
    pytest.param(b"\xc3", id="cut short after one of two"),
    pytest.param(b"\xe2\x82", id="cut short after two of three"),
    pytest.param(b"\xf0\x9d\x84", id="cut short after three of four"),
    pytest.param(b"\xc3\x28", id="second byte is none"),
    pytest.param(b"\xc0\xaf", id="overlong slash in two bytes"),
    pytest.param(b"\xe0\x80\xaf", id="overlong slash in three bytes"),
    pytest.param(b"\xf0\x80\x80\xaf", id="overlong slash in four bytes"),
    pytest.param(b"\xed\xa0\x80", id="high surrogate"),
    pytest.param(b"\xed\xbf\xbf", id="low surrogate"),
    pytest.param(b"\xed\xa0\xbd\xed\xb8\x80", id="pair of surrogates"),
    pytest.param(b"\xf4\x90\x80\x80", id="above U+10FFFF"),
    pytest.param(b"\xf8\x88\x80\x80\x80", id="five bytes"),
    pytest.param(b"\xfe", id="0xFE"),
    pytest.param(b"\xff", id="0xFF"),
]


def request_with(name: bytes) -> bytes:
    return b'{"type":"' + name + b'"}'


@pytest.mark.parametrize("wrong", INVALID)
@pytest.mark.parametrize("form", ["whole", "between fragments", "in fragments of a byte"])
def test_what_is_not_utf_8_is_1007(wire: Wire, wrong: bytes, form: str) -> None:
    """Told when the message is whole, not at the first wrong byte, which the RFC leaves open."""
    message = request_with(wrong)
    if form == "whole":
        data = text(message)
    elif form == "between fragments":
        middle = len(message) - 2 - len(wrong) // 2
        data = frame(TEXT, message[:middle]) + frame(FIN, message[middle:])
    else:
        pieces = [frame(0, bytes((byte,))) for byte in message[1:]]
        data = frame(TEXT, message[:1]) + b"".join(pieces) + frame(FIN)

    async def case() -> None:
        async with wire.raw() as raw:
            assert (await closed_with(raw, data)).close_code == 1007

    wire.run(case())


@pytest.mark.parametrize("size", [1, 2, 3, 7])
def test_a_character_may_be_split_between_fragments(wire: Wire, size: int) -> None:
    message = request_with(NAMES.encode())
    pieces = [message[at : at + size] for at in range(0, len(message), size)]
    data = b"".join(
        frame((FIN if at == len(pieces) - 1 else 0) | (TEXT if at == 0 else 0), piece)
        for at, piece in enumerate(pieces)
    )

    async def case() -> None:
        async with wire.raw() as raw:
            answer = await answered(raw, data)
            assert answer["payload"]["code"] == "unknown_type"

    wire.run(case())


@pytest.mark.parametrize(
    "name",
    [
        pytest.param(NAMES, id="edges of every length"),
        pytest.param("\ufdd0\ufffe\U0001fffe\U0010ffff", id="non-characters"),
        pytest.param("\ufeffx", id="byte-order mark inside"),
    ],
)
def test_every_character_is_text(wire: Wire, name: str) -> None:
    async def case() -> None:
        async with wire.raw() as raw:
            answer = await answered(raw, text(msgspec.json.encode({"type": "x", "id": name})))
            assert answer["id"] == name

    wire.run(case())


@pytest.mark.parametrize(
    "wrong",
    [
        pytest.param(b"\xef\xbb\xbf{}", id="byte-order mark in front"),
        pytest.param(rb'{"type":"\ud800"}', id="lone surrogate as an escape"),
        pytest.param(b'{"type":"\0"}', id="NUL inside a text"),
        pytest.param(b"\0", id="NUL"),
        pytest.param(b'{"type":"x"}{"type":"x"}', id="two objects"),
    ],
)
def test_utf_8_that_is_no_json_is_an_error_and_closes_nothing(wire: Wire, wrong: bytes) -> None:
    async def case() -> None:
        async with wire.raw() as raw:
            answer = await answered(raw, text(wrong))
            assert answer["payload"]["code"] == "invalid_json"

    wire.run(case())


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(frame(FIN | BINARY, b'{"type":"system.ping"}'), id="JSON"),
        pytest.param(frame(FIN | BINARY), id="empty"),
        pytest.param(frame(BINARY, b"\xff") + frame(FIN, b"\xfe"), id="in fragments"),
    ],
)
def test_a_binary_message_is_1003(wire: Wire, data: bytes) -> None:
    async def case() -> None:
        async with wire.raw() as raw:
            await raw.send_bytes(data)
            assert (await raw.read_until(CLOSE)).close_code == 1003
            await raw.send_bytes(closing(1003))
            assert await raw.read_frame() is None

    wire.run(case())
