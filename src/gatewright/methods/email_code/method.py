"""`EmailCode`: proves access to the mailbox of an account."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

from gatewright.errors import InvalidParameterError, InvalidProofError, RateLimitError
from gatewright.fields import N_, Field
from gatewright.methods.email_code.secrets import is_code_of, is_token_of, mailed_for
from gatewright.methods.email_code.settings import EmailCodeSettings
from gatewright.methods.method import Method, Proven
from gatewright.methods.typed import read_typed
from gatewright.model import Authenticator, PendingStep, QueuedMail, User, as_utc, has_passed
from gatewright.operations.mail_requests import request_mail
from gatewright.operations.names import canonical_email
from gatewright.operations.outbox import read_asker
from gatewright.operations.parts import Parts
from gatewright.operations.second_factor import is_one_mailbox
from gatewright.operations.sessions import is_account
from gatewright.operations.step import Step, data_of
from gatewright.operations.users import visitor_of
from gatewright.operations.visits import reload_user
from gatewright.ports import Mailed, SignedIn
from gatewright.proofs import Kind, kinds_of
from gatewright.settings import read_settings

_MINUTES = 10
_LIFE = timedelta(minutes=_MINUTES)


class EmailCode(Method):
    """Access to a mailbox: a code to type, or a link instead, valid once, in the browser that requested them.

    Only accounts in gatewright's own tables can use it, and only with a verified address: for users of other providers,
    gatewright cannot know whose mailbox their record names.

    Args:
        settings: What it may be used for; by default from the environment and ``.env``.
    """

    name = "email_code"
    title = N_("Code by email")
    kinds = frozenset({Kind.MAILBOX})
    amr = ("mca",)  # RFC 8176: over another channel. Its "otp" means the codes of RFC 4226 and RFC 6238.
    strength = 5
    settings_class = EmailCodeSettings
    has_link = True
    needs_begin = True
    begin_fields = (
        Field(
            "email",
            N_("Email"),
            "email",
            is_required=True,
            attributes={"autocomplete": "username"},
            longest=255,
        ),
    )
    prompt = N_("Enter the code that we emailed to you.")
    fields = (
        Field(
            "code",
            N_("Code"),
            is_required=True,
            attributes={"autocomplete": "one-time-code", "inputmode": "numeric", "spellcheck": "false"},
            longest=40,
        ),
    )
    templates = Path(__file__).parent / "templates"

    def __init__(self, settings: EmailCodeSettings | None = None) -> None:
        chosen = settings or read_settings(EmailCodeSettings)
        self.can_begin = chosen.email_code in ("first", "both")
        self.counts_as_second = chosen.email_code in ("second", "both")
        self._digits = chosen.email_code_digits

    async def is_ready(self, step: Step, enrolled: Mapping[str, Sequence[Authenticator]]) -> bool:
        """Return whether the user of a step can authenticate by their mailbox now.

        If it was their first proof, or they have given none, it must be allowed as a first one. It counts as a second
        factor unless the first was a password that was set through the same mailbox, which would then be both factors.
        """
        user = step.user
        if user is None or not _has_mailbox(user):
            return False
        shown = kinds_of(step.proofs)
        if not shown or Kind.MAILBOX in shown:
            return self.can_begin
        return self.counts_as_second and not await is_one_mailbox(step, shown | self.kinds)

    def names_another(self, user: User, given: Mapping[str, Any]) -> bool:
        """Return whether ``email`` is not the user's address, which their page shows in part."""
        try:
            return canonical_email(given.get("email")) not in (user.email, user.email and _masked(user.email))
        except InvalidParameterError:
            return False  # not an address, so it names nobody

    async def begin(self, step: Step, given: Mapping[str, Any]) -> Mapping[str, Any]:
        """Email a code to ``email``, or to the address of the step's user. A new code replaces earlier ones.

        Returns:
            ``email``, the address it was sent to, whether or not that has an account. If the address was not asked for,
            it is masked. Also ``digits`` and ``expires_at``.

        Raises:
            InvalidParameterError: If ``email`` does not look like an email address, or the user cannot use this method.
            RateLimitError: If the client or the user has requested too many.
        """
        parts, user, device = step.parts, step.user, step.device
        email = canonical_email(given.get("email") if user is None else (await self._require_ready(step)).email)
        asker = read_asker(parts, ip_address=device.ip_address, language=device.language, base_url=device.base_url)
        sent = await request_mail(parts, "email_code_requested", kind=self.name, email=email, asker=asker, window=_LIFE)
        if user is not None and sent is None:
            raise RateLimitError(retry_after=_MINUTES * 60, reason="email_code_rate_limited")
        mail_id, about = None, step
        if sent is not None:
            account, mail = sent
            mail_id, about = mail.id, replace(step, user=user or visitor_of(parts, SignedIn(account)))
        # The step has the email's identifier, from which the code is derived. Without an account none was sent.
        data = {"email": email, "digits": self._digits, "shown": email if user is None else _masked(email)}
        pending = await about.keep(self.name, data, minutes=_MINUTES, step_id=mail_id)
        parts.wake_mail_worker()
        return _shown(pending)

    async def resume(self, step: Step) -> Mapping[str, Any] | None:
        """Return what `begin` returned, if this browser has requested a code."""
        pending = await step.kept(self.name)
        return None if pending is None else _shown(pending)

    async def claimed_name(self, step: Step, given: Mapping[str, Any]) -> str:
        """Return the address for which this browser requested a code."""
        pending = await step.kept(self.name)
        return "" if pending is None else str(data_of(pending)["email"])

    async def verify(self, step: Step, given: Mapping[str, Any]) -> Proven:
        """Verify ``code``, or ``token``, the secret of the link.

        Raises:
            InvalidParameterError: If the user cannot use this method.
            InvalidProofError: ``reason`` is ``email_code_not_begun`` (also for a link opened in another browser),
                ``email_code_too_many_tries``, ``email_code_wrong`` or ``email_code_used``.
        """
        if step.user is not None:
            await self._require_ready(step)
        pending = await step.kept(self.name)
        if pending is None:
            raise InvalidProofError(
                "This browser has not requested a code, or too long ago.", reason="email_code_not_begun"
            )
        await step.count_try(pending)
        if not self._is_right(step.parts, pending.id, given):
            raise InvalidProofError("The code or the link is wrong.", reason="email_code_wrong")
        user = step.user or await self._reload(step, pending)
        if user is None or user.email != data_of(pending)["email"]:
            raise InvalidProofError("No usable account has this address any longer.", reason="email_code_wrong")
        await step.claim(pending)
        return Proven(user, self.proof(step))

    def mailed(self, parts: Parts, mail: QueuedMail) -> Mailed | None:
        """Return the code and the link for an email; None if they have already expired."""
        if has_passed(as_utc(mail.created_at) + _LIFE, now=parts.clock.now()):
            return None
        return mailed_for(parts.derived, mail.id, digits=self._digits)

    async def _require_ready(self, step: Step) -> User:
        user = step.require_user()
        if not await self.is_ready(step, {}):
            raise InvalidParameterError("This user cannot authenticate by an emailed code.", parameter="method")
        return user

    def _is_right(self, parts: Parts, step_id: str, given: Mapping[str, Any]) -> bool:
        token = given.get("token")
        if isinstance(token, str) and token:
            return is_token_of(parts.derived, step_id, token)
        return is_code_of(parts.derived, step_id, read_typed(given.get("code")), digits=self._digits)

    @staticmethod
    async def _reload(step: Step, pending: PendingStep) -> User | None:
        """Return the user whose address a guest entered, reloaded."""
        if pending.username is None or pending.provider is None:
            return None
        user = await reload_user(step.parts, provider=pending.provider, username=pending.username)
        return user if user is not None and user.id == pending.user_id and _has_mailbox(user) else None


def _has_mailbox(user: User) -> bool:
    return is_account(user) and user.email is not None and user.is_verified and user.is_active


def _masked(email: str) -> str:
    """Return enough of an address for its owner to recognise it; an attacker with the password learns no more."""
    local, _, domain = email.rpartition("@")
    return f"{local[:1]}…@{domain}"


def _shown(pending: PendingStep) -> Mapping[str, Any]:
    """Return what the browser is told of a code that was sent."""
    data = data_of(pending)
    return {"email": data["shown"], "digits": data["digits"], "expires_at": as_utc(pending.expires_at).isoformat()}
