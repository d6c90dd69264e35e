"""The log: what happened, to whom it belongs, and no secret."""

import hashlib
import logging
import re
import sys
from collections.abc import Mapping, Sequence
from typing import Any, Literal

import structlog
from structlog.contextvars import bind_contextvars
from structlog.typing import EventDict, Processor

LogFormat = Literal["auto", "console", "json"]
LogLevel = Literal["debug", "info", "warning", "error"]

REDACTED = "[redacted]"
SECRET_FIELDS = frozenset(
    {
        "authorization", "code", "cookie", "key", "password", "proxy-authorization",
        "sec-websocket-protocol", "set-cookie", "ticket", "token", "trading_api_session",
    }
)  # fmt: skip
TALKATIVE = ("alembic", "sqlalchemy", "asyncio")
PRINCIPAL_LENGTH = 12

_names = "|".join(sorted(SECRET_FIELDS))
_SECRETS = (
    (re.compile(r"(/[^\s?'\"]*)\?[^\s'\"]+"), rf"\1?{REDACTED}"),  # of an address: its whole query
    (
        re.compile(
            r"(?i)\b((?:proxy-)?authorization|(?:set-)?cookie|sec-websocket-protocol)"
            r"(b?['\"]?\s*[:=,]\s*).*"
        ),
        rf"\1\2{REDACTED}",
    ),
    (re.compile(rf"(?i)\b({_names})=[^\s&;,'\"]+"), rf"\1={REDACTED}"),
    (re.compile(r"(?i)\bbearer\s+[^\s'\"]+"), REDACTED),
    (re.compile(r"\btak_[\w-]+"), REDACTED),
)
_module_path = re.compile(r"^/api/v1/([^/]+)/")


def bind(**fields: Any) -> None:
    """Let everything that this task logs from now on carry the fields.

    Known fields: `request_id`, `connection_id`, `principal` (the id; only its hash is written),
    `path` (of which the module is written).
    """
    bind_contextvars(**fields)


def principal_hash(principal_id: str) -> str:
    """What stands for a principal in the log: the first digits of the SHA-256 of its id."""
    digest = hashlib.sha256(principal_id.encode("utf-8", "surrogatepass")).hexdigest()
    return digest[:PRINCIPAL_LENGTH]


class Redactor:
    """Writes `[redacted]` where a secret would stand, by the name of a field or by its form.

    `secrets` holds texts that are never written, whatever they look like.
    """

    def __init__(self) -> None:
        self.secrets: set[str] = set()

    def __call__(self, _logger: Any, _method: str, event: EventDict) -> EventDict:
        """The event without secrets."""
        return {name: self._clean(name, value) for name, value in event.items()}

    def _clean(self, name: str, value: Any) -> Any:
        if name.lower() in SECRET_FIELDS:
            return REDACTED
        if value is None or isinstance(value, bool | int | float):
            return value
        if isinstance(value, Mapping):
            return {str(key): self._clean(str(key), item) for key, item in value.items()}
        if isinstance(value, bytes):
            value = value.decode("latin-1")
        if isinstance(value, list | tuple):
            if len(value) == 2 and isinstance(value[0], str | bytes):  # as headers come
                [header] = self._all(value[:1])
                return [header, self._clean(str(header), value[1])]
            return self._all(value)
        return self._without_secrets(value if isinstance(value, str) else repr(value))

    def _all(self, values: Sequence[Any]) -> list[Any]:
        return [self._clean("", value) for value in values]

    def _without_secrets(self, text: str) -> str:
        for secret in self.secrets:
            text = text.replace(secret, REDACTED)
        for pattern, instead in _SECRETS:
            text = pattern.sub(instead, text)
        return text


def configure(level: LogLevel, form: LogFormat) -> Redactor:
    """Write the log of this process to standard error.

    Args:
        level: the least level that is written; libraries are heard from `warning` on, or at
            `debug` from `info` on: what goes over the wire is never logged.
        form: `json` writes one object per line, `console` a line for people; `auto` is `console`
            on a terminal and `json` elsewhere.

    Returns:
        What removes secrets, to be told of further ones.
    """
    redactor = Redactor()
    is_terminal = sys.stderr.isatty()
    as_json = form == "json" or (form == "auto" and not is_terminal)
    last: Processor = (
        structlog.processors.JSONRenderer(ensure_ascii=False)
        if as_json
        else structlog.dev.ConsoleRenderer(colors=is_terminal)
    )
    formatter = structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=[
            structlog.contextvars.merge_contextvars,
            structlog.stdlib.ExtraAdder(),
            structlog.stdlib.add_log_level,
            structlog.stdlib.add_logger_name,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
        ],
        processors=[
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            _say_whom_it_belongs_to,
            redactor,
            last,
        ],
    )
    handler = logging.StreamHandler()
    handler.setFormatter(formatter)
    logging.basicConfig(level=level.upper(), handlers=[handler], force=True)
    for name in TALKATIVE:
        logging.getLogger(name).setLevel(logging.WARNING)
    heard_from = logging.INFO if level == "debug" else logging.WARNING
    logging.getLogger("uvicorn").setLevel(max(heard_from, logging.getLogger().level))
    return redactor


def _say_whom_it_belongs_to(_logger: Any, _method: str, event: EventDict) -> EventDict:
    """The hash of the principal instead of its id, and the module of the path."""
    if (principal_id := event.get("principal")) is not None:
        event["principal"] = principal_hash(str(principal_id))
    found = _module_path.match(str(event.pop("path", "")))
    if found is not None:
        event["module"] = found[1]
    return event
