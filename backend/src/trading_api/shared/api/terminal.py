"""The web terminal at `/`: the built files, or a page that says how to build them."""

from collections.abc import Awaitable, Callable
from importlib import resources
from pathlib import Path

from fastapi import APIRouter, Request
from starlette.responses import FileResponse, HTMLResponse, Response

HASHED = "assets/"

_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "font-src 'self'; connect-src 'self'{sockets}; manifest-src 'self'; base-uri 'none'; "
    "form-action 'self'; frame-ancestors 'none'"
)
_NOT_BUILT = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>trading_api</title>
<link rel="icon" href="data:,">
</head>
<body>
<h1>The server runs; its terminal is not built</h1>
<p>Building it needs node 20.19 or newer, with npm. Install node, stop the server and type
<code>make run</code> again.</p>
<p>Everything else is here: <a href="/api/v1/docs">the REST documentation</a>,
<a href="/api/v1/datafeed/ws/asyncapi">the market data socket</a>,
<a href="/api/v1/broker/ws/asyncapi">the broker's socket</a>.</p>
</body>
</html>
"""


def built_terminal() -> Path | None:
    """The folder of the built terminal; None when it was not built."""
    folder = Path(str(resources.files("trading_api"))) / "terminal"
    return folder if (folder / "index.html").is_file() else None


class TerminalApi(APIRouter):
    """The page at `/`, the files beside it, and those under `/assets`.

    Each file of the folder has its own route, so that nothing else is shadowed: an unknown address
    stays unknown.
    """

    def __init__(self, folder: Path | None) -> None:
        super().__init__(include_in_schema=False)
        if folder is None:
            self.add_api_route("/", _say_how_to_build)
            return
        for path in sorted(folder.rglob("*")):
            if path.is_file():
                name = path.relative_to(folder).as_posix()
                address = "/" if name == "index.html" else f"/{name}"
                self.add_api_route(address, _file(path, is_hashed=name.startswith(HASHED)))


def _file(path: Path, *, is_hashed: bool) -> Callable[[Request], Awaitable[Response]]:
    """Files whose name carries a hash may be kept for ever, others are asked for each time."""
    caching = "public, max-age=31536000, immutable" if is_hashed else "no-cache"

    async def send_file(request: Request) -> Response:
        return FileResponse(path, headers={"Cache-Control": caching, **_policy(request)})

    return send_file


async def _say_how_to_build(request: Request) -> Response:
    return HTMLResponse(_NOT_BUILT, headers={"Cache-Control": "no-cache", **_policy(request)})


def _policy(request: Request) -> dict[str, str]:
    """The server's own sockets are named: not every browser counts them as `'self'`."""
    scheme = "wss" if request.url.scheme == "https" else "ws"
    sockets = f" {scheme}://{request.headers.get('host', '')}"
    return {"Content-Security-Policy": _POLICY.format(sockets=sockets)}
