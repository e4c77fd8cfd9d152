"""An administrator looks at what a user proves themselves by, and removes it: for whoever has lost theirs."""

from __future__ import annotations

from gatewright.errors import InvalidParameterError
from gatewright.model import Authenticator, User
from gatewright.operations.arguments import require_text
from gatewright.operations.enrolment import remove_authenticators
from gatewright.operations.parts import Parts
from gatewright.operations.prove_user import require_user
from gatewright.operations.rights import require_account
from gatewright.operations.step import Step, owner_of
from gatewright.operations.users import user_of
from gatewright.operations.visits import Device

_LONGEST_REASON = 255


async def list_factors(parts: Parts, username: str, *, provider: object) -> list[Authenticator]:
    """Return what a user has enrolled, oldest first.

    Args:
        parts: The application's parts.
        username: Whose: a name of an account of ours, or what another provider knows them by.
        provider: That provider, by its name or itself; None for our own accounts.

    Raises:
        UserNotFoundError: If there is no such user.
        ConfigurationError: If there is no such provider.
    """
    return await parts.store.list_authenticators(owner_of(await _find(parts, username, provider)))


async def remove_factors(
    parts: Parts, username: str, *, method: str | None, provider: object, actor: str, reason: str
) -> list[Authenticator]:
    """Remove what a user has enrolled of one method, or of all, tell them by mail, and return what is gone.

    Their sessions stay: end those where somebody else may have the factor.

    Args:
        parts: The application's parts.
        username: Whose, as for `list_factors`.
        method: Which method's; None for every one.
        provider: As for `list_factors`.
        actor: Who does it.
        reason: Why, for the record: whoever asks for this may not be whom they say they are.

    Raises:
        UserNotFoundError: If there is no such user.
        InvalidParameterError: If there is no such method, or no actor or reason.
        ConfigurationError: If there is no such provider.
        Denied: If a ``pre_method_removal`` hook refuses.
    """
    for name, value in (("actor", actor), ("reason", reason)):
        if not require_text(name, value, at_most=_LONGEST_REASON).strip():
            raise InvalidParameterError(f"{name} must say something.", parameter=name)
    user = await _find(parts, username, provider)
    step = Step(parts, Device(), None, str(user.provider_name), user=user)
    if method is not None and method not in parts.methods and method not in await step.enrolled():
        raise InvalidParameterError(f"There is no method {method!r:.80}.", parameter="method")
    return await remove_authenticators(step, method=method, actor=actor, reason=reason)


async def _find(parts: Parts, username: str, provider: object) -> User:
    if provider is None:
        return await user_of(parts, await require_account(parts, username))
    name, source = parts.sources.find(provider)
    user = require_user(await parts.call(source.bypass, username), provider=name)
    user.provider_name = name
    return user
