import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from trading_api.domain.errors import FieldError, TradingError
from trading_api.shared.ws import protocol

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=20,
)

# The first draw of a text builds tables, which a busy machine makes slow.
on_busy_machines = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])


def read(data: bytes) -> None:
    members = protocol.open_envelope(data)
    request_id = protocol.request_id_of(members)
    protocol.request_of(members)
    protocol.reply("x", request_id, {})


@on_busy_machines
@given(st.binary(max_size=300))
def test_random_bytes_raise_nothing_but_trading_errors(data: bytes) -> None:
    try:
        read(data)
    except TradingError as error:
        protocol.error(error, None)


@on_busy_machines
@given(st.dictionaries(st.sampled_from(["type", "id", "payload", "extra"]), json_values))
def test_any_object_is_a_request_or_a_trading_error(message: dict[str, object]) -> None:
    try:
        read(msgspec.json.encode(message))
    except TradingError as error:
        protocol.error(error, None)


@pytest.mark.parametrize(
    ("data", "code"),
    [
        pytest.param(b"", "invalid_json", id="empty"),
        pytest.param(b"{", "invalid_json", id="cut"),
        pytest.param(b'{"type":"a","type":"a"}', "invalid_json", id="duplicate member"),
        pytest.param(b'{"type":"a","payload":{"x":1,"x":2}}', "invalid_json", id="inside"),
        pytest.param(b'{"type":"a","payload":{"x":NaN}}', "invalid_json", id="NaN"),
        pytest.param(b'{"type":"a"} x', "invalid_json", id="trailing"),
        pytest.param(b"\xff", "invalid_json", id="not UTF-8"),
        pytest.param(b'{"type":"\\ud800"}', "invalid_json", id="lone surrogate"),
        pytest.param(b"[" * 50_000, "invalid_json", id="deep"),
        pytest.param(b"[]", "invalid_payload", id="array"),
        pytest.param(b"1", "invalid_payload", id="number"),
        pytest.param(b"{}", "invalid_payload", id="no type"),
        pytest.param(b'{"type":1}', "invalid_payload", id="type of the wrong type"),
    ],
)
def test_what_is_not_a_request_is_refused(data: bytes, code: str) -> None:
    with pytest.raises(TradingError) as refused:
        read(data)

    assert refused.value.code == code


@pytest.mark.parametrize("request_id", [b'"c1"', b"7", b"-7", b'""', b'"' + b"x" * 64 + b'"'])
def test_ids_are_short_texts_and_exact_integers(request_id: bytes) -> None:
    members = protocol.open_envelope(b'{"type":"a","id":%b}' % request_id)

    assert protocol.request_id_of(members) == msgspec.json.decode(request_id)


@pytest.mark.parametrize(
    "request_id", [b'"' + b"x" * 65 + b'"', b"1.5", b"true", b"null", b"[]", b"9007199254740992"]
)
def test_other_ids_are_refused(request_id: bytes) -> None:
    members = protocol.open_envelope(b'{"type":"a","id":%b}' % request_id)

    with pytest.raises(TradingError) as refused:
        protocol.request_id_of(members)

    assert refused.value.details == {"field": "id"}


def test_an_unknown_member_is_refused_by_name() -> None:
    members = protocol.open_envelope(b'{"type":"a","payloud":{}}')

    with pytest.raises(TradingError, match="payloud") as refused:
        protocol.request_of(members)

    assert refused.value.details == {"field": "payloud"}


@pytest.mark.parametrize("data", [b'{"type":"a"}', b'{"type":"a","payload":null}'])
def test_a_missing_payload_is_an_empty_one(data: bytes) -> None:
    request = protocol.request_of(protocol.open_envelope(data))

    assert request == protocol.Request("a", b"{}")


@on_busy_machines
@given(st.lists(st.text(max_size=200), max_size=5))
def test_texts_are_what_was_framed(given_texts: list[str]) -> None:
    frames = b"".join(protocol.frame(text.encode()) for text in given_texts)

    assert list(protocol.texts(frames)) == given_texts


@pytest.mark.parametrize("length", [0, 125, 126, 65535, 65536, 70000])
def test_frames_have_the_shortest_length_field(length: int) -> None:
    frame = protocol.frame(b"x" * length)

    head = {0: 2, 125: 2, 126: 4, 65535: 4}.get(length, 10)
    assert len(frame) == head + length
    assert list(protocol.texts(frame)) == ["x" * length]


def test_an_error_carries_its_order_and_every_member_that_is_wrong() -> None:
    refusal = TradingError(
        "invalid_payload",
        "two members are wrong",
        errors=[FieldError("a", "x", "is bad"), FieldError("b", "y", "is worse")],
        order_id="o1",
    )

    [text] = protocol.texts(protocol.error(refusal, 5))

    assert msgspec.json.decode(text) == {
        "type": "error",
        "id": 5,
        "payload": {
            "code": "invalid_payload",
            "message": "two members are wrong",
            "retryable": False,
            "details": {
                "order_id": "o1",
                "errors": [
                    {"field": "a", "code": "x", "message": "is bad"},
                    {"field": "b", "code": "y", "message": "is worse"},
                ],
            },
        },
    }


def test_the_code_of_a_close_says_whether_to_come_back() -> None:
    for code, closing in protocol.CLOSE_CODES.items():
        if 4000 <= code < 4500:
            assert closing.reconnect.startswith("yes")
        if code >= 4500:
            assert closing.reconnect.startswith("no")
    assert set(protocol.CLOSE_CODES) == set(protocol.CloseCode)


def test_pydantic_models_are_sent_like_structs() -> None:
    from pydantic import BaseModel

    class Model(BaseModel):
        x: int

    [text] = protocol.texts(protocol.update(protocol.update_head("r", "r:a"), 3, Model(x=1)))

    assert text == '{"type":"r.update","topic":"r:a","seq":3,"payload":{"x":1}}'
