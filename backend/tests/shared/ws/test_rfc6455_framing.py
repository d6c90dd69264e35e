"""RFC 6455, 5: lengths, masks, reserved bits, opcodes and fragments."""

import asyncio

import msgspec
import pytest

from tests.shared.ws.raw import BINARY, CLOSE, PING, PONG, TEXT
from tests.shared.ws.wire import REQUEST, Wire, answered, closed_with, frame, text

FIN = 0x80
CONT = 0
MAX_FRAME = 65_536
INFO = b'{"type":"system.info"}'


def part(payload: bytes, opcode: int = CONT) -> bytes:
    """A fragment that is not the last one."""
    return frame(opcode, payload)


def last(payload: bytes) -> bytes:
    return frame(FIN | CONT, payload)


@pytest.mark.parametrize("size", [22, 125, 126, 127, 128, 65_535, MAX_FRAME])
def test_every_length_up_to_the_limit_is_read(wire: Wire, size: int) -> None:
    async def case() -> None:
        async with wire.raw() as raw:
            answer = await answered(raw, text(REQUEST.ljust(size)))
            assert answer["type"] == "system.ping.response"

    wire.run(case())


def test_an_empty_message_is_no_json_and_closes_nothing(wire: Wire) -> None:
    async def case() -> None:
        async with wire.raw() as raw:
            assert (await answered(raw, text(b"")))["payload"]["code"] == "invalid_json"
            assert (await answered(raw, text(REQUEST)))["type"] == "system.ping.response"

    wire.run(case())


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(text(b" " * (MAX_FRAME + 1)), id="one byte above the limit"),
        pytest.param(frame(FIN | TEXT, length=b"\x7f" + (2**62).to_bytes(8, "big")), id="2^62"),
        pytest.param(
            part(b" " * MAX_FRAME, TEXT) + last(b" "), id="one byte above the limit in fragments"
        ),
        pytest.param(
            part(b" " * 40_000, TEXT) + frame(CONT, length=b"\x7f" + (2**40).to_bytes(8, "big")),
            id="fragment that claims 2^40",
        ),
    ],
)
def test_above_the_limit_is_1009_before_it_has_come(wire: Wire, data: bytes) -> None:
    async def case() -> None:
        async with wire.raw() as raw:
            assert (await closed_with(raw, data)).close_code == 1009

    wire.run(case())


@pytest.mark.parametrize(
    "length",
    [
        pytest.param(b"\x7e" + (22).to_bytes(2, "big"), id="22 in 16 bits"),
        pytest.param(b"\x7f" + (22).to_bytes(8, "big"), id="22 in 64 bits"),
    ],
)
def test_a_length_longer_than_need_be_is_read_as_websockets_accepts_it(
    wire: Wire, length: bytes
) -> None:
    """RFC 6455, 5.2 wants the shortest form; reading another one harms nobody."""

    async def case() -> None:
        async with wire.raw() as raw:
            answer = await answered(raw, frame(FIN | TEXT, REQUEST, length=length))
            assert answer["type"] == "system.ping.response"

    wire.run(case())


def test_a_length_with_the_top_bit_set_is_refused_as_too_big(wire: Wire) -> None:
    """RFC 6455, 5.2 forbids the bit; websockets reads a number, which is above every limit."""

    async def case() -> None:
        async with wire.raw() as raw:
            data = frame(FIN | TEXT, length=b"\x7f\xff" + bytes(7))
            assert (await closed_with(raw, data)).close_code == 1009

    wire.run(case())


@pytest.mark.parametrize(
    "first",
    [
        *(
            pytest.param(FIN | bit | TEXT, id=f"RSV bit {bit:#x} of text")
            for bit in (0x40, 0x20, 0x10)
        ),
        pytest.param(FIN | 0x70 | TEXT, id="all RSV bits"),
        pytest.param(FIN | 0x40 | PING, id="RSV1 of ping"),
        *(pytest.param(FIN | opcode, id=f"opcode {opcode}") for opcode in range(3, 8)),
        *(pytest.param(FIN | opcode, id=f"opcode {opcode}") for opcode in range(11, 16)),
        pytest.param(FIN | CONT, id="continuation of nothing"),
        pytest.param(CONT, id="fragment of nothing"),
        pytest.param(PING, id="fragmented ping"),
        pytest.param(PONG, id="fragmented pong"),
        pytest.param(CLOSE, id="fragmented close"),
    ],
)
@pytest.mark.parametrize("payload", [b"", b"hello"], ids=["empty", "with payload"])
def test_a_forbidden_first_byte_is_1002(wire: Wire, first: int, payload: bytes) -> None:
    async def case() -> None:
        async with wire.raw() as raw:
            assert (await closed_with(raw, frame(first, payload))).close_code == 1002

    wire.run(case())


@pytest.mark.parametrize("opcode", [TEXT, BINARY, PING, PONG, CLOSE])
def test_an_unmasked_frame_is_1002(wire: Wire, opcode: int) -> None:
    async def case() -> None:
        async with wire.raw() as raw:
            data = frame(FIN | opcode, b"\x03\xe8", masked=False)
            assert (await closed_with(raw, data)).close_code == 1002

    wire.run(case())


@pytest.mark.parametrize("opcode", [PING, PONG, CLOSE])
@pytest.mark.parametrize("size", [126, 65_536])
def test_a_control_frame_above_125_bytes_is_1002(wire: Wire, opcode: int, size: int) -> None:
    async def case() -> None:
        async with wire.raw() as raw:
            data = frame(FIN | opcode, (1000).to_bytes(2, "big").ljust(size))
            assert (await closed_with(raw, data)).close_code == 1002

    wire.run(case())


@pytest.mark.parametrize("opcode", [TEXT, BINARY])
def test_a_new_message_inside_a_fragmented_one_is_1002(wire: Wire, opcode: int) -> None:
    async def case() -> None:
        async with wire.raw() as raw:
            data = part(REQUEST[:5], TEXT) + frame(FIN | opcode, REQUEST)
            assert (await closed_with(raw, data)).close_code == 1002

    wire.run(case())


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(part(REQUEST[:9], TEXT) + last(REQUEST[9:]), id="two"),
        pytest.param(part(b"", TEXT) + part(b"") + last(REQUEST), id="empty ones first"),
        pytest.param(part(REQUEST, TEXT) + last(b""), id="an empty one last"),
        pytest.param(
            part(b"", TEXT) + b"".join(part(bytes((b,))) for b in REQUEST) + last(b""),
            id="a byte each",
        ),
        pytest.param(part(REQUEST, TEXT) + part(b" ") * 1022 + last(b""), id="as many as may be"),
    ],
)
def test_fragments_are_one_message(wire: Wire, data: bytes) -> None:
    async def case() -> None:
        async with wire.raw() as raw:
            assert (await answered(raw, data))["type"] == "system.ping.response"

    wire.run(case())


@pytest.mark.parametrize("bit", [0x40, 0x20, 0x10])
def test_a_reserved_bit_of_a_later_fragment_is_1002(wire: Wire, bit: int) -> None:
    async def case() -> None:
        async with wire.raw() as raw:
            data = part(REQUEST[:5], TEXT) + frame(FIN | bit | CONT, REQUEST[5:])
            assert (await closed_with(raw, data)).close_code == 1002

    wire.run(case())


@pytest.mark.parametrize("payload", [b"", b" "], ids=["empty", "tiny"])
def test_more_than_1024_fragments_are_1009(wire: Wire, payload: bytes) -> None:
    async def case() -> None:
        async with wire.raw() as raw:
            data = part(REQUEST, TEXT) + part(payload) * 1023 + last(b"")
            assert (await closed_with(raw, data)).close_code == 1009

    wire.run(case())


def test_control_frames_between_fragments_are_served_at_once(wire: Wire) -> None:
    async def case() -> None:
        async with wire.raw() as raw:
            await raw.send_bytes(part(REQUEST[:5], TEXT) + frame(FIN | PING, b"one"))
            assert await raw.read_frame() == (PONG, b"one")
            await raw.send_bytes(frame(FIN | PONG, b"none asked") + part(REQUEST[5:9]))
            await raw.send_bytes(frame(FIN | PING, b"two"))
            assert await raw.read_frame() == (PONG, b"two")
            assert (await answered(raw, last(REQUEST[9:])))["type"] == "system.ping.response"

    wire.run(case())


def test_a_close_inside_a_fragmented_message_is_1002_as_websockets_means_it(wire: Wire) -> None:
    """websockets documents that who closes has to finish the message; the RFC only suggests it."""

    async def case() -> None:
        async with wire.raw() as raw:
            data = part(REQUEST[:5], TEXT) + frame(FIN | CLOSE, (1000).to_bytes(2, "big"))
            assert (await closed_with(raw, data + last(REQUEST[5:]))).close_code == 1002

    wire.run(case())


def test_one_byte_at_a_time(wire: Wire) -> None:
    async def case() -> None:
        async with wire.raw() as raw:
            for byte in text(REQUEST.ljust(130)):
                await raw.send_bytes(bytes((byte,)))
                await asyncio.sleep(0)
            found = await raw.read_frame()
            assert found is not None
            assert found.message["type"] == "system.ping.response"

    wire.run(case())


def test_many_frames_in_one_segment_are_answered_in_order(wire: Wire) -> None:
    async def case() -> None:
        async with wire.raw() as raw:
            requests = [
                msgspec.json.encode({"type": "system.ping", "id": number}) for number in range(200)
            ]
            await raw.send_bytes(b"".join(map(text, requests)))
            for number in range(200):
                found = await raw.read_frame()
                assert found is not None
                assert found.message["id"] == number

    wire.run(case())


def test_the_server_masks_nothing_sets_no_reserved_bit_and_uses_the_shortest_length(
    wire: Wire,
) -> None:
    async def case() -> None:
        async with wire.raw() as raw:
            for request, longest in ((REQUEST, 125), (INFO, 65_535)):
                await raw.send_bytes(text(request))
                first, second = await raw.read_exactly(2)
                assert first == FIN | TEXT
                size = second
                if second == 126:
                    size = int.from_bytes(await raw.read_exactly(2), "big")
                    assert size > 125
                assert size <= longest
                msgspec.json.decode(await raw.read_exactly(size))

    wire.run(case())
