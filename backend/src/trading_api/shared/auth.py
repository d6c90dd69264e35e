"""Who is calling, and what they may do."""

import hashlib
import hmac
from collections.abc import Sequence
from typing import Annotated

from fastapi import Depends
from msgspec import Struct
from starlette.requests import HTTPConnection

from trading_api.domain.errors import TradingError
from trading_api.domain.ids import AccountId, PrincipalId
from trading_api.domain.ports import ApiKey, Clock, CredentialStore, Ids, Session
from trading_api.shared import logs
from trading_api.shared.tickets import Tickets

SCOPES = ("market:read", "account:read", "orders:write", "admin")
COOKIE = "trading_api_session"
TICKET_PARAMETER = "ticket"
LOGIN_CODE_MS = 10 * 60 * 1000
SESSION_MS = 30 * 24 * 3600 * 1000
CACHE_MS = 1000
KEY_PREFIX = "tak_"

_EXPIRED = {"reason": "expired"}
_SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})


class Principal(Struct, frozen=True, kw_only=True):
    """Somebody who calls: the owner, an API key, or nobody in particular.

    Attributes:
        scopes: what they may do, of SCOPES.
        account_id: the account that an API key was given instead of one of its own.
        credential: hash of the key that was shown, so that it can be looked up again.
    """

    id: PrincipalId
    scopes: frozenset[str]
    account_id: AccountId | None = None
    credential: str = ""

    def require(self, scope: str) -> None:
        """Refuse a caller without the scope.

        Raises:
            TradingError: `unauthenticated` for nobody in particular, `forbidden` for others.
        """
        if scope in self.scopes:
            return
        if self.id == ANONYMOUS_ID:
            raise TradingError("unauthenticated", f"a credential with scope {scope} is needed")
        raise TradingError("forbidden", f"the credential lacks scope {scope}")


OWNER_ID = PrincipalId("owner")
ANONYMOUS_ID = PrincipalId("anonymous")
OWNER = Principal(id=OWNER_ID, scopes=frozenset(SCOPES))


def hash_secret(secret: str) -> str:
    """SHA-256 in hexadecimal: enough for secrets of 256 random bits, which need no stretching."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()


class Auth:
    """Turns credentials into principals.

    A key's record is believed for one second, so a revocation made by the command line beside a
    running server acts within that time.
    """

    def __init__(
        self,
        *,
        clock: Clock,
        ids: Ids,
        store: CredentialStore,
        owner_token: str,
        public_market_data: bool = True,
    ) -> None:
        self.store = store
        self.owner_token = owner_token
        self._clock = clock
        self._ids = ids
        scopes = frozenset({"market:read"}) if public_market_data else frozenset[str]()
        self._anonymous = Principal(id=ANONYMOUS_ID, scopes=scopes)
        self._owner_hash = hash_secret(owner_token)
        self._seen: dict[str, tuple[int, ApiKey | None]] = {}
        self._tickets = Tickets[Principal]()

    def authenticate(self, connection: HTTPConnection) -> Principal:
        """The principal of a request or handshake.

        A handshake's ticket comes before a bearer token, that before a cookie; without any the
        caller is anonymous.

        Raises:
            TradingError: `unauthenticated` for a credential that is not valid, needed or not.
        """
        if connection.scope["type"] == "websocket":
            ticket = connection.query_params.get(TICKET_PARAMETER)
            if ticket is not None:
                return self._principal_of_ticket(ticket)
        header = connection.headers.get("authorization")
        if header is not None:
            scheme, _, token = header.partition(" ")
            if scheme.lower() != "bearer":
                raise TradingError("unauthenticated", "the Authorization header is not a bearer's")
            return self.principal_of(token.strip())
        cookie = connection.cookies.get(COOKIE)
        if cookie is None:
            return self._anonymous
        principal = self._principal_of_session(hash_secret(cookie))
        method = connection.scope.get("method", "GET")
        if method not in _SAFE_METHODS and "origin" not in connection.headers:
            raise TradingError("forbidden", f"a {method} with a cookie needs an Origin header")
        return principal

    def is_public(self, scope: str | None) -> bool:
        """Whether what needs this scope, or none, may be had without a credential."""
        return scope is None or scope in self._anonymous.scopes

    def principal_of(self, token: str) -> Principal:
        """The principal of an owner token or API key.

        Raises:
            TradingError: `unauthenticated`.
        """
        token_hash = hash_secret(token)
        if hmac.compare_digest(token_hash, self._owner_hash):
            return OWNER
        return self._principal_of_key(token_hash)

    def again(self, principal: Principal) -> Principal:
        """The same principal with its present rights, for connections that last.

        Raises:
            TradingError: `unauthenticated` when the credential was revoked or has expired.
        """
        if principal.id == ANONYMOUS_ID or not principal.credential:
            return principal
        if principal.id == OWNER_ID:
            return self._principal_of_session(principal.credential)
        return self._principal_of_key(principal.credential)

    def make_ticket(self, principal: Principal) -> tuple[str, int]:
        """A ticket that opens one connection as the principal, and the instant at which it ends.

        Raises:
            TradingError: `rate_limited` when too many of the principal's have not been used.
        """
        ticket = self._ids.new_secret()
        now = self._clock.now_ms()
        return ticket, self._tickets.add(hash_secret(ticket), principal.id, principal, now)

    def make_login_code(self) -> str:
        """A code that opens one session within ten minutes."""
        code = self._ids.new_secret()
        self.store.add_login_code(hash_secret(code), self._clock.now_ms() + LOGIN_CODE_MS)
        return code

    def log_in_with_code(self, code: str) -> str:
        """Use up a login code; the result is the cookie of a new session.

        Raises:
            TradingError: `unauthenticated`.
        """
        if not self.store.take_login_code(hash_secret(code), self._clock.now_ms()):
            raise TradingError("unauthenticated", "the login code is unknown, used or expired")
        return self._new_session()

    def log_in_with_token(self, token: str) -> str:
        """The cookie of a new session for the owner token.

        Raises:
            TradingError: `unauthenticated`; API keys open no session.
        """
        if self.principal_of(token).id != OWNER_ID:
            raise TradingError("unauthenticated", "only the owner token opens a session")
        return self._new_session()

    def log_out(self, cookie: str) -> None:
        """End the session of a cookie."""
        self.store.remove_session(hash_secret(cookie))

    def make_key(
        self,
        name: str,
        scopes: Sequence[str],
        *,
        account_id: str | None = None,
        lifetime_ms: int | None = None,
    ) -> str:
        """Make an API key; the key itself is known only to the caller from then on.

        Raises:
            TradingError: `conflict` when the name has been used, `invalid_payload` for an unknown
                scope.
        """
        for scope in scopes:
            if scope not in SCOPES:
                raise TradingError(
                    "invalid_payload", f"scope {scope!r} is not one of {', '.join(SCOPES)}"
                )
        key = KEY_PREFIX + self._ids.new_secret()
        now = self._clock.now_ms()
        self.store.add_key(
            ApiKey(
                name=name,
                key_hash=hash_secret(key),
                scopes=tuple(dict.fromkeys(scopes)),
                account_id=account_id,
                created_at=now,
                expires_at=None if lifetime_ms is None else now + lifetime_ms,
            )
        )
        return key

    def _new_session(self) -> str:
        cookie = self._ids.new_secret()
        now = self._clock.now_ms()
        self.store.add_session(
            Session(
                token_hash=hash_secret(cookie),
                principal=OWNER_ID,
                created_at=now,
                expires_at=now + SESSION_MS,
            )
        )
        return cookie

    def _principal_of_ticket(self, ticket: str) -> Principal:
        principal = self._tickets.take(hash_secret(ticket), self._clock.now_ms())
        if principal is None:
            raise TradingError("unauthenticated", "the ticket is unknown, used or expired")
        return self.again(principal)

    def _principal_of_session(self, token_hash: str) -> Principal:
        session = self.store.session_by_hash(token_hash)
        if session is None:
            raise TradingError("unauthenticated", "the session is unknown or has ended")
        if session.expires_at <= self._clock.now_ms():
            raise TradingError("unauthenticated", "the session has ended", details=_EXPIRED)
        return Principal(id=OWNER_ID, scopes=OWNER.scopes, credential=token_hash)

    def _principal_of_key(self, key_hash: str) -> Principal:
        now = self._clock.now_ms()
        seen_at, key = self._seen.get(key_hash, (-CACHE_MS, None))
        if not 0 <= now - seen_at < CACHE_MS:
            key = self.store.key_by_hash(key_hash)
            if key is not None:
                self._seen[key_hash] = (now, key)
        if key is None:
            raise TradingError("unauthenticated", "the credential is not known")
        if key.revoked_at is not None:
            raise TradingError("unauthenticated", f"the API key {key.name!r} was revoked")
        if key.expires_at is not None and key.expires_at <= now:
            raise TradingError(
                "unauthenticated", f"the API key {key.name!r} has expired", details=_EXPIRED
            )
        return Principal(
            id=PrincipalId(f"key:{key.name}"),
            scopes=frozenset(key.scopes),
            account_id=None if key.account_id is None else AccountId(key.account_id),
            credential=key_hash,
        )


class Requires:
    """A FastAPI dependency: the caller of a REST address, who has the scope if one is asked for.

    One flat dependency: FastAPI resolves each nested one anew for every request. What it means for
    the OpenAPI document is added by `shared/openapi.py`.

    Args:
        scope: what the caller must be allowed to do.
        known: whether the caller must have a credential though no scope is asked for.
    """

    def __init__(self, scope: str | None = None, *, known: bool = False) -> None:
        self.scope = scope
        self.known = known

    async def __call__(self, connection: HTTPConnection) -> Principal:
        """The caller.

        Raises:
            TradingError: `unauthenticated` or `forbidden`.
        """
        auth: Auth = connection.app.state.context.auth
        principal = auth.authenticate(connection)
        logs.bind(principal=principal.id)
        if self.scope is not None:
            principal.require(self.scope)
        if self.known and principal.id == ANONYMOUS_ID:
            raise TradingError("unauthenticated", "a credential is needed")
        return principal


MarketReader = Annotated[Principal, Depends(Requires("market:read"))]
AccountReader = Annotated[Principal, Depends(Requires("account:read"))]
Trader = Annotated[Principal, Depends(Requires("orders:write"))]
Administrator = Annotated[Principal, Depends(Requires("admin"))]
Anyone = Annotated[Principal, Depends(Requires())]
Known = Annotated[Principal, Depends(Requires(known=True))]
