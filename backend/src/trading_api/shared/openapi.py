"""Completes FastAPI's OpenAPI document with what our own types and errors need."""

from typing import Any

from fastapi import FastAPI

EXTRA_COMPONENTS = "x-components"

_fastapi_errors = ("HTTPValidationError", "ValidationError")


def install(app: FastAPI) -> None:
    """Serve the completed document instead of FastAPI's own."""
    original = app.openapi

    def complete_openapi() -> dict[str, Any]:
        if app.openapi_schema is None:
            document = original()
            schemas = document.setdefault("components", {}).setdefault("schemas", {})
            _lift(document, schemas)
            _drop_fastapi_errors(document, schemas)
            app.openapi_schema = document
        return app.openapi_schema

    app.openapi = complete_openapi  # type: ignore[method-assign] # the way that FastAPI documents


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


def _drop_fastapi_errors(document: dict[str, Any], schemas: dict[str, Any]) -> None:
    """FastAPI documents a 422 of its own wherever there are parameters; ours is a Problem."""
    for item in document.get("paths", {}).values():
        for operation in item.values():
            content = operation.get("responses", {}).get("422", {}).get("content", {})
            content.pop("application/json", None)
            if not content and "422" in operation.get("responses", {}):
                operation["responses"]["422"] = {
                    "description": "A parameter has the wrong shape or value",
                    "content": {
                        "application/problem+json": {
                            "schema": {"$ref": "#/components/schemas/Problem"}
                        }
                    },
                }
    for name in _fastapi_errors:
        schemas.pop(name, None)
