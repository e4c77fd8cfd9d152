"""`Passkey`: a key that its user unlocks, and that works for this site only."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from hmac import compare_digest
from pathlib import Path
from typing import Any

from gatewright.base64url import decode, encode
from gatewright.errors import InvalidParameterError, InvalidProofError
from gatewright.fields import N_
from gatewright.methods.method import Enrolled, Method, Proven
from gatewright.methods.passkey.aaguids import NAMES
from gatewright.methods.passkey.ceremony import Flags, verify_assertion, verify_attestation
from gatewright.methods.passkey.options import creation_options, request_options
from gatewright.methods.passkey.record import PasskeyRecord, record_of
from gatewright.methods.passkey.response import LONGEST_ID, CredentialResponse, read_response
from gatewright.methods.passkey.settings import PasskeySettings
from gatewright.methods.passkey.site import PasskeySite, site_of
from gatewright.model import Account, Authenticator, User
from gatewright.operations.arguments import is_label
from gatewright.operations.sessions import is_account
from gatewright.operations.step import Step, data_of
from gatewright.operations.visits import reload_user
from gatewright.ports import SignedIn
from gatewright.proofs import Kind, Proof
from gatewright.settings import read_settings

_ENROLMENT = "passkey_enrolment"
_FOLDER = Path(__file__).parent
_BYTES = 32
"""Random bytes of a challenge, and of a user handle: 256 bits; an authenticator stores at most 512."""


class Passkey(Method):
    """Something that a user has: a key pair in an authenticator, bound to the site that it was created for.

    A sign-in can begin with it, without a username: the authenticator offers the passkeys that it has for the site.

    Args:
        settings: The settings; default those of the environment.

    Raises:
        ConfigurationError: If a setting is not acceptable.
    """

    name = "passkey"
    title = N_("Passkey")
    settings_class = PasskeySettings
    kinds = frozenset({Kind.POSSESSION, Kind.INHERENCE})
    strength = 100
    can_begin = True
    needs_begin = True
    connects = True
    requires = "webauthn"
    at_most = 20
    prompt = N_("Use a passkey to confirm that it is you.")
    enrolment_prompt = N_("Sign in with your fingerprint, face or screen lock, without a password.")
    templates = _FOLDER / "templates"
    scripts = {"passkey.js": _FOLDER / "passkey.js"}  # noqa: RUF012 - declared by Method
    api_fields = {  # noqa: RUF012 - declared by Method
        "credential": "what `navigator.credentials` returned, as its `toJSON` writes it: an object, or a text of it"
    }

    def __init__(self, settings: PasskeySettings | None = None) -> None:
        self.settings = settings or read_settings(PasskeySettings)

    async def begin(self, step: Step, given: Mapping[str, Any]) -> Mapping[str, Any]:
        """Create a challenge, and bind it to this browser.

        Args:
            step: The step.
            given: May contain ``tried``, the id of a credential that has just been refused.

        Returns:
            The argument of ``PublicKeyCredential.parseRequestOptionsFromJSON``. If the user is not known yet, it names
            no credentials: only the authenticator knows who has one for this site. ``unknown`` is ``tried``, if nobody
            has enrolled that credential, so that the browser can forget it.
        """
        kept = await step.keep(self.name, {"challenge": self._random(step)})
        begun = await self._request(step, data_of(kept)["challenge"])
        tried = given.get("tried")
        return begun | ({"unknown": tried} if await self._is_unknown(step, tried) else {})

    async def resume(self, step: Step) -> Mapping[str, Any] | None:
        """Return the challenge that this browser was given for this user, if it has not responded to it."""
        kept = await step.kept(self.name)
        if kept is None or kept.user_id != (None if step.user is None else step.user.id):
            return None
        return await self._request(step, data_of(kept)["challenge"])

    async def verify(self, step: Step, given: Mapping[str, Any]) -> Proven:
        """Verify ``credential``: what ``navigator.credentials.get`` returned, serialised by its ``toJSON``.

        The challenge is used up, whatever the result. The passkey identifies the user; if the step already has a user,
        it has to be theirs.

        Raises:
            InvalidProofError: If it is not right.
        """
        challenge = await self._claim(step, self.name)
        response = read_response(given, "clientDataJSON", "authenticatorData", "signature")
        found = await step.parts.store.find_authenticator(self.name, response.id)
        if found is None:
            raise InvalidProofError("Nobody has enrolled this passkey.", reason="passkey_unknown")
        passkey, account = found
        record = record_of(passkey)
        _check_owner(step, passkey, account, response)
        flags, counter = verify_assertion(response, record, self._site(step).expected(challenge["challenge"]))
        user = step.user or await _load_owner(step, passkey, account)
        await self._note_use(step, passkey, replace(record, is_backed_up=flags.is_backed_up), counter)
        return Proven(user, self._proof(step, flags))

    async def begin_enrolment(self, step: Step, given: Mapping[str, Any]) -> Mapping[str, Any]:
        """Create a challenge for a new passkey, and bind it to this browser.

        Returns:
            The argument of ``PublicKeyCredential.parseCreationOptionsFromJSON``.

        Raises:
            InvalidParameterError: If the user already has the maximum number of passkeys. Refusing only later would
                leave a useless passkey on the authenticator.
        """
        user, passkeys = step.require_user(), await self._own(step)
        if len(passkeys) >= self.at_most:
            raise InvalidParameterError(f"A user may have at most {self.at_most} passkeys. Remove one first.")
        handle = record_of(passkeys[0]).user_handle if passkeys else self._random(step)
        challenge = self._random(step)
        await step.keep(_ENROLMENT, {"challenge": challenge, "user_handle": handle})
        return creation_options(
            self._site(step),
            challenge=challenge,
            minutes=step.parts.settings.pending_minutes,
            passkeys=passkeys,
            user_handle=handle,
            username=user.username,
            attestation="direct" if self.settings.passkey_aaguids else "none",
        )

    async def enrol(self, step: Step, given: Mapping[str, Any]) -> Enrolled:
        """Verify ``credential``: what ``navigator.credentials.create`` returned, serialised by its ``toJSON``.

        Args:
            step: The step.
            given: May contain ``name``, the user's name for the passkey; by default the name of its provider.

        Raises:
            InvalidProofError: If it is not right, or the authenticator is of a model that is not allowed.
        """
        pending = await self._claim(step, _ENROLMENT)
        response, site = read_response(given, "clientDataJSON", "attestationObject"), self._site(step)
        flags, verified = verify_attestation(response, site.expected(pending["challenge"]))
        allowed = self.settings.passkey_aaguids
        if allowed and verified.aaguid not in allowed:
            raise InvalidProofError(f"Authenticator model {verified.aaguid} is not allowed.", reason="passkey_model")
        record = PasskeyRecord(
            rp_id=site.rp_id,
            user_handle=pending["user_handle"],
            public_key=encode(verified.credential_public_key),
            aaguid=verified.aaguid,
            transports=response.transports,
            is_synced=flags.is_synced,
            is_backed_up=flags.is_backed_up,
        )
        passkey = self.authenticator(
            step,
            key=response.id,
            name=_name_of(given, record),
            data=record.written(),
            counter=verified.sign_count,
        )
        return Enrolled([passkey], proof=self._proof(step, flags))

    def known(self, user: User, passkeys: Sequence[Authenticator]) -> Mapping[str, Any] | None:
        """Return what password managers should know about a user's passkeys; None if there are none.

        These are the arguments of ``signalAllAcceptedCredentials`` and ``signalCurrentUserDetails`` (WebAuthn level 3,
        section 5.1.10).
        """
        if not passkeys:
            return None
        record = record_of(passkeys[0])
        return {
            "rpId": record.rp_id,
            "userId": record.user_handle,
            "allAcceptedCredentialIds": [encode(each.key) for each in passkeys],
            "name": user.username,
            "displayName": user.username,
        }

    def well_known(self) -> Mapping[str, Mapping[str, Any]]:
        """Return the other sites on which the same passkeys work, for browsers (WebAuthn level 3, section 5.11)."""
        origins = self.settings.passkey_origins
        return {"webauthn": {"origins": list(origins)}} if origins else {}

    def described(self, authenticator: Authenticator) -> str:
        """Return where a passkey is stored."""
        record = record_of(authenticator)
        if not record.is_synced:
            return N_("It is stored on one device only.")
        return N_("It is backed up.") if record.is_backed_up else N_("It is not backed up yet.")

    def _site(self, step: Step) -> PasskeySite:
        return site_of(step, self.settings)

    async def _own(self, step: Step) -> Sequence[Authenticator]:
        return (await step.enrolled()).get(self.name, [])

    async def _is_unknown(self, step: Step, credential_id: object) -> bool:
        try:
            key = decode(credential_id) if isinstance(credential_id, str) else b""
        except ValueError:
            return False
        return 0 < len(key) <= LONGEST_ID and await step.parts.store.find_authenticator(self.name, key) is None

    async def _request(self, step: Step, challenge: str) -> dict[str, Any]:
        minutes = step.parts.settings.pending_minutes
        return request_options(self._site(step), challenge=challenge, minutes=minutes, passkeys=await self._own(step))

    async def _claim(self, step: Step, kind: str) -> dict[str, Any]:
        """Return what this browser has begun, and use it up."""
        pending = await step.require_kept(kind)
        await step.claim(pending)
        return data_of(pending)

    async def _note_use(self, step: Step, passkey: Authenticator, record: PasskeyRecord, counter: int) -> None:
        """Record that a passkey was used.

        Raises:
            InvalidProofError: If its counter has not increased, which suggests a clone (WebAuthn level 3, section
                6.1.1); or if it has been removed meanwhile.
        """
        store, data = step.parts.store, record.written()
        if not counter and not passkey.counter:
            is_noted = await store.touch_authenticator(passkey.id, now=step.now, data=data)
        else:
            is_noted = await store.use_authenticator(passkey.id, counter=counter, now=step.now, data=data)
        if not is_noted:
            is_cloned = counter <= passkey.counter and passkey.counter > 0
            reason = "passkey_cloned" if is_cloned else "passkey_gone"
            raise InvalidProofError(f"The counter is {counter}, after {passkey.counter}.", reason=reason)

    def _proof(self, step: Step, flags: Flags) -> Proof:
        """Return what a passkey proves: possession, and a second factor if the authenticator verified its user.

        An authenticator does not say how it did so; RFC 8176 has no value for "one of those", so only ``mfa`` is
        claimed.
        """
        kinds = self.kinds if flags.is_verified else frozenset({Kind.POSSESSION})
        amr = ("swk" if flags.is_synced else "hwk", "user", *(("mfa",) if flags.is_verified else ()))
        return self.proof(step, kinds=kinds, amr=amr, is_bound_to_device=not flags.is_synced)

    @staticmethod
    def _random(step: Step) -> str:
        return encode(step.parts.random.token_bytes(_BYTES))


def _check_owner(step: Step, passkey: Authenticator, account: Account | None, response: CredentialResponse) -> None:
    """Check that a passkey belongs to the claimed user (WebAuthn level 3, section 7.2, step 6).

    Raises:
        InvalidProofError: If it is somebody else's.
    """
    user, handle = step.user, response.user_handle
    if user is not None and not _is_owner(user, passkey, account):
        raise InvalidProofError("The passkey belongs to another user.", reason="passkey_of_another")
    if handle is None and user is None:
        raise InvalidProofError("The authenticator sent no user handle.", reason="passkey_user_handle")
    if handle is not None and not compare_digest(handle, decode(record_of(passkey).user_handle)):
        raise InvalidProofError("The authenticator sent another user's handle.", reason="passkey_user_handle")


def _is_owner(user: User, passkey: Authenticator, account: Account | None) -> bool:
    """Return whether a passkey is a user's. An account of gatewright's is the same whichever provider loaded it."""
    if is_account(user):
        return account is not None and account.id == user.id
    return account is None and (passkey.user_id, passkey.provider) == (user.id, user.provider_name)


async def _load_owner(step: Step, passkey: Authenticator, account: Account | None) -> User:
    """Return a passkey's owner, reloaded from their provider.

    Raises:
        InvalidProofError: If they may not sign in, or the name now belongs to somebody else.
    """
    user = await reload_user(
        step.parts,
        provider=passkey.provider,
        username=passkey.username,
        signed_in=None if account is None else SignedIn(account),
    )
    if user is None or user.id != passkey.user_id:
        raise InvalidProofError("The passkey's owner may not sign in.", reason="passkey_owner")
    return user


def _name_of(given: Mapping[str, Any], record: PasskeyRecord) -> str:
    """Return the name of a new passkey: its owner's choice, if that is a valid name."""
    name = given.get("name")
    wanted = name.strip() if isinstance(name, str) else ""
    return wanted if is_label(wanted) else NAMES.get(record.aaguid, "Passkey")
