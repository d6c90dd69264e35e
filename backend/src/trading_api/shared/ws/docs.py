"""The page that shows a socket's AsyncAPI document."""

from starlette.responses import HTMLResponse

from trading_api.shared import assets


def page(title: str, asyncapi_url: str) -> HTMLResponse:
    """The document at `asyncapi_url`, drawn by AsyncAPI React from our own files.

    The component compiles JSON schemas to functions, which is why this page alone may evaluate.
    """
    return assets.page(
        title,
        "asyncapi-react",
        "asyncapi-page.js",
        asyncapi_url,
        may_evaluate=True,
    )
