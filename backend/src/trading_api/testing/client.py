"""An application that runs without a server, and a client that speaks to it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
from fastapi import FastAPI


def bearer(token: str) -> dict[str, str]:
    """The header that shows a token or an API key."""
    return {"Authorization": f"Bearer {token}"}


@asynccontextmanager
async def make_client(app: FastAPI, token: str | None = None) -> AsyncIterator[httpx.AsyncClient]:
    """Start the application and give a client of it; stop the application at the end.

    Args:
        app: what `create_app` made.
        token: an owner token or API key that every request shows.
    """
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    headers = {} if token is None else bearer(token)
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(
            transport=transport, base_url="http://testserver", headers=headers
        ) as client,
    ):
        yield client
