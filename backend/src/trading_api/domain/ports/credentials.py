"""Keys, sessions and login codes."""

from collections.abc import Sequence
from typing import Protocol

from msgspec import Struct


class ApiKey(Struct, frozen=True, kw_only=True):
    """A credential of a program; only the SHA-256 of the key itself is known."""

    name: str
    key_hash: str
    scopes: tuple[str, ...]
    account_id: str | None = None
    created_at: int
    expires_at: int | None = None
    revoked_at: int | None = None


class Session(Struct, frozen=True, kw_only=True):
    """A browser that is logged in; only the SHA-256 of its cookie is known."""

    token_hash: str
    principal: str
    created_at: int
    expires_at: int


class CredentialStore(Protocol):
    """Keys, sessions and login codes; shared with a command line that runs beside the server."""

    def add_key(self, key: ApiKey) -> None:
        """Store a key.

        Raises:
            TradingError: `conflict` when the name has been used.
        """

    def all_keys(self) -> Sequence[ApiKey]:
        """Every key that was ever made, oldest first."""

    def key_by_hash(self, key_hash: str) -> ApiKey | None:
        """The key with this hash, revoked and expired ones included."""

    def key_by_name(self, name: str) -> ApiKey | None:
        """The key with this name, revoked and expired ones included."""

    def revoke_key(self, name: str, time_ms: int) -> bool:
        """Revoke a key; false when there is none of that name."""

    def add_session(self, session: Session) -> None:
        """Remember a session."""

    def session_by_hash(self, token_hash: str) -> Session | None:
        """The session with this hash, an expired one included."""

    def remove_session(self, token_hash: str) -> None:
        """Forget a session; nothing happens when there is none."""

    def add_login_code(self, code_hash: str, expires_at: int) -> None:
        """Remember a one-time code."""

    def take_login_code(self, code_hash: str, time_ms: int) -> bool:
        """Use up a code; false when it is unknown, used or expired."""
