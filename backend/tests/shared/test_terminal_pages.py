"""The terminal's files at `/`, and what stands there when it was not built."""

import asyncio
from pathlib import Path

import httpx
from fastapi import FastAPI

from trading_api.shared.api.terminal import TerminalApi

BASE = "http://terminal.test"


def get(folder: Path | None, *paths: str) -> list[httpx.Response]:
    app = FastAPI()
    app.include_router(TerminalApi(folder))

    async def ask() -> list[httpx.Response]:
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url=BASE) as client:
            return [await client.get(path) for path in paths]

    return asyncio.run(ask())


def test_without_a_built_terminal_the_page_says_what_to_install() -> None:
    [page] = get(None, "/")
    assert page.status_code == 200
    assert "node 20.19 or newer" in page.text
    assert "make run" in page.text
    assert "http://" not in page.text
    assert "https://" not in page.text


def test_the_page_is_asked_for_each_time_and_hashed_files_are_kept(tmp_path: Path) -> None:
    (tmp_path / "assets").mkdir()
    (tmp_path / "index.html").write_text("<!doctype html><title>t</title>")
    (tmp_path / "assets" / "index-abc123.js").write_text("export {}")
    page, script, missing = get(tmp_path, "/", "/assets/index-abc123.js", "/assets/../secret")
    assert page.headers["content-type"].startswith("text/html")
    assert page.headers["cache-control"] == "no-cache"
    assert script.headers["content-type"].startswith("text/javascript")
    assert "immutable" in script.headers["cache-control"]
    assert missing.status_code == 404


def test_the_policy_allows_own_files_and_own_sockets_and_nothing_inline() -> None:
    [page] = get(None, "/")
    policy = page.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "script-src 'self';" in policy
    assert "connect-src 'self' ws://terminal.test;" in policy
    assert "unsafe" not in policy
