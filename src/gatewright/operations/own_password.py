"""A visitor's own password: they prove once more that it is them, or choose another one."""

from __future__ import annotations

from gatewright.errors import InvalidParameterError, UserNotFoundError
from gatewright.model import Session, User
from gatewright.operations.accounts import set_password
from gatewright.operations.authenticate import PROVIDER
from gatewright.operations.parts import Parts
from gatewright.operations.prove_user import Claim, attempt
from gatewright.operations.sessions import is_account


async def confirm_password(parts: Parts, session: Session, user: User, password: object, *, client: str | None) -> None:
    """Prove a visitor by their own password. Failures count, and are told, like those of a sign-in.

    Args:
        parts: The application's parts.
        session: The visitor's session.
        user: The visitor.
        password: What they typed.
        client: The address that they come from.

    Raises:
        GatewrightError: What `attempt` raises.
    """
    provider, username = password_source_of(user, provider=session.provider, username=session.username)
    name, source = parts.sources.find(provider)
    proven = await attempt(parts, Claim(username, provider=name, source=source, client=client), password)
    if proven.id != user.id:
        raise UserNotFoundError("This is somebody else's password.")


def password_source_of(user: User, *, provider: str, username: str) -> tuple[str, str]:
    """Return who keeps a user's password, and by which name: a wallet itself has none, but its account may.

    Args:
        user: Whose password.
        provider: Where the user comes from.
        username: What the provider knows them by.
    """
    if provider == PROVIDER and is_account(user):
        return "SQLUserProvider", User(user.entity).username
    return provider, username


async def change_password(
    parts: Parts,
    session: Session,
    user: User,
    *,
    current: object,
    new: str,
    client: str | None,
    language: str | None,
) -> None:
    """Replace a visitor's password, which ends all their sessions but this one.

    Args:
        parts: The application's parts.
        session: The visitor's session.
        user: The visitor.
        current: Their current password, as they typed it.
        new: The password that they want, checked against the policy.
        client: The address that they come from.
        language: The language of the mail that tells them; by default the setting's.

    Raises:
        InvalidParameterError: If the user is not in our own tables.
        WeakPasswordError: If the new password is too easy to guess.
        GatewrightError: What `attempt` raises where the current password is not right.
    """
    if not is_account(user):
        raise InvalidParameterError(
            f"{session.provider} keeps this user's password. Only those of our own accounts can be changed here."
        )
    await confirm_password(parts, session, user, current, client=client)
    username = User(user.entity).username
    await set_password(parts, username, new, keep_session=session.id, actor=None, language=language)
