"""What every credential store must do."""

from abc import abstractmethod
from contextlib import AbstractContextManager

import pytest

from trading_api.domain.errors import TradingError
from trading_api.domain.ports import ApiKey, CredentialStore, Session

KEY = ApiKey(
    name="bot",
    key_hash="a" * 64,
    scopes=("market:read", "orders:write"),
    account_id="acct",
    created_at=1,
    expires_at=100,
)
SESSION = Session(token_hash="b" * 64, principal="owner", created_at=1, expires_at=100)


class CredentialSuite:
    """Inherit, and give `opened`."""

    @abstractmethod
    def opened(self) -> AbstractContextManager[CredentialStore]:
        """An empty store."""

    def test_a_key_is_found_by_hash_and_by_name(self) -> None:
        with self.opened() as store:
            store.add_key(KEY)
            assert store.key_by_hash(KEY.key_hash) == KEY
            assert store.key_by_name("bot") == KEY
            assert store.all_keys() == [KEY]
            assert store.key_by_hash("c" * 64) is None
            assert store.key_by_name("other") is None

    def test_a_name_is_used_once(self) -> None:
        with self.opened() as store:
            store.add_key(KEY)
            with pytest.raises(TradingError, match="'bot' has been used") as caught:
                store.add_key(ApiKey(name="bot", key_hash="d" * 64, scopes=(), created_at=2))
            assert caught.value.code == "conflict"

    def test_a_revoked_key_stays_known_with_its_first_time(self) -> None:
        with self.opened() as store:
            store.add_key(KEY)
            assert store.revoke_key("bot", 5)
            assert store.revoke_key("bot", 9)
            found = store.key_by_hash(KEY.key_hash)
            assert found is not None
            assert found.revoked_at == 5
            assert not store.revoke_key("nobody", 5)

    def test_a_session_comes_and_goes(self) -> None:
        with self.opened() as store:
            store.add_session(SESSION)
            assert store.session_by_hash(SESSION.token_hash) == SESSION
            store.remove_session(SESSION.token_hash)
            store.remove_session(SESSION.token_hash)
            assert store.session_by_hash(SESSION.token_hash) is None

    def test_a_login_code_works_once_and_in_time(self) -> None:
        with self.opened() as store:
            store.add_login_code("e" * 64, 100)
            store.add_login_code("f" * 64, 100)
            assert store.take_login_code("e" * 64, 99)
            assert not store.take_login_code("e" * 64, 99)
            assert not store.take_login_code("f" * 64, 100)
            assert not store.take_login_code("0" * 64, 1)
