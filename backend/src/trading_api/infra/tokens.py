"""API keys, sessions and login codes in a database that other processes write as well."""

from collections.abc import Sequence

from sqlalchemy import Connection, Engine, Row, delete, insert, select, update
from sqlalchemy.exc import IntegrityError

from trading_api.domain.errors import TradingError
from trading_api.domain.ports import ApiKey, Session
from trading_api.infra.tables import api_keys, login_codes, sessions


class SqlCredentials:
    """The credential store. Usable between `open` and `close`."""

    def __init__(self) -> None:
        self._engine: Engine | None = None

    def open(self, engine: Engine) -> None:
        """Begin to use the database."""
        self._engine = engine

    def close(self) -> None:
        """Stop using the database."""
        self._engine = None

    def add_key(self, key: ApiKey) -> None:
        """Store a key whose name has not been used."""
        row = {field: getattr(key, field) for field in key.__struct_fields__}
        row["scopes"] = " ".join(key.scopes)
        try:
            with self._opened().begin() as connection:
                connection.execute(insert(api_keys), row)
        except IntegrityError:
            raise TradingError("conflict", f"the key name {key.name!r} has been used") from None

    def all_keys(self) -> Sequence[ApiKey]:
        """Every key that was ever made, oldest first."""
        query = select(api_keys).order_by(api_keys.c.created_at, api_keys.c.name)
        with self._reading() as connection:
            return [_key(row) for row in connection.execute(query)]

    def key_by_hash(self, key_hash: str) -> ApiKey | None:
        """The key with this hash."""
        with self._reading() as connection:
            row = connection.execute(
                select(api_keys).where(api_keys.c.key_hash == key_hash)
            ).one_or_none()
        return None if row is None else _key(row)

    def key_by_name(self, name: str) -> ApiKey | None:
        """The key with this name."""
        with self._reading() as connection:
            row = connection.execute(select(api_keys).where(api_keys.c.name == name)).one_or_none()
        return None if row is None else _key(row)

    def revoke_key(self, name: str, time_ms: int) -> bool:
        """Revoke a key; false when there is none of that name."""
        with self._opened().begin() as connection:
            connection.execute(
                update(api_keys)
                .where(api_keys.c.name == name, api_keys.c.revoked_at.is_(None))
                .values(revoked_at=time_ms)
            )
        return self.key_by_name(name) is not None

    def add_session(self, session: Session) -> None:
        """Remember a session, and forget those that have ended."""
        row = {field: getattr(session, field) for field in session.__struct_fields__}
        with self._opened().begin() as connection:
            connection.execute(delete(sessions).where(sessions.c.expires_at <= session.created_at))
            connection.execute(insert(sessions), row)

    def session_by_hash(self, token_hash: str) -> Session | None:
        """The session with this hash."""
        with self._reading() as connection:
            row = connection.execute(
                select(sessions).where(sessions.c.token_hash == token_hash)
            ).one_or_none()
        return None if row is None else Session(**row._mapping)

    def remove_session(self, token_hash: str) -> None:
        """Forget a session."""
        with self._opened().begin() as connection:
            connection.execute(delete(sessions).where(sessions.c.token_hash == token_hash))

    def add_login_code(self, code_hash: str, expires_at: int) -> None:
        """Remember a one-time code."""
        with self._opened().begin() as connection:
            connection.execute(
                insert(login_codes), {"code_hash": code_hash, "expires_at": expires_at}
            )

    def take_login_code(self, code_hash: str, time_ms: int) -> bool:
        """Use up a code, and forget those that have expired."""
        with self._opened().begin() as connection:
            connection.execute(delete(login_codes).where(login_codes.c.expires_at <= time_ms))
            taken = connection.execute(
                delete(login_codes).where(login_codes.c.code_hash == code_hash)
            )
        return taken.rowcount == 1

    def _reading(self) -> Connection:
        return self._opened().connect().execution_options(reading=True)

    def _opened(self) -> Engine:
        if self._engine is None:
            raise TradingError("unavailable", "the credential store is not open")
        return self._engine


def _key(row: Row[tuple[object, ...]]) -> ApiKey:
    values = dict(row._mapping)
    return ApiKey(**{**values, "scopes": tuple(str(values["scopes"]).split())})
