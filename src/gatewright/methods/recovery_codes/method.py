"""`RecoveryCodes`: ten codes, each valid once."""

from __future__ import annotations

from collections.abc import Mapping
from hmac import compare_digest
from pathlib import Path
from typing import Any

from gatewright.errors import InvalidProofError
from gatewright.fields import N_, Field
from gatewright.methods.method import Enrolled, Method, Proven
from gatewright.methods.recovery_codes.codes import CODE_SIZE, digest_of_code, read_code, write_code
from gatewright.operations.audit import entry
from gatewright.operations.enrolment import notice
from gatewright.operations.outbox import RECOVERY_CODE_USED
from gatewright.operations.step import Step, owner_of
from gatewright.proofs import Kind

_CODES = 10


class RecoveryCodes(Method):
    """Something that a user has: a list of codes (look-up secrets, NIST SP 800-63B-4, section 3.1.2).

    Each code is an authenticator whose ``key`` is the digest, and is deleted when used. Enrolling creates a new list
    and invalidates the old one.
    """

    name = "recovery_codes"
    title = N_("Recovery codes")
    kinds = frozenset({Kind.POSSESSION})
    amr = ("otp",)
    strength = 1
    at_most = _CODES
    replaces = True
    advice = N_("Keep recovery codes at hand, so that losing your phone does not lock you out.")
    prompt = N_("Enter one of your recovery codes. Each works once.")
    fields = (
        Field(
            "code",
            N_("Recovery code"),
            is_required=True,
            attributes={
                "class": "mono",
                "autocomplete": "off",
                "autocapitalize": "characters",
                "autocorrect": "off",
                "spellcheck": "false",
            },
            longest=80,
        ),
    )
    enrolment_prompt = N_("If you lose your phone or your passkey, a recovery code still lets you sign in.")
    templates = Path(__file__).parent / "templates"

    async def verify(self, step: Step, given: Mapping[str, Any]) -> Proven:
        """Verify ``code`` and use it up. Its owner is notified by email.

        Raises:
            InvalidProofError: ``reason`` is ``recovery_code_malformed``; ``recovery_code_wrong``, also if it was used
                before; or ``recovery_code_used``, if another request has just used it.
        """
        user, typed = step.require_user(), read_code(given.get("code"))
        if typed is None:
            raise InvalidProofError("This does not have the form of a recovery code.", reason="recovery_code_malformed")
        digest, codes = digest_of_code(typed, owner_of(user)), (await step.enrolled()).get(self.name, ())
        code = next((each for each in codes if compare_digest(each.key, digest)), None)
        if code is None:
            raise InvalidProofError("The user has no such recovery code.", reason="recovery_code_wrong")
        used = entry(
            step.parts,
            "recovery_code_used",
            user_id=user.id,
            username=user.username,
            provider=user.provider_name,
            method=self.name,
            client=step.device.ip_address,
        )
        mail = notice(step, RECOVERY_CODE_USED)
        if not await step.parts.store.spend_authenticator(code.id, audit=used, mail=mail):
            raise InvalidProofError("Another request has just used this code.", reason="recovery_code_used")
        step.forget_enrolled()
        step.parts.wake_mail_worker()
        return Proven(user, self.proof(step))

    async def enrol(self, step: Step, given: Mapping[str, Any]) -> Enrolled:
        """Create ten codes, which replace those that the user has. ``codes`` is shown only this once."""
        codes = [write_code(step.parts.random.token_bytes(CODE_SIZE)) for _ in range(_CODES)]
        owner = owner_of(step.require_user())
        kept = [self.authenticator(step, key=digest_of_code(code, owner)) for code in codes]
        return Enrolled(kept, shown={"codes": codes})
