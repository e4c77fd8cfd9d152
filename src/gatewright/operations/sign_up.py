"""Sign up: a visitor creates an account. This never reveals whether an email address already has one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

from gatewright.errors import InvalidParameterError, TakenError
from gatewright.model import Account, User
from gatewright.operations.accounts import NewAccount, check_password, draft_account
from gatewright.operations.attempts import limit_requests
from gatewright.operations.audit import entry
from gatewright.operations.names import canonical_email
from gatewright.operations.outbox import (
    ALREADY_REGISTERED,
    EMAIL_VERIFICATION,
    Asker,
    is_one_too_many,
    new_queued_mail,
)
from gatewright.operations.parts import Parts
from gatewright.operations.profiles import read_profile
from gatewright.operations.users import newcomer_of

SIGN_UP_WINDOW = timedelta(hours=1)
"""How long a sign-up counts towards the limit of its client."""

_SIGN_UP = "sign_up"


@dataclass(frozen=True, slots=True)
class SignUpForm:
    """The input of a visitor who signs up. Nothing in it can grant a right.

    Args:
        email: Their email address.
        password: The new password; none if passwords are not a method.
        username: The desired name, if any.
        profile: Other input, by field.
    """

    email: str
    password: str | None = field(repr=False)
    username: str | None = None
    profile: Mapping[str, str] | None = None


@dataclass(frozen=True, slots=True)
class _Newcomer:
    """An account to create, and what comes with it."""

    account: Account
    email: str
    password_hash: str | None = field(repr=False)
    profile: dict[str, str]


async def sign_up(parts: Parts, form: SignUpForm, *, asker: Asker) -> None:
    """Create an account, or write to the one that already has the email address: the response is the same.

    Usernames are public, so a visitor may be told that one is taken, whoever owns the address.

    Args:
        parts: The application's parts.
        form: The input.
        asker: Who asks.

    Raises:
        InvalidParameterError: If a name, the email address or the profile is invalid, or a password is missing.
        WeakPasswordError: If the password is too easy to guess.
        TakenError: If the username is already taken.
        RateLimitError: If the client has tried too often: each attempt costs a hash, and an email to any address.
        Denied: If a ``pre_signup`` hook refuses.
    """
    asked = await parts.hooks.pre_signup.fire(
        email=form.email, username=form.username, profile={} if form.profile is None else form.profile
    )
    at_most = parts.settings.signups_per_client
    await limit_requests(parts, _SIGN_UP, client=asker.client, at_most=at_most, window=SIGN_UP_WINDOW)
    newcomer = await _read(parts, asked, password=form.password)
    await _require_free_name(parts, newcomer)
    await parts.shield(_sign_up(parts, newcomer, asker))


async def _read(parts: Parts, asked: dict[str, Any], *, password: str | None) -> _Newcomer:
    """Validate the input, as the hooks left it, and hash the password: at the same cost whoever owns the address."""
    email, profile = canonical_email(asked["email"]), read_profile(asked["profile"])
    is_verified = not parts.settings.enable_email_verification
    draft = draft_account(parts, NewAccount(asked["username"], email=email, is_verified=is_verified))
    if draft.username == email:
        draft = replace(draft, username=None)  # asking whether it is taken would reveal whether the address is
    if password is None and not parts.has_passwords:
        return _Newcomer(draft, email, None, profile)
    if password is None:
        raise InvalidParameterError("sign_up needs a password.", parameter="password")
    check_password(parts, password, of=draft)
    return _Newcomer(draft, email, await parts.passwords.hash(password), profile)


async def _require_free_name(parts: Parts, newcomer: _Newcomer) -> None:
    username = newcomer.account.username
    if username is not None and await parts.store.find_credentials(username) is not None:
        raise TakenError("This username is taken. Choose another one.", username=username)


async def _sign_up(parts: Parts, newcomer: _Newcomer, asker: Asker) -> None:
    owner = await _owner(parts, newcomer.email)
    try:
        await _keep(parts, newcomer, owner, asker)
    except TakenError:  # taken meanwhile: if not the name, then the address
        await _require_free_name(parts, newcomer)
        owner = await _owner(parts, newcomer.email)
        if owner is not None:
            await _keep(parts, newcomer, owner, asker)


async def _owner(parts: Parts, email: str) -> Account | None:
    found = await parts.store.find_credentials(email)
    return None if found is None else found[0]


async def _keep(parts: Parts, newcomer: _Newcomer, owner: Account | None, asker: Asker) -> None:
    """Store the account and fire the hooks, or write to the owner of the address, who may have forgotten the account.

    Both use the same statements. A newcomer's email counts towards the limit like a requested one, but is always sent.
    """
    draft, email, is_free = newcomer.account, newcomer.email, owner is None
    kind = EMAIL_VERIFICATION if owner is None else ALREADY_REGISTERED
    is_too_many = await is_one_too_many(parts, kind, email=email)
    account = draft if owner is None else owner
    refusal = "rate_limited" if is_too_many else "taken"
    done = entry(
        parts,
        "signed_up" if is_free else "sign_up_failed",
        user_id=account.id,
        username=User(account).username,
        client=asker.ip_address,
        reason=None if is_free else refusal,
    )
    kept = await parts.store.sign_up_account(
        draft,
        password_hash=newcomer.password_hash,
        profile=newcomer.profile,
        mail=new_queued_mail(parts, kind, account_id=account.id, email=email, asker=asker),
        audit=done,
        is_free=is_free,
        is_due=not (draft.is_verified if is_free else is_too_many),
    )
    parts.wake_mail_worker()
    if is_free:
        await parts.hooks.post_signup.fire(user=newcomer_of(kept))
