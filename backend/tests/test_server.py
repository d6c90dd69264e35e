"""Finding a port."""

import socket

import pytest

from trading_api.server import ServeError, listen

HOST = "127.0.0.1"


def taken() -> socket.socket:
    listener = socket.socket()
    listener.bind((HOST, 0))
    listener.listen()
    return listener


def test_the_default_port_moves_to_the_next_free_one() -> None:
    with taken() as other:
        port = other.getsockname()[1]
        with listen(HOST, port, may_move=True) as listener:
            assert port < listener.getsockname()[1] <= port + 100


def test_a_given_port_does_not_move() -> None:
    with taken() as other, pytest.raises(ServeError, match="cannot listen on 127"):
        listen(HOST, other.getsockname()[1], may_move=False)


def test_port_0_is_any_free_one() -> None:
    with listen(HOST, 0, may_move=False) as listener:
        assert listener.getsockname()[1] > 0


def test_a_host_that_is_not_ours_is_refused_with_a_sentence() -> None:
    with pytest.raises(ServeError, match=r"cannot listen on 203\.0\.113\.1:0: "):
        listen("203.0.113.1", 0, may_move=False)
