"""Ways of proving who one is that no package brings: what an application adds by ``Auth(methods=[...])``."""

from __future__ import annotations

from hashlib import sha256

from gatewright.errors import InvalidProofError
from gatewright.fields import Field
from gatewright.methods import Enrolled, Method, Proven
from gatewright.operations.visits import reload_user
from gatewright.proofs import Kind

CODES = ("amber", "birch", "cedar", "delta", "ember", "fjord", "grove", "haven", "islet", "jetty")
"""A list as a user may hold it in their hand. Each code is good once."""


class ListedCode(Method):
    """A code from a list that the user has on paper: something that they have, good once each."""

    name = "listed_code"
    title = "Code from your list"
    kinds = frozenset({Kind.POSSESSION})
    amr = ("otp",)
    strength = 20
    is_demanded = True
    at_most = len(CODES)
    replaces = True
    prompt = "Enter a code from your list that you have not used yet."
    fields = (Field("code", "Code", is_required=True),)
    enrolment_fields = (Field("codes", "The codes of your list", is_required=True),)

    async def verify(self, step, given):
        """Verify ``code``, and use it up."""
        key = self._key(step, given.get("code"))
        for each in (await step.enrolled()).get(self.name, ()):
            if each.key == key and await step.parts.store.spend_authenticator(each.id, audit=None, mail=None):
                return Proven(step.require_user(), self.proof(step))
        raise InvalidProofError("No such code.", reason=f"{self.name}_wrong")

    async def enrol(self, step, given):
        """Keep the digests of ``codes``, which are separated by spaces."""
        codes = str(given.get("codes", "")).split()
        if not codes:
            raise InvalidProofError("An empty list.", reason=f"{self.name}_empty")
        kept = [self.authenticator(step, key=self._key(step, code)) for code in codes]
        return Enrolled(kept, proof=self.proof(step))

    def _key(self, step, code):
        return sha256(f"{self.name} {step.require_user().id} {code}".encode(errors="replace")).digest()


class ExtraCode(ListedCode):
    """The same, but whoever has enrolled it is not asked for it: it is there for those who want more."""

    name = "extra_code"
    title = "Extra code"
    strength = 15
    is_demanded = False


class Voucher(Method):
    """A word that proves whoever it names, in a form or by a link; for tests alone."""

    name = "voucher"
    title = "Voucher"
    kinds = frozenset({Kind.MAILBOX})
    amr = ("otp",)
    strength = 5
    can_begin = True
    has_link = True
    fields = (Field("token", "Voucher", is_required=True),)

    async def is_ready(self, step, enrolled):
        """Everybody has one."""
        return True

    async def verify(self, step, given):
        """Verify ``token``: the username, with something before it."""
        word, _, username = str(given.get("token", "")).partition("-")
        user = await reload_user(step.parts, provider=step.provider, username=username) if word == "voucher" else None
        if user is None or (step.user is not None and step.user.id != user.id):
            raise InvalidProofError("No such voucher.", reason=f"{self.name}_wrong")
        return Proven(user, self.proof(step))
