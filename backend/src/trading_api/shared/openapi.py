"""Completes FastAPI's OpenAPI document with what our own types and errors need."""

from collections.abc import Iterator
from typing import Any

from fastapi import FastAPI
from fastapi.routing import APIRoute, iter_route_contexts

from trading_api.shared.auth import COOKIE, Requires

EXTRA_COMPONENTS = "x-components"

SECURITY_SCHEMES = {
    "bearer": {"type": "http", "scheme": "bearer", "description": "Owner token or API key"},
    "session": {"type": "apiKey", "in": "cookie", "name": COOKIE},
}

_fastapi_errors = ("HTTPValidationError", "ValidationError")


def install(app: FastAPI) -> None:
    """Serve the completed document instead of FastAPI's own."""
    original = app.openapi

    def complete_openapi() -> dict[str, Any]:
        if app.openapi_schema is None:
            document = original()
            schemas = document.setdefault("components", {}).setdefault("schemas", {})
            _lift(document, schemas)
            _say_how_errors_look(document, schemas)
            _say_who_may_call(app, document)
            app.openapi_schema = document
        return app.openapi_schema

    app.openapi = complete_openapi  # type: ignore[method-assign] # the way that FastAPI documents


def rest_routes(app: FastAPI) -> Iterator[Any]:
    """Every REST route with its final path; included routers are objects in `app.routes`."""
    for context in iter_route_contexts(app.routes):
        if isinstance(context.original_route, APIRoute):
            yield context


def security(requires: Requires) -> list[dict[str, list[str]]]:
    """The `security` of an operation whose caller is found by `requires`."""
    scopes = [] if requires.scope is None else [requires.scope]
    return [{name: scopes} for name in SECURITY_SCHEMES]


def _say_who_may_call(app: FastAPI, document: dict[str, Any]) -> None:
    document["components"]["securitySchemes"] = SECURITY_SCHEMES
    for route in rest_routes(app):
        for dependency in route.dependant.dependencies:
            if isinstance(dependency.call, Requires) and route.include_in_schema:
                needed = security(dependency.call)
                auth = app.state.context.auth
                if not dependency.call.known and auth.is_public(dependency.call.scope):
                    needed = [{}, *needed]
                for method in route.methods:
                    document["paths"][route.path][method.lower()]["security"] = needed


def _lift(node: Any, schemas: dict[str, Any]) -> None:
    """Move the components that a schema brought along to where references look for them."""
    if isinstance(node, dict):
        for name, schema in node.pop(EXTRA_COMPONENTS, {}).items():
            schemas.setdefault(name, schema)
        for value in list(node.values()):
            _lift(value, schemas)
    elif isinstance(node, list):
        for value in node:
            _lift(value, schemas)


def _say_how_errors_look(document: dict[str, Any], schemas: dict[str, Any]) -> None:
    """Errors are problem+json; also the 422 that FastAPI adds wherever there are parameters."""
    problem = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
    for item in document.get("paths", {}).values():
        for operation in item.values():
            for status, response in operation.get("responses", {}).items():
                if status >= "400":
                    response["content"] = problem
    for name in _fastapi_errors:
        schemas.pop(name, None)
