"""Lets FastAPI and AsyncAPI read the domain's structs, and decodes bodies from their bytes."""

import json
import re
from collections.abc import Hashable, Iterable, Sequence
from decimal import Decimal
from functools import cache, partial
from typing import Annotated, Any, TypeVar, cast

import msgspec
import msgspec.inspect
from msgspec import Meta
from pydantic import BaseModel, GetCoreSchemaHandler
from pydantic_core import core_schema
from starlette.requests import Request
from starlette.responses import Response

from trading_api.domain.errors import InvalidPayload, TradingError
from trading_api.domain.money import canonical
from trading_api.shared.openapi import EXTRA_COMPONENTS

T = TypeVar("T")

COMPONENTS = "#/components/schemas/{name}"
DECIMAL_PATTERN = r"^-?[0-9]{1,18}(\.[0-9]{1,12})?$"
AMOUNT_PATTERN = DECIMAL_PATTERN.replace("-?", "")

DecimalText = Annotated[
    str,
    Meta(
        extra_json_schema={"pattern": DECIMAL_PATTERN},
        description="A decimal number as text: no exponent, at most 18 digits before and 12 after "
        "the point",
    ),
]

AmountText = Annotated[
    str,
    Meta(
        extra_json_schema={"pattern": AMOUNT_PATTERN},
        description="A decimal number as text that is not below 0",
    ),
]

_decimal = re.compile(DECIMAL_PATTERN.replace("$", r"\Z"), re.ASCII)
_path = re.compile(r" - at `(?P<path>[^`]*)`$")
_missing = re.compile(r"^Object missing required field `(?P<name>.*)`$", re.S)
_not_allowed = re.compile(r"^Invalid enum value (?P<value>.*)$", re.S)
_unknown = re.compile(r"^Object contains unknown field `(?P<name>.*)`$", re.S)


def parse_decimal(text: str, field: str) -> Decimal:
    """The canonical number that a text of the wire stands for.

    Raises:
        InvalidPayload: the text is not of the form of `DecimalText`; names the field.
    """
    if _decimal.match(text) is None:
        raise InvalidPayload(field, f"{field} {text[:40]!r} is not a decimal number as text")
    return canonical(Decimal(text))


class Wire:
    """Marks a struct as a FastAPI response model: a named component, referenced by `$ref`."""

    def __get_pydantic_core_schema__(
        self, source: Any, handler: GetCoreSchemaHandler
    ) -> core_schema.CoreSchema:
        """Validate by msgspec, serialise by msgspec, and be one definition per name."""
        return core_schema.no_info_plain_validator_function(
            lambda value: msgspec.convert(value, source, from_attributes=True),
            ref=source.__name__,
            metadata={"pydantic_js_functions": [partial(_wire_schema, source)]},
            serialization=core_schema.plain_serializer_function_ser_schema(msgspec.to_builtins),
        )


def _wire_schema(source: Any, _schema: Any, _handler: Any) -> dict[str, Any]:
    """The JSON schema of a struct; the structs inside it are references."""
    inner = components([source])
    return {**inner.pop(source.__name__), EXTRA_COMPONENTS: inner}


def components(types: Iterable[Any], *, received: bool = False) -> dict[str, dict[str, Any]]:
    """The named schemas of the types and of all that they refer to."""
    return json_schemas(types, received=received)[1]


def json_schemas(
    types: Iterable[Any], *, received: bool = False
) -> tuple[list[dict[str, Any]], dict[str, dict[str, Any]]]:
    """A JSON schema for each type, and the named components that these refer to.

    What we receive may leave out members that have a default; what we send has them all.

    Structs and what msgspec knows, as well as Pydantic models, which third-party modules may
    prefer.
    """
    schemas: list[dict[str, Any]] = []
    named: dict[str, dict[str, Any]] = {}
    for type_ in types:
        if isinstance(type_, type) and issubclass(type_, BaseModel):
            schema = type_.model_json_schema(ref_template=COMPONENTS.replace("name", "model"))
            named.update(schema.pop("$defs", {}))
            named[type_.__name__] = schema
            schemas.append({"$ref": COMPONENTS.format(name=type_.__name__)})
        else:
            [schema], inner = msgspec.json.schema_components([type_], ref_template=COMPONENTS)
            named.update(inner)
            schemas.append(schema)
    for schema in named.values():
        _spell_decimals(schema)
        if not received:
            _require_what_is_sent(schema)
    return schemas, named


def _require_what_is_sent(schema: dict[str, Any]) -> None:
    """A member with a default is always sent, so that it is required and needs no default."""
    members: dict[str, dict[str, Any]] = schema.get("properties", {})
    always = schema.get("required", [])
    required = [name for name in members if name in always or "default" in members[name]]
    if required:
        schema["required"] = required
    for member in members.values():
        member.pop("default", None)


def _spell_decimals(schema: Any) -> None:
    """Say of every decimal in a schema what its text looks like."""
    if isinstance(schema, dict):
        if schema.get("format") == "decimal":
            schema.setdefault("pattern", DECIMAL_PATTERN)
        for value in schema.values():
            _spell_decimals(value)
    elif isinstance(schema, list):
        for value in schema:
            _spell_decimals(value)


def json_body(type_: Any, example: Any = None, *, required: bool = True) -> dict[str, Any]:
    """The `openapi_extra` of an address that decodes its own body; an example may leave out."""
    content: dict[str, Any] = {"schema": {"$ref": COMPONENTS.format(name=type_.__name__)}}
    if example is not None:
        members: dict[str, Any] = msgspec.to_builtins(example)
        content["example"] = {name: value for name, value in members.items() if value is not None}
    return {
        EXTRA_COMPONENTS: components([type_], received=True),
        "requestBody": {"required": required, "content": {"application/json": content}},
    }


def encode(value: Any) -> bytes:
    """A value as JSON bytes: the one encoder of REST and of the sockets.

    Python writes a decimal below a millionth with an exponent, which the wire does not have; such
    values, which are rare, are spelt out.
    """
    data = msgspec.json.encode(value)
    if b"E-" not in data:
        return data
    return msgspec.json.encode(_spelt_out(msgspec.to_builtins(value, builtin_types=(Decimal,))))


def _spelt_out(value: Any) -> Any:
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, dict):
        return {name: _spelt_out(member) for name, member in value.items()}
    if isinstance(value, list | tuple):
        return [_spelt_out(member) for member in value]
    return value


def json_response(value: Any, status_code: int = 200, **headers: str) -> Response:
    """A value as ready JSON bytes; the value's own type is trusted, it is not validated again."""
    return Response(
        encode(value),
        status_code,
        {name.replace("_", "-"): text for name, text in headers.items()},
        "application/json",
    )


async def json_text(request: Request) -> bytes:
    """The body of a request that says that it is JSON.

    Raises:
        TradingError: `unsupported_media_type`.
    """
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type != "application/json":
        raise TradingError(
            "unsupported_media_type",
            f"the body is {media_type[:80] or 'of no type'}, not application/json",
        )
    return await request.body()


async def optional_body(request: Request, type_: type[T]) -> T:
    """The body of a request as its type, whose defaults hold where there is no body.

    Raises:
        TradingError: as `json_text` and `decode` do.
    """
    if not await request.body():
        return type_()
    return decode(type_, await json_text(request))


@cache
def _decoder(type_: Any) -> msgspec.json.Decoder[Any]:
    return msgspec.json.Decoder(type_)


def decode(type_: type[T], data: bytes) -> T:
    """A body as its type, from its raw bytes: the one decoder of REST and of the sockets.

    Raises:
        TradingError: `invalid_json` for what is not strict JSON, duplicate members included.
        InvalidPayload: a member is missing, unknown or of the wrong type; names its path.
    """
    check_json(data)
    return decode_checked(type_, data)


def decode_checked(type_: type[T], data: bytes) -> T:
    """The same for a part of a text that `check_json` has passed.

    Raises:
        InvalidPayload: a member is missing, unknown or of the wrong type; names its path.
    """
    try:
        value: T = _decoder(cast(Hashable, type_)).decode(data)
    except msgspec.ValidationError as error:
        return _with_whole_numbers(type_, data, error)
    except (msgspec.DecodeError, RecursionError) as error:
        raise TradingError("invalid_json", f"the body is not strict JSON: {error}") from None
    return value


def _with_whole_numbers(type_: type[T], data: bytes, refused: msgspec.ValidationError) -> T:
    """A body that was refused, 5.0 taken for the integer that JSON Schema says it is."""
    try:
        return msgspec.convert(json.loads(data, parse_float=_whole), type_)
    except (msgspec.ValidationError, RecursionError):
        raise invalid_payload(refused, type_) from None


def _whole(text: str) -> int | float:
    number = float(text)
    return int(number) if number.is_integer() else number


def check_json(data: bytes) -> None:
    """Refuse what is not strict JSON in UTF-8.

    Raises:
        TradingError: `invalid_json`; duplicate members, NaN and infinities included.
    """
    try:
        text = data.decode("utf-8")
        # an object and nothing around it, as nearly all are, needs no search for white space
        if not (text.startswith("{") and _strict.raw_decode(text)[1] == len(text)):
            _strict.decode(text)
    except (ValueError, RecursionError) as error:
        raise TradingError("invalid_json", f"the body is not strict JSON: {error}") from None


def _unique(pairs: list[tuple[str, Any]]) -> None:
    if len({name for name, _ in pairs}) == len(pairs):
        return
    seen: set[str] = set()
    for name, _ in pairs:
        if name in seen:
            raise ValueError(f"member {name[:40]!r} stands twice")
        seen.add(name)


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} is not a JSON number")


_strict = json.JSONDecoder(object_pairs_hook=_unique, parse_constant=_no_constant)


def invalid_payload(error: msgspec.ValidationError, type_: Any) -> InvalidPayload:
    """The error of a member of `type_`, its path taken from msgspec's message."""
    message = str(error)
    path = ""
    if found := _path.search(message):
        message, path = message[: found.start()], found["path"].removeprefix("$").lstrip(".")
    for pattern, what in ((_missing, "is missing"), (_unknown, "is not a member that is known")):
        if named := pattern.match(message):
            path = f"{path}.{named['name'][:64]}" if path else named["name"][:64]
            return InvalidPayload(path, f"{path} {what}")
    if wrong := _not_allowed.match(message):
        allowed = ", ".join(_allowed_values(type_, path))
        return InvalidPayload(path, f"{path} {wrong['value'][:64]} is not one of {allowed}")
    return InvalidPayload(path, f"{path}: {message}" if path else message)


def _allowed_values(type_: Any, path: str) -> list[str]:
    """The values of the enumeration that lies at a path such as `orders[0].side` of a struct."""
    nodes = _alternatives(msgspec.inspect.type_info(type_))
    for step in re.findall(r"[^.\[\]]+|\[", path):
        nodes = [part for node in nodes for part in _inside(node, step)]
    return [
        str(value)
        for node in nodes
        if isinstance(node, msgspec.inspect.LiteralType)
        for value in node.values
    ]


def _inside(node: Any, step: str) -> Sequence[Any]:
    """What one step of a path leads to; the number of an item leads nowhere further."""
    if step.isdecimal():
        return [node]
    if isinstance(node, msgspec.inspect.StructType):
        return [
            part
            for field in node.fields
            if field.encode_name == step
            for part in _alternatives(field.type)
        ]
    if step == "[" and isinstance(node, msgspec.inspect.CollectionType):
        return _alternatives(node.item_type)
    return []


def _alternatives(node: Any) -> Sequence[Any]:
    if isinstance(node, msgspec.inspect.Metadata):
        return _alternatives(node.type)
    if isinstance(node, msgspec.inspect.UnionType):
        return [part for inner in node.types for part in _alternatives(inner)]
    return [node]
