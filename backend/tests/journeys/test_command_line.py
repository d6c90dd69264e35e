"""The commands, as a user types them."""

import os
import re
import signal
import socket
import sqlite3
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from tests.journeys.conftest import TOKEN, ServerProcess
from trading_api.testing.client import bearer

pytestmark = pytest.mark.process

ACCOUNTS = "/api/v1/broker/accounts"


def run(*arguments: str, cwd: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    clean = {k: v for k, v in os.environ.items() if not k.startswith("TRADING_API_")}
    return subprocess.run(
        [sys.executable, "-m", "trading_api", *arguments],
        cwd=cwd,
        env={**clean, **environment},
        capture_output=True,
        text=True,
        check=False,
        timeout=30,
    )


def test_the_banner_has_addresses_a_link_that_works_once_and_a_curl_line(
    server: ServerProcess,
) -> None:
    assert f"{server.url}/api/v1/docs" in server.banner
    link = re.search(r"http\S+/login\?code=\S+", server.banner)
    assert link is not None
    with httpx.Client() as browser:
        answer = browser.get(link[0])
        assert answer.status_code == 303
        assert browser.get(server.url + ACCOUNTS).status_code == 200
    assert httpx.get(link[0]).status_code == 401
    curl = re.search(r"curl -s '(\S+)'", server.banner)
    assert curl is not None
    assert httpx.get(curl[1]).json()["items"][0]["symbol"] == "AAPL"


def test_a_second_start_keeps_sessions_and_accounts(tmp_path: Path) -> None:
    with ServerProcess(tmp_path / "data") as server:
        made = httpx.post(f"{server.url}/api/v1/session", json={"token": TOKEN})
        cookies = dict(made.cookies)
        accounts = server.get(ACCOUNTS)
    with ServerProcess(tmp_path / "data") as server:
        assert httpx.get(server.url + ACCOUNTS, cookies=cookies).json() == accounts


def test_ctrl_c_and_sigterm_stop_it_cleanly(tmp_path: Path) -> None:
    for number in (signal.SIGINT, signal.SIGTERM):
        server = ServerProcess(tmp_path / f"data{number}").start()
        assert server.stop(number) == 0
        log = server.log.read_text()
        assert "Traceback" not in log
        assert "ERROR" not in log
        assert not (server.data_dir / "server.json").exists()


def test_a_data_directory_in_use_is_refused_with_the_address(server: ServerProcess) -> None:
    second = server.command("serve", "--port", "0")
    assert second.returncode == 1
    assert f"another server runs on {server.data_dir} ({server.url})" in second.stderr


def test_a_given_port_that_is_taken_fails_and_the_default_moves(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        failed = run("serve", "--port", port, "--data-dir", "data", cwd=tmp_path)
        assert failed.returncode == 1
        assert f"cannot listen on 127.0.0.1:{port}" in failed.stderr
        assert "Traceback" not in failed.stderr


def test_without_a_command_the_server_starts(tmp_path: Path) -> None:
    settings = tmp_path / "trading_api.toml"
    settings.write_text(f'port = 0\nhost = "127.0.0.1"\ndata_dir = "{tmp_path / "own"}"\n')
    with ServerProcess(tmp_path / "own", command=(), TRADING_API_CONFIG=str(settings)) as server:
        assert server.get("/api/v1/health")["status"] == "ok"


def test_link_prints_a_fresh_link_alone_on_the_last_line(server: ServerProcess) -> None:
    result = server.command("link")
    assert result.returncode == 0
    last = result.stdout.splitlines()[-1]
    assert last.startswith(f"{server.url}/login?code=")
    assert httpx.get(last).status_code == 303


def test_link_without_a_server_fails_with_a_sentence(tmp_path: Path) -> None:
    result = run("link", "--data-dir", "data", cwd=tmp_path)
    assert result.returncode == 1
    assert "no server runs on data" in result.stderr


def test_keys_are_made_listed_used_and_revoked_beside_a_running_server(
    server: ServerProcess,
) -> None:
    made = server.command("keys", "create", "bot", "--scope", "account:read", "--expires", "30d")
    assert made.returncode == 0
    key = made.stdout.splitlines()[-1]
    assert httpx.get(server.url + ACCOUNTS, headers=bearer(key)).status_code == 200
    listed = server.command("keys", "list").stdout
    assert "bot" in listed
    assert "account:read" in listed
    assert key not in listed
    again = server.command("keys", "create", "bot", "--scope", "account:read")
    assert (again.returncode, again.stdout) == (1, "")
    assert "'bot' has been used" in again.stderr
    assert server.command("keys", "revoke", "bot").returncode == 0
    assert server.command("keys", "revoke", "nobody").returncode == 1


@pytest.mark.parametrize(
    ("arguments", "environment", "sentence"),
    [
        pytest.param(["serve", "--host", "0.0.0.0"], {}, "ALLOW_REMOTE", id="remote"),
        pytest.param(["serve", "--port", "70000"], {}, "65535", id="port"),
        pytest.param(["keys", "create", "x", "--scope", "all"], {}, "'all' is not one", id="scope"),
        pytest.param(
            ["keys", "create", "x y", "--scope", "admin"], {}, "'x y' has other than", id="name"
        ),
        pytest.param(
            ["keys", "create", "x", "--scope", "admin", "--expires", "soon"],
            {},
            "'soon' is not a number of",
            id="expires",
        ),
        pytest.param(["serve"], {"TRADING_API_PORT": "many"}, "port", id="variable"),
        pytest.param(["serve"], {"TRADING_API_TOKEN": "short"}, "token", id="token"),
        pytest.param(["serve"], {"TRADING_API_CONFIG": "none.toml"}, "none.toml", id="config"),
        pytest.param(["unknown"], {}, "unknown", id="command"),
    ],
)
def test_wrong_usage_exits_with_2_and_a_sentence(
    arguments: list[str], environment: dict[str, str], sentence: str, tmp_path: Path
) -> None:
    result = run(*arguments, cwd=tmp_path, **environment)
    assert result.returncode == 2, result.stderr
    assert sentence in result.stderr
    assert "Traceback" not in result.stderr
    assert "short" not in result.stderr.replace("too_short", "")


def test_an_unknown_module_exits_with_1_and_lists_the_known(tmp_path: Path) -> None:
    result = run("serve", "--modules", "brokr", "--port", "0", cwd=tmp_path)
    assert result.returncode == 1
    assert "known are: broker, datafeed" in result.stderr


def test_a_data_directory_that_cannot_be_one_is_named_in_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    for arguments in (
        ["serve", "--port", "0", "--data-dir", "file"],
        ["serve", "--port", "0", "--data-dir", "file/below"],
        ["keys", "list", "--data-dir", "file"],
        ["link", "--data-dir", "file"],
        ["replay", "5", "6", "--port", "0", "--data-dir", "file"],
        ["replay", "5", "6", "--port", "0", "--data-dir", "file/below"],
        ["migrate", "--data-dir", "file/below"],
        ["export", "x.csv", "--symbol", "AAPL", "--data-dir", "file"],
    ):
        result = run(*arguments, cwd=tmp_path)
        assert result.returncode == 1
        assert re.search(r"^trading-api: .*file", result.stderr, re.M)
        assert "Traceback" not in result.stderr
        assert "[Errno" not in result.stderr


def test_a_damaged_journal_ends_the_start_with_its_place(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    folder.mkdir()
    (folder / "journal.db").write_bytes(b"not a database" * 100)
    result = run("serve", "--port", "0", "--data-dir", "data", cwd=tmp_path)
    assert result.returncode == 1
    last = result.stderr.splitlines()[-1]
    assert last.startswith("trading-api: the server did not start: data/journal.db cannot be")


def test_the_settings_file_is_read_and_its_mistakes_are_told(tmp_path: Path) -> None:
    (tmp_path / "trading_api.toml").write_text('prt = 1\n[modules.broker]\nfee_bps = "5"\n')
    result = run("serve", cwd=tmp_path)
    assert result.returncode == 2
    assert "prt" in result.stderr


def test_no_secret_reaches_the_log(server: ServerProcess) -> None:
    link = server.command("link").stdout.splitlines()[-1]
    key = server.command("keys", "create", "k", "--scope", "account:read").stdout.splitlines()[-1]
    cookie = httpx.get(link).cookies["trading_api_session"]
    for secret in (TOKEN, key, "wrong-secret-token"):
        httpx.get(server.url + ACCOUNTS, headers=bearer(secret))
    httpx.post(f"{server.url}/api/v1/session", json={"token": "wrong-secret-token"})
    log = server.log.read_text()
    for secret in (TOKEN, key, "wrong-secret-token", cookie, link.rpartition("=")[2]):
        assert secret not in log


def test_verify_beside_a_server_shows_each_account_and_its_last_hash(
    server: ServerProcess,
) -> None:
    [account] = server.get(ACCOUNTS)["items"]
    found = server.command("verify")
    assert found.returncode == 0, found.stderr
    row = next(line for line in found.stdout.splitlines() if account["id"] in line)
    assert re.search(r"│ 1 +│ 0 +│ [0-9a-f]{64} │", row)


def test_verify_names_the_first_damaged_record(tmp_path: Path) -> None:
    with ServerProcess(tmp_path / "data") as server:
        [account] = server.get(ACCOUNTS)["items"]
    with sqlite3.connect(tmp_path / "data/journal.db") as connection:
        connection.execute("UPDATE journal SET time = time + 1")
    connection.close()
    found = server.command("verify")
    assert found.returncode == 1
    assert f"record 1 of {account['id']} does not fit its hash" in found.stderr
    assert server.command("verify", "--nonsense").returncode == 2


def test_verify_without_a_journal_says_so(tmp_path: Path) -> None:
    found = run("verify", "--data-dir", str(tmp_path / "nowhere"), cwd=tmp_path)
    assert found.returncode == 1
    assert "there is no journal at" in found.stderr
    assert not (tmp_path / "nowhere").exists()
