"""A visitor's own password, by which they prove once more that it is them."""

from __future__ import annotations

from gatewright.errors import UserNotFoundError
from gatewright.model import Session, User
from gatewright.operations.parts import Parts
from gatewright.operations.prove_user import Claim, attempt
from gatewright.operations.sessions import is_account
from gatewright.operations.users import WALLET_PROVIDER


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
    if provider == WALLET_PROVIDER and is_account(user):
        return "SQLUserProvider", User(user.entity).username
    return provider, username
