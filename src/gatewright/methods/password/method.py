"""`Password`: something that the user knows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from gatewright.errors import InvalidParameterError, UserNotFoundError
from gatewright.fields import N_, Field
from gatewright.methods.method import Method, Proven
from gatewright.methods.password.attempt import AMR, KINDS, NAME, attempt, password_proof
from gatewright.model import Authenticator, User
from gatewright.operations.accounts import account_has_password
from gatewright.operations.names import name_for_record
from gatewright.operations.prove_user import Claim
from gatewright.operations.sessions import is_account
from gatewright.operations.step import Step
from gatewright.operations.users import OWN_PROVIDER, WALLET_PROVIDER


class Password(Method):
    """Something that a user knows. The operation `attempt` counts attempts and fires hooks."""

    name = NAME
    title = N_("Password")
    kinds = KINDS
    amr = AMR
    strength = 10
    can_begin = True
    page = "login"
    templates = Path(__file__).parent / "templates"
    prompt = N_("Enter your password to continue.")
    fields = (
        Field(
            "password",
            N_("Password"),
            "password",
            is_required=True,
            attributes={"autocomplete": "current-password"},
            longest=1024,
        ),
    )

    def records_itself(self, step: Step) -> bool:
        """Return True: `attempt` does."""
        return True

    def action_of(self, given: Mapping[str, Any]) -> str | None:
        """Return ``prove`` for a form with a password."""
        return "prove" if "password" in given else None

    async def is_ready(self, step: Step, enrolled: Mapping[str, Sequence[Authenticator]]) -> bool:
        """Return whether the user has a password; users of other providers are assumed to have one."""
        user = step.user
        return user is not None and (not is_account(user) or await account_has_password(step.parts, user.entity))

    def names_another(self, user: User, given: Mapping[str, Any]) -> bool:
        """Return whether ``username`` is not one of the user's names."""
        username = name_for_record(given.get("username"))
        own = (user.username, user.email, User(user.entity).username if is_account(user) else None)
        return username is not None and username not in map(name_for_record, own)

    async def verify(self, step: Step, given: Mapping[str, Any]) -> Proven:
        """Verify ``password`` for the step's user, or for the user that ``username`` names.

        Raises:
            GatewrightError: What `attempt` raises.
        """
        parts, user = step.parts, step.user
        if user is None:
            provider, username = step.provider, given.get("username")
        else:
            provider, username = _source_of_password(user, provider=step.provider)
        if not isinstance(username, str):
            raise InvalidParameterError("username must be a str.", parameter="username")
        name, source = parts.sources.find(provider)
        claim = Claim(username, provider=name, source=source, client=step.device.ip_address)
        proven = await attempt(parts, claim, given.get("password"))
        if user is not None and proven.id != user.id:
            raise UserNotFoundError("The password belongs to another user.")
        return Proven(_as_they_are(user, proven), password_proof(parts))


def _as_they_are(user: User | None, proven: User) -> User:
    """Return the user as their session knows them: a wallet's account may be authenticated by its password."""
    return proven if user is None else user


def _source_of_password(user: User, *, provider: str) -> tuple[str, str]:
    """Return the provider of a user's password, and the username there: a wallet has none, but its account may."""
    if provider == WALLET_PROVIDER and is_account(user):
        return OWN_PROVIDER, User(user.entity).username
    return provider, user.username
