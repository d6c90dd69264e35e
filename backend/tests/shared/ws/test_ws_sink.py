"""What of a client's stream goes where, however it is cut into pieces."""

from collections.abc import Iterator
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from tests.shared.ws.raw import BINARY, CLOSE, CONTINUATION, PING, TEXT, masked
from trading_api.shared.ws.sink import FRAMES_PER_TURN, Sink

LIMIT = 70_000

whole_texts = st.text(max_size=200).map(str.encode) | st.sampled_from(
    [b"", b"x" * 125, b"x" * 126, b"x" * 65_535, b"x" * 65_536, b"x" * LIMIT]
)
others = st.sampled_from(
    [
        [masked(PING, b"hello")],
        [masked(BINARY, b"\0" * 300)],
        [masked(CLOSE, b"\x03\xe8")],
        [masked(TEXT, b"\xff")],
        [b"\x81\xfe\x00\x01" + b"\0\0\0\0" + b"x"],  # a longer head than needed
        [
            masked(TEXT, b"[", fin=False),
            masked(PING, b""),
            masked(CONTINUATION, b"1", fin=False),
            masked(CONTINUATION, b"]"),
        ],
    ]
)


def pieces(stream: bytes, cuts: list[int]) -> Iterator[bytes]:
    places = [0, *sorted(cut % (len(stream) + 1) for cut in cuts), len(stream)]
    return (stream[begin:end] for begin, end in pairwise(places))


@given(st.lists(whole_texts | others, max_size=12), st.lists(st.integers(0, 10**6), max_size=12))
def test_whole_texts_are_taken_and_all_else_is_parsed_in_order(
    parts: list[bytes | list[bytes]], cuts: list[int]
) -> None:
    arrived: list[tuple[str, bytes]] = []

    def parse(data: bytes) -> None:
        arrived.append(("parsed", data))

    sink = Sink(parse, LIMIT)
    sink.take = lambda text: arrived.append(("taken", text))
    stream = b""
    expected: list[tuple[str, bytes]] = []
    for part in parts:
        if isinstance(part, bytes):
            stream += masked(TEXT, part)
            expected.append(("taken", part))
        else:
            stream += b"".join(part)
            expected += [("parsed", frame) for frame in part]

    for piece in pieces(stream, cuts):
        assert not sink.feed(piece)

    assert joined(arrived) == joined(expected)


def joined(events: list[tuple[str, bytes]]) -> list[tuple[str, bytes]]:
    """Runs of frames for the parser as one."""
    result: list[tuple[str, bytes]] = []
    for kind, data in events:
        if kind == "parsed" and result and result[-1][0] == "parsed":
            result[-1] = (kind, result[-1][1] + data)
        else:
            result.append((kind, data))
    return result


def test_without_a_taker_every_frame_is_parsed() -> None:
    parsed: list[bytes] = []
    stream = masked(TEXT, b"{}") * 3
    Sink(parsed.append, LIMIT).feed(stream)
    assert b"".join(parsed) == stream


def test_from_a_broken_frame_on_everything_is_parsed() -> None:
    taken: list[bytes] = []
    for broken in (b"\x81\x02{}", masked(TEXT, b"x" * (LIMIT + 1))[:14]):
        parsed: list[bytes] = []
        sink = Sink(parsed.append, LIMIT)
        sink.take = taken.append
        stream = broken + masked(TEXT, b"{}")
        for at in range(len(stream)):
            sink.feed(stream[at : at + 1])
        assert b"".join(parsed) == stream
    assert taken == []


def test_while_held_nothing_is_taken_and_nothing_is_lost() -> None:
    taken: list[bytes] = []

    def take_one(text: bytes) -> None:
        taken.append(text)
        sink.held = True

    sink = Sink(lambda _: None, LIMIT)
    sink.take = take_one
    sink.feed(b"".join(masked(TEXT, b"%d" % number) for number in range(3)))
    sink.feed(masked(TEXT, b"3"))
    assert taken == [b"0"]
    for number in (1, 2, 3):
        sink.held = False
        sink.feed(b"")
        assert taken[-1] == b"%d" % number


def test_one_read_does_not_keep_the_event_loop_for_more_than_so_many_frames() -> None:
    taken: list[bytes] = []
    sink = Sink(lambda _: None, LIMIT)
    sink.take = taken.append
    assert sink.feed(masked(TEXT, b"{}") * (FRAMES_PER_TURN + 1))
    assert len(taken) == FRAMES_PER_TURN
    assert not sink.feed(b"")
    assert len(taken) == FRAMES_PER_TURN + 1
