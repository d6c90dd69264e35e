"""Finding a port; what a person reads when the server has started."""

import socket
from pathlib import Path

import pytest

from trading_api.app_factory import create_app
from trading_api.server import ServeError, banner, listen
from trading_api.settings import Settings
from trading_api.shared.ws.twins import PYTHON

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


@pytest.mark.parametrize(
    ("twin", "line"), [("python", "pure Python"), ("compiled", "Socket hub       compiled")]
)
def test_the_banner_says_which_twin_of_the_hub_is_used(twin: str, line: str) -> None:
    app, _ = create_app()
    app.state.context.twin = app.state.context.twin._replace(name=twin)
    assert line in banner(app, "http://127.0.0.1:8000", "code")


def test_a_setting_chooses_the_twin_of_the_hub(tmp_path: Path) -> None:
    app, [broker, _] = create_app(settings=Settings(data_dir=tmp_path, ws_hub="python"))
    assert app.state.context.twin is PYTHON
    assert broker.context.twin is PYTHON
