"""Settings of a server: the only reader of the environment."""

import os
from ipaddress import ip_address
from pathlib import Path
from typing import Annotated, Any

from pydantic import Field, field_validator, model_validator
from pydantic_settings import (
    BaseSettings,
    NoDecode,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

from trading_api.shared.logs import LogFormat, LogLevel
from trading_api.shared.ws.limits import WsLimits
from trading_api.shared.ws.twins import Wanted

PREFIX = "TRADING_API_"
CONFIG_VARIABLE = f"{PREFIX}CONFIG"
DEFAULT_CONFIG = "trading_api.toml"
VITE_ORIGINS: tuple[str, ...] = ("http://localhost:5173", "http://127.0.0.1:5173")

_limits = WsLimits()

Names = Annotated[tuple[str, ...], NoDecode]


def is_loopback(host: str) -> bool:
    """Whether a listening address is reachable from this machine only."""
    if host == "localhost":
        return True
    try:
        return ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


class Settings(BaseSettings):
    """Everything that can be set: by `TRADING_API_…` variables, or by a TOML file.

    The file is `trading_api.toml` in the working directory, or what `TRADING_API_CONFIG` names; a
    variable beats it. Lists are separated by commas in a variable.
    """

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, frozen=True, extra="forbid", hide_input_in_errors=True
    )

    host: str = Field("127.0.0.1", description="Listening address")
    port: int = Field(
        8000,
        ge=0,
        le=65535,
        description="Listening port; only this default moves to the next free one if taken",
    )
    data_dir: Path = Field(Path("var"), description="Folder of the databases, token and packs")
    enabled_modules: Names | None = Field(
        None, description="Modules to mount; left out: broker and datafeed"
    )
    token: str | None = Field(
        None,
        min_length=16,
        repr=False,
        description="Owner token; left out: random, kept in the data directory",
    )
    allowed_hosts: Names = Field(
        ("127.0.0.1", "localhost", "[::1]"), description="Host names that requests may carry"
    )
    allowed_origins: Names = Field(
        VITE_ORIGINS,
        description="Origins of pages that may call, besides the server's own",
    )
    trusted_proxies: Names = Field(
        (), description="Addresses whose X-Forwarded-… headers are believed"
    )
    allow_remote: bool = Field(False, description="Allow a listening address beyond loopback")
    public_market_data: bool | None = Field(
        None,
        description="Market data without a key; left out: only when listening on loopback",
    )
    drain_s: float = Field(
        0, ge=0, description="Seconds from a signal to stop until the server stops, not ready"
    )
    log_level: LogLevel = Field("info", description="The least level that is logged")
    log_format: LogFormat = Field(
        "auto", description="`json`, `console`, or `auto`: console on a terminal, else JSON"
    )
    ws_max_frame: int = Field(
        _limits.max_frame, ge=1024, le=2**24, description="Bytes of one message from a client"
    )
    ws_max_topics: int = Field(
        _limits.max_topics, ge=1, description="Topics that one connection may hold"
    )
    ws_rate: float = Field(_limits.rate, gt=0, description="Requests a second of one connection")
    ws_burst: int = Field(
        _limits.burst, ge=1, description="Requests that a connection may send at once after a pause"
    )
    ws_max_connections_per_caller: int = Field(
        _limits.max_connections_per_caller, ge=1, description="Sockets that one caller may hold"
    )
    ws_max_connections_per_address: int = Field(
        _limits.max_connections_per_address,
        ge=1,
        description="Sockets that may be open from one address, whoever calls",
    )
    ws_handshake_s: float = Field(
        _limits.handshake_s,
        gt=0,
        description="Seconds within which the head of a handshake or request must come",
    )
    ws_ring_bytes: int = Field(
        _limits.ring_bytes,
        ge=64 * 1024,
        description="Bytes of its updates that a topic keeps for those who resume",
    )
    ws_outbox_bytes: int = Field(
        _limits.outbox_bytes,
        ge=64 * 1024,
        description="Bytes that may wait for a client that does not read",
    )
    ws_stall_s: float = Field(
        _limits.stall_s, gt=0, description="Seconds without progress until such a client is cut"
    )
    ws_hub: Wanted = Field(
        "auto",
        description="Code that writes updates out: `compiled`, `python`, or `auto`: the compiled "
        "one where it was built",
    )
    modules: dict[str, dict[str, Any]] = Field(
        default_factory=dict, description="Options of each module: `[modules.NAME]` in the file"
    )

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Arguments beat variables, variables beat the file."""
        named = os.environ.get(CONFIG_VARIABLE)
        if named and not Path(named).is_file():
            raise FileNotFoundError(f"{CONFIG_VARIABLE} names {named}, which is not a file")
        file = TomlConfigSettingsSource(settings_cls, Path(named or DEFAULT_CONFIG))
        return init_settings, env_settings, file

    @field_validator(
        "enabled_modules", "allowed_hosts", "allowed_origins", "trusted_proxies", mode="before"
    )
    @classmethod
    def _split(cls, value: Any) -> Any:
        if isinstance(value, str):
            return tuple(part.strip() for part in value.split(",") if part.strip())
        return value

    @model_validator(mode="after")
    def _stay_local(self) -> "Settings":
        if not self.allow_remote and not is_loopback(self.host):
            raise ValueError(
                f"HOST {self.host} is reachable from other machines; set ALLOW_REMOTE=true "
                "(and ALLOWED_HOSTS, and TLS in front) if that is meant"
            )
        return self

    @property
    def market_data_is_public(self) -> bool:
        """Whether market data may be read without a key."""
        if self.public_market_data is None:
            return is_loopback(self.host)
        return self.public_market_data

    @property
    def ws_limits(self) -> WsLimits:
        """The limits of a WebSocket connection."""
        return WsLimits(
            max_frame=self.ws_max_frame,
            max_topics=self.ws_max_topics,
            rate=self.ws_rate,
            burst=self.ws_burst,
            max_connections_per_caller=self.ws_max_connections_per_caller,
            max_connections_per_address=self.ws_max_connections_per_address,
            handshake_s=self.ws_handshake_s,
            ring_bytes=self.ws_ring_bytes,
            outbox_bytes=self.ws_outbox_bytes,
            stall_s=self.ws_stall_s,
        )
