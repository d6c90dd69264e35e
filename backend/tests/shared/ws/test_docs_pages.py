"""The pages and their files: our own, unchanged, and nothing from elsewhere."""

import hashlib
import re
from importlib import resources

import httpx
import pytest
from fastapi import FastAPI

from tests.shared.ws.prices import PATH, Prices, run
from trading_api.shared import assets, http_errors
from trading_api.shared.api.docs import DocsApi
from trading_api.testing.server import serve


def app() -> FastAPI:
    application = Prices().app
    application.openapi_url = "/api/v1/openapi.json"
    application.include_router(DocsApi(tags=["docs", "v1"]), prefix="/api/v1")
    return application


async def fetched(path: str, **headers: str) -> httpx.Response:
    async with serve(app()) as server, httpx.AsyncClient() as http:
        return await http.get(server.url + path, headers=headers)


def test_the_files_are_what_the_checksums_say() -> None:
    folder = resources.files("trading_api.shared.assets")
    own = {"__init__.py", "SHA256SUMS"}
    names = {entry.name for entry in folder.iterdir() if entry.is_file()} - own
    assert names == set(assets.checksums())
    for name, checksum in assets.checksums().items():
        assert hashlib.sha256(folder.joinpath(name).read_bytes()).hexdigest() == checksum
    assert {"asyncapi-react.LICENSE", "swagger-ui.LICENSE", "swagger-ui.NOTICE"} <= names
    assert set(assets.MEDIA_TYPES) <= names


@pytest.mark.parametrize("path", ["/api/v1/docs", f"{PATH}/asyncapi"])
def test_a_page_consists_of_our_own_files_and_runs_no_inline_script(path: str) -> None:
    async def main() -> None:
        async with serve(app()) as server, httpx.AsyncClient() as http:
            page = await http.get(server.url + path)
            assert page.status_code == 200
            policy = page.headers["content-security-policy"]
            assert "default-src 'none'" in policy
            [script_source] = re.findall(r"script-src ([^;]*);", policy)
            assert "style-src 'self';" in policy
            may_evaluate = " 'unsafe-eval'" if path.endswith("/asyncapi") else ""
            assert script_source == f"'self'{may_evaluate}"
            assert not re.findall(r"<script[^>]*>[^<]", page.text)
            assert not re.findall(r"https?://|//[a-z]", page.text)
            files = re.findall(r'(?:src|href)="([^"]*)"', page.text)
            assert len([file for file in files if file.startswith("/api/v1/docs/assets/")]) == 4
            for file in files:
                if not file.startswith("data:"):
                    answer = await http.get(server.url + file)
                    assert answer.status_code == 200
                    assert "charset=utf-8" in answer.headers["content-type"]

    run(main())


def test_a_file_is_sent_again_only_when_it_has_changed() -> None:
    async def main() -> None:
        name = "/api/v1/docs/assets/swagger-page.js"
        first = await fetched(name)
        assert first.headers["content-type"] == "text/javascript; charset=utf-8"
        assert first.headers["cache-control"] == "public, max-age=3600"
        again = await fetched(name, **{"If-None-Match": first.headers["etag"]})
        assert again.status_code == 304
        assert again.content == b""

    run(main())


@pytest.mark.parametrize("name", ["__init__.py", "SHA256SUMS", "..%2Fhealth.py", "nothing.js"])
def test_only_files_of_the_list_are_served(name: str) -> None:
    async def main() -> None:
        answer = await fetched(f"/api/v1/docs/assets/{name}")
        assert answer.status_code == 404
        assert answer.headers["content-type"] == http_errors.MEDIA_TYPE

    run(main())
