"""The files of the documentation pages, and the one shape of such a page.

The scripts and styles of AsyncAPI React and Swagger UI lie here unchanged, beside their licences;
`SHA256SUMS` has their checksums. `asyncapi-page.js`, `swagger-page.js` and `page.css`
are ours.
"""

from collections.abc import Mapping
from functools import cache
from html import escape
from importlib import resources
from typing import NamedTuple

from starlette.responses import HTMLResponse

ASSETS_URL = "/api/v1/docs/assets"

_JAVASCRIPT = "text/javascript; charset=utf-8"
_CSS = "text/css; charset=utf-8"
MEDIA_TYPES: Mapping[str, str] = {
    "asyncapi-page.js": _JAVASCRIPT,
    "asyncapi-react.css": _CSS,
    "asyncapi-react.js": _JAVASCRIPT,
    "page.css": _CSS,
    "swagger-page.js": _JAVASCRIPT,
    "swagger-ui.css": _CSS,
    "swagger-ui.js": _JAVASCRIPT,
}

_SECURITY_POLICY = (
    "default-src 'none'; script-src 'self'{evaluate}; style-src 'self'; img-src 'self' data:; "
    "font-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'"
)


class Asset(NamedTuple):
    """A file as it is served."""

    content: bytes
    media_type: str
    checksum: str


@cache
def checksums() -> Mapping[str, str]:
    """SHA-256 in hexadecimal of every file, by name."""
    text = resources.files(__name__).joinpath("SHA256SUMS").read_text()
    pairs = (line.split(maxsplit=1) for line in text.splitlines())
    return {name: checksum for checksum, name in pairs}


@cache
def asset(name: str) -> Asset:
    """A file of the fixed list.

    Raises:
        KeyError: there is none of that name.
    """
    media_type = MEDIA_TYPES[name]
    content = resources.files(__name__).joinpath(name).read_bytes()
    return Asset(content, media_type, checksums()[name])


def page(
    title: str, library: str, script: str, document_url: str, *, may_evaluate: bool = False
) -> HTMLResponse:
    """A page on which `script` shows a document with the help of `library`."""
    html = f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{escape(title)}</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="{ASSETS_URL}/{library}.css">
<link rel="stylesheet" href="{ASSETS_URL}/page.css">
</head>
<body>
<div id="document" data-url="{escape(document_url)}"></div>
<script src="{ASSETS_URL}/{library}.js"></script>
<script src="{ASSETS_URL}/{script}"></script>
</body>
</html>
"""
    return HTMLResponse(
        html,
        headers={
            "Content-Security-Policy": _SECURITY_POLICY.format(
                evaluate=" 'unsafe-eval'" if may_evaluate else ""
            ),
            "Cache-Control": "no-cache",
        },
    )
