"""`Totp`: an authenticator app."""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from gatewright.errors import InvalidProofError
from gatewright.fields import N_, Field
from gatewright.methods.method import Enrolled, Method, Proven
from gatewright.methods.totp.codes import SECRET_SIZE, time_steps_of
from gatewright.methods.totp.key_uri import in_groups, key_uri, secret_text
from gatewright.methods.typed import read_typed
from gatewright.operations.step import Step, owner_of
from gatewright.proofs import Kind
from gatewright.qr import qr_svg
from gatewright.tokens import Decrypted

_ENROLMENT = "totp_enrolment"
_MOST_TRIES = 5
_CODE = re.compile(r"[0-9]{6}")
_KEY_SIZE = 16

_logger = logging.getLogger("gatewright.methods")


class Totp(Method):
    """Something that a user has: the secret in their authenticator app (RFC 6238).

    The ``counter`` of its authenticator is the time step of the last accepted code: neither that code nor an earlier
    one is accepted again. A user has one app; enrolling another, such as on a new phone, replaces it.
    """

    name = "totp"
    title = N_("Authenticator app")
    kinds = frozenset({Kind.POSSESSION})
    amr = ("otp",)
    strength = 20
    is_demanded = True
    at_most = 1
    replaces = True
    advice = N_("Add a second factor, so that a stolen password is not enough to get in.")
    prompt = N_("Enter the current code from your authenticator app.")
    fields = (
        Field(
            "code",
            N_("Code"),
            is_required=True,
            attributes={
                "autocomplete": "one-time-code",
                "inputmode": "numeric",
                "spellcheck": "false",
                "data-complete": "[0-9]{6}",
            },
            longest=40,
        ),
    )
    enrolment_prompt = N_(
        "Scan the QR code with your authenticator app, or type in the key. Then enter the code that the app shows."
    )
    enrolment_fields = fields
    templates = Path(__file__).parent / "templates"

    async def verify(self, step: Step, given: Mapping[str, Any]) -> Proven:
        """Verify ``code``.

        Raises:
            InvalidProofError: ``reason`` is ``totp_not_enrolled``, ``totp_secret_unreadable``, ``totp_malformed``,
                ``totp_wrong`` or ``totp_used``.
        """
        user, apps = step.require_user(), (await step.enrolled()).get(self.name)
        if not apps:
            raise InvalidProofError("The user has no authenticator app.", reason="totp_not_enrolled")
        app = apps[0]
        kept = self._decrypt(step, app.data)
        time_step = _time_step_of(given, kept.secret, step, last=app.counter)
        data = None if kept.is_current else json.dumps(self._encrypt(step, kept.secret))
        if not await step.parts.store.use_authenticator(app.id, counter=time_step, now=step.now, data=data):
            raise InvalidProofError("Another request has just used this code, or a later one.", reason="totp_used")
        return Proven(user, self.proof(step))

    async def begin_enrolment(self, step: Step, given: Mapping[str, Any]) -> Mapping[str, Any]:
        """Create a secret. A browser with an unconfirmed one gets it again, so that the page can be reloaded.

        Returns:
            ``secret`` in base32, in groups; ``uri`` for apps; ``qr_svg``, the URI as a QR code, or None if segno is not
            installed.
        """
        user, pending = step.require_user(), await step.kept(_ENROLMENT)
        kept = None
        if pending is not None and pending.tries < _MOST_TRIES:
            kept = self._try_decrypt(step, pending.data)  # None for what another user has begun in this browser
        secret = step.parts.random.token_bytes(SECRET_SIZE) if kept is None else kept.secret
        if kept is None:
            await step.keep(_ENROLMENT, self._encrypt(step, secret))
        uri = key_uri(secret, issuer=step.parts.settings.site_name, account=user.username)
        return {"secret": in_groups(secret_text(secret)), "uri": uri, "qr_svg": qr_svg(uri)}

    async def enrol(self, step: Step, given: Mapping[str, Any]) -> Enrolled:
        """Verify ``code``, which shows that the app has the secret. This also authenticates the user.

        Raises:
            InvalidProofError: ``reason`` is ``totp_enrolment_not_begun``, ``totp_enrolment_too_many_tries``,
                ``totp_enrolment_used``, or one of `verify`'s.
        """
        pending = await step.require_kept(_ENROLMENT)
        await step.count_try(pending, at_most=_MOST_TRIES)
        kept = self._decrypt(step, pending.data)
        time_step = _time_step_of(given, kept.secret, step, last=-1)
        await step.claim(pending)
        app = self.authenticator(
            step,
            key=step.parts.random.token_bytes(_KEY_SIZE),
            data=json.dumps(self._encrypt(step, kept.secret)),
            counter=time_step,
        )
        return Enrolled([app], proof=self.proof(step))

    def _encrypt(self, step: Step, secret: bytes) -> dict[str, str]:
        return step.parts.vault.encrypt(secret, method=self.name, owner=owner_of(step.require_user()))

    def _try_decrypt(self, step: Step, data: str) -> Decrypted | None:
        return step.parts.vault.decrypt(data, method=self.name, owner=owner_of(step.require_user()))

    def _decrypt(self, step: Step, data: str) -> Decrypted:
        """Return the stored secret.

        Raises:
            InvalidProofError: If no key decrypts it. This is logged as an error.
        """
        kept = self._try_decrypt(step, data)
        if kept is None:
            user = step.require_user()
            _logger.error(
                "totp_secret_unreadable: no key in the settings decrypts the secret of the authenticator app of user "
                "%r. `gatewright doctor --deep` counts such secrets.",
                user.id,
            )
            raise InvalidProofError("No key decrypts the user's secret.", reason="totp_secret_unreadable")
        return kept


def _time_step_of(given: Mapping[str, Any], secret: bytes, step: Step, *, last: int) -> int:
    """Return the time step whose code was typed.

    Raises:
        InvalidProofError: If there is none within the tolerance, or none after the ``last``.
    """
    code = read_typed(given.get("code"))
    if not _CODE.fullmatch(code):
        raise InvalidProofError("A code must have six digits.", reason="totp_malformed")
    right = time_steps_of(code, secret=secret, now=step.now)
    if not right:
        raise InvalidProofError("The code is wrong or has expired.", reason="totp_wrong")
    unused = [each for each in right if each > last]
    if not unused:
        raise InvalidProofError("This code, or a later one, has already been used.", reason="totp_used")
    return unused[0]
