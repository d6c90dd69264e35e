"""Query parameters of every list."""

from typing import Annotated

from fastapi import Query

Limit = Annotated[int, Query(ge=1, le=1000, description="At most so many items")]
Cursor = Annotated[
    str | None,
    Query(max_length=200, description="`next_cursor` of the page before; absent for the first"),
]
Moment = Annotated[
    int | None, Query(ge=0, le=2**53 - 1, description="Instant in epoch milliseconds, UTC")
]

DEFAULT_LIMIT = 100
