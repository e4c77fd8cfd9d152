"""The providers of our own tables."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import bcrypt
import pytest

from gatewright import EvrmoreAuth, Settings
from gatewright.errors import UserNotFoundError
from gatewright.providers import UserProvider
from gatewright.testing.provider_conformance import ProviderConformance


class OfAccounts(ProviderConformance):
    """The `Auth` around the provider uses the database that the accounts are in."""

    @pytest.fixture(autouse=True)
    def auth(self, tmp_path: Path, migrated_file: Path) -> Iterator[EvrmoreAuth]:
        file = shutil.copyfile(migrated_file, tmp_path / "accounts.db")
        self.database_url = f"sqlite:///{file}"
        quick = Settings(argon2_memory_kib=8, argon2_iterations=1)
        with EvrmoreAuth(self.database_url, settings=quick) as self._auth:
            self.make_accounts(self._auth)
            yield self._auth

    def make_accounts(self, auth: EvrmoreAuth) -> None:
        raise NotImplementedError


class TestSQLUserProvider(OfAccounts):
    username = "alice"
    inactive_username = "bob"
    unverified_username = "carol"
    outdated_username = "dave"

    def make_accounts(self, auth: EvrmoreAuth) -> None:
        old = bcrypt.hashpw(str(self.password).encode(), bcrypt.gensalt(4)).decode()
        auth.create_user("alice", email="alice@example.com", password=self.password, is_verified=True)
        auth.create_user("bob", password=self.password, is_active=False, is_verified=True)
        auth.create_user("carol", password=self.password, is_verified=False)
        auth.create_user("dave", password_hash=old, is_verified=True)

    def make_provider(self) -> UserProvider:
        return self._auth.load_user_provider("SQLUserProvider")


class TestWalletUserProvider(OfAccounts):
    password = None

    def make_accounts(self, auth: EvrmoreAuth) -> None:
        self.username = self._sign_in(auth)
        self.inactive_username = self._sign_in(auth)
        auth.disable_user(self.inactive_username)

    def make_provider(self) -> UserProvider:
        return self._auth.load_user_provider("WalletUserProvider")

    def _sign_in(self, auth: EvrmoreAuth) -> str:
        address, wif = auth.create_wallet_address()
        challenge = auth.generate_challenge(address)
        auth.authenticate(address, challenge, auth.sign_message(wif, challenge))
        return address

    @pytest.mark.shows_secrets
    def test_a_wallet_has_no_password(self, provider: UserProvider):
        """Whatever is typed as a password, a wallet is not opened by it."""
        with pytest.raises(UserNotFoundError):
            provider.load_user_by_username(self.username, self.username)
