"""Answers that need not be sent again to a client that has them (RFC 9110, 8.8 and 13.1.2)."""

from hashlib import blake2b
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

NOT_MODIFIED: dict[int | str, dict[str, Any]] = {
    304: {"description": "`If-None-Match` names the answer's `ETag`: the client has it already"}
}
"""The part of an address's `responses` that says so, for OpenAPI."""

REVALIDATE = "private, no-cache"


def unless_known(
    request: Request, response: Response, checksum: str = "", cache_control: str = REVALIDATE
) -> Response:
    """The response with its `ETag`, or 304 without a body when the request names that one.

    Args:
        request: whose `If-None-Match` is looked at.
        response: a whole one, with status 200.
        checksum: of what is answered, where it is known; otherwise it is taken of the body.
        cache_control: how long a cache may give the response without asking.
    """
    tag = f'"{checksum or blake2b(response.body, digest_size=16).hexdigest()}"'
    headers = {"ETag": tag, "Cache-Control": cache_control}
    sent = ",".join(request.headers.getlist("if-none-match"))
    named = {item.strip().removeprefix("W/") for item in sent.split(",")}
    if tag in named or "*" in named:
        return Response(status_code=304, headers=headers)
    response.headers.update(headers)
    return response
