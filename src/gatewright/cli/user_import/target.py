"""Where imported users go: into the database or, in a dry run, into a scratch one."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from gatewright.auth import Auth
from gatewright.cli.audit_actor import acting_user
from gatewright.cli.user_import.user import ImportedUser
from gatewright.errors import InvalidParameterError, TakenError, UserNotFoundError
from gatewright.model import Account
from gatewright.operations.names import canonical_name
from gatewright.system import SystemClock, SystemRandom


@dataclass(frozen=True, slots=True)
class Target:
    """Takes users, each in a separate transaction.

    Args:
        existing: The database with the existing users.
        written: The database to create users in: the same, or a scratch one.
        started: When the import began. Users made since then are on an earlier line.
        roles: The declared roles.
    """

    existing: Auth
    written: Auth
    started: datetime
    roles: frozenset[str]

    def take(self, user: ImportedUser) -> bool:
        """Create a user and return True, or return False if there already is one of that name.

        Raises:
            InvalidParameterError: If something about the user is not acceptable.
            TakenError: If an earlier line has the name or the id, another user has the email address or the id, or the
                existing user has another id.
        """
        if self._is_there(user):
            return False
        self._require_declared(user.roles)
        self.written.create_user(
            user.username,
            email=user.email,
            password=user.password,
            password_hash=user.password_hash,
            is_active=user.is_active,
            is_verified=user.is_verified,
            roles=user.roles,
            user_id=user.id,
            actor=acting_user(),
        )
        return True

    def _is_there(self, user: ImportedUser) -> bool:
        named, known = self._find_named(user), self._find_by_id(user.id)
        if known is not None and (named is None or named.id != known.id):
            raise TakenError("Its id belongs to another user.")
        if named is not None and user.id not in (None, named.id):
            raise TakenError("This user already exists, with another id.")
        return named is not None

    def _find_by_id(self, user_id: str | None) -> Account | None:
        for auth in dict.fromkeys((self.existing, self.written)):
            user = None if user_id is None else auth.get_user_by_id(user_id)
            if user is not None:
                return self._require_older(user.entity)
        return None

    def _require_older(self, account: Account) -> Account:
        if account.created_at >= self.started:
            raise TakenError("An earlier line has the same id, username or email, or somebody took it meanwhile.")
        return account

    def _find_named(self, user: ImportedUser) -> Account | None:
        """Return the account with the user's name."""
        for name in filter(None, (user.username, user.email)):
            account = self._find(name)
            if account is None:
                continue
            if name != (user.username or user.email):
                raise TakenError("Its email belongs to another user.")
            return account
        return None

    def _find(self, name: str) -> Account | None:
        """Return the account with this username or email address, be it new or old. A folded name is not a wallet's."""
        for auth in dict.fromkeys((self.existing, self.written)):
            try:
                account: Account = auth.get_user(canonical_name("username", name)).entity
            except UserNotFoundError:
                continue
            return self._require_older(account)
        return None

    def _require_declared(self, roles: tuple[str, ...]) -> None:
        if not self.roles.issuperset(canonical_name("role", role) for role in roles):
            raise InvalidParameterError(
                "It has a role that nobody has declared. `gatewright role list` shows the declared ones."
            )


@contextmanager
def open_target(*, is_dry_run: bool) -> Iterator[Target]:
    """Open the database and, for a dry run, an empty one too, so that every check is the same and nothing is kept."""
    with Auth() as auth:
        roles = frozenset(auth.list_roles())
        started = SystemClock().now()
        if not is_dry_run:
            yield Target(existing=auth, written=auth, started=started, roles=roles)
            return
        with (
            tempfile.TemporaryDirectory(prefix="gatewright-") as folder,
            _scratch(auth, Path(folder), roles) as scratch,
        ):
            yield Target(existing=auth, written=scratch, started=started, roles=roles)


def _scratch(auth: Auth, folder: Path, roles: frozenset[str]) -> Auth:
    secret = SystemRandom().token_bytes(32).hex()
    scratch = Auth(f"sqlite:///{folder / 'scratch.db'}", settings=auth.settings, jwt_secret=secret)
    for role in roles:
        scratch.create_role(role)
    return scratch
