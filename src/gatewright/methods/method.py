"""`Method`: one way of proving who one is, and all that pages, the JSON API and commands need to offer it."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar

from pydantic_settings import BaseSettings

from gatewright.errors import ConfigurationError, InvalidParameterError
from gatewright.fields import Field
from gatewright.model import Authenticator, QueuedMail, Session, User
from gatewright.operations.parts import Parts
from gatewright.operations.step import Step
from gatewright.ports import Mailed
from gatewright.proofs import Kind, Proof
from gatewright.settings import Settings

_LONGEST_KEY = 1023
"""Bytes, as the identifier of a passkey has at most (WebAuthn level 3, section 4)."""


@dataclass(frozen=True, slots=True)
class Proven:
    """What a method has verified: who somebody is, and how that is known.

    Args:
        user: Who has been proven.
        proof: When, and what it shows.
        session: The session that it has given, where the method opens it in the transaction that spends the proof; by
            default the caller opens one, if the proof is enough.
    """

    user: User
    proof: Proof
    session: Session | None = None


@dataclass(frozen=True, slots=True)
class Enrolled:
    """What a method has made of an enrolment. It is kept by the caller, together with the audit record.

    Args:
        authenticators: What the user proves themselves by from now on.
        shown: What the user is shown this once, as JSON can write it, such as recovery codes.
        proof: What the enrolment itself proves, if anything: a code was typed, a passkey has answered.
    """

    authenticators: Sequence[Authenticator]
    shown: Mapping[str, Any] = field(default_factory=dict)
    proof: Proof | None = None


class Method(ABC):
    """One way of proving who one is. Subclass it, and name it in the setting ``methods`` or give it to ``Auth``.

    Only `verify` is needed, and `enrol` where users enrol something. Attempts are counted, refusals recorded and hooks
    fired around both by the caller. What a method keeps between two requests it gives to `Step.keep`; what a user has
    enrolled are `Authenticator` records, in a table that all methods share.

    Methods are shared by all requests of a process, so they hold no state of any of them. Every ``async def`` is driven
    without an event loop under the blocking classes, so it awaits nothing but the step and the ports.
    """

    name: ClassVar[str]
    """What it is called in addresses, settings, hooks and the audit record, such as ``totp``: 1 to 64 letters, digits,
    underscores and dashes."""

    title: ClassVar[str]
    """What pages call it, in English; catalogs translate it."""

    kinds: ClassVar[frozenset[Kind]]
    """What a proof by it shows at most."""

    amr: ClassVar[tuple[str, ...]] = ()
    """Authentication method references of its proofs (RFC 8176)."""

    strength: ClassVar[int] = 0
    """Where a visitor can choose, pages offer the one with the highest number first."""

    can_begin: bool = False
    """Whether it can prove a user who has not said who they are, or by a name: the first step of a sign-in."""

    page: ClassVar[str | None] = None
    """The route of the page that takes its first step, where that is not the page of all steps, as only the oldest two
    have."""

    is_demanded: ClassVar[bool] = False
    """Whether a user who has enrolled it is asked for a second factor (the setting ``second_factor``)."""

    at_most: ClassVar[int] = 0
    """How many authenticators a user may have of it; 0 where none are enrolled."""

    settings_class: ClassVar[type[BaseSettings] | None] = None
    """The class of its own settings, for ``gatewright doctor`` and the reference; see `gatewright.settings`."""

    requires: ClassVar[str | None] = None
    """A package that it needs, of the extra that is called like the method. It is not imported before it is used."""

    connects: ClassVar[bool] = False
    """Whether its script on the login page asks the JSON API, so that the page's policy has to allow that."""

    replaces: ClassVar[bool] = False
    """Whether what is enrolled takes the place of all that the user had of it, so that pages offer it once more."""

    has_link: ClassVar[bool] = False
    """Whether it can be proven by a link: a page asks, and gives the last part of its address as ``token``."""

    advice: ClassVar[str] = ""
    """Why its user should set it up next, in English, for the account page: as a second factor where it `is_demanded`,
    otherwise beside one. Empty where nobody is advised to."""

    fields: ClassVar[Sequence[Field]] = ()
    """What a page asks for to prove it, where the page is not a template of its own."""

    prompt: ClassVar[str] = ""
    """What a page says above these fields, in English."""

    begin_enrolment_fields: ClassVar[Sequence[Field]] = ()
    """What a page asks for before it prepares an enrolment, such as a phone number; where it asks for nothing, the
    enrolment is prepared as soon as the page is shown."""

    enrolment_fields: ClassVar[Sequence[Field]] = ()
    """What a page asks for to enrol it."""

    enrolment_prompt: ClassVar[str] = ""
    """What a page says above these fields, in English."""

    messages: ClassVar[Mapping[str, str]] = {}
    """Message codes of its own -> text in English."""

    templates: ClassVar[Path | None] = None
    """A folder of templates: ``<name>_prove.html``, ``<name>_enrol.html`` and ``<name>_enrolled.html`` take the place
    of what is made of the fields."""

    begin_fields: ClassVar[Sequence[Field]] = ()
    """What a page asks for before it begins, for a method that prepares its proofs."""

    needs_begin: ClassVar[bool] = False
    """Whether a proof has to be prepared, so that pages first offer to begin."""

    scripts: ClassVar[Mapping[str, Path]] = {}
    """Static files that its templates need, by name."""

    api_fields: ClassVar[Mapping[str, str]] = {}
    """What programs send besides what the forms ask for -> what it is, for the description of the JSON API."""

    async def is_ready(self, step: Step, enrolled: Mapping[str, Sequence[Authenticator]]) -> bool:
        """Say whether the user of a step can prove themselves by it now: by default, whether they have enrolled it."""
        return bool(enrolled.get(self.name))

    def begins(self, settings: Settings) -> bool:
        """Say whether a sign-in can begin with it under these settings: by default, whether it `can_begin` at all."""
        return self.can_begin

    def records_itself(self, step: Step) -> bool:
        """Say whether it limits and counts attempts of a step, fires hooks of its own and records refusals itself.

        By default the caller does; only the oldest two have their own.
        """
        return False

    def action_of(self, given: Mapping[str, Any]) -> str | None:
        """Return ``begin`` or ``prove`` for what an application's own form has sent without naming method and action.

        None, by default, where it is not meant for this method.
        """
        return None

    async def begin(self, step: Step, given: Mapping[str, Any]) -> Mapping[str, Any]:
        """Prepare a proof, such as by making a challenge.

        Args:
            step: The step; without a user where a sign-in begins.
            given: What was sent.

        Returns:
            What the page or the program needs, as JSON can write it.

        Raises:
            GatewrightError: If it cannot be prepared.
        """
        return {}

    async def resume(self, step: Step) -> Mapping[str, Any] | None:
        """Return what `begin` returned, or as much as a page needs that is shown again; None where nothing was begun.

        By default nothing is: a method that asks for no preparation needs none.
        """
        return None

    async def options(self, step: Step) -> Mapping[str, Any]:
        """Return what there is for the user to choose from, by name, for the templates: by default nothing."""
        return {}

    @abstractmethod
    async def verify(self, step: Step, given: Mapping[str, Any]) -> Proven:
        """Verify a proof. Nothing that was verified once may be verified again.

        Args:
            step: The step. Where it has a user, nobody else may be proven.
            given: What was sent: unverified and possibly nonsense.

        Raises:
            InvalidProofError: If it is not right; ``reason`` is a stable code for the log.
        """

    def names_another(self, user: User, given: Mapping[str, Any]) -> bool:
        """Say whether what was sent names somebody else than the user whose sign-in waits for its second factor.

        Then they begin anew. By default nobody is named: the login page says so itself.
        """
        return False

    def well_known(self) -> Mapping[str, Mapping[str, Any]]:
        """Return what pages answer below ``/.well-known/``, as JSON can write it, by name; by default nothing."""
        return {}

    def described(self, authenticator: Authenticator) -> str:
        """Say what else a page shows of what a user has enrolled, in English; by default nothing."""
        return ""

    async def claimed_name(self, step: Step, given: Mapping[str, Any]) -> str:
        """Return who somebody claims to be who is not known yet, so that attempts on one name are limited.

        It is empty where nobody knows: then the client's attempts are limited alone.
        """
        return ""

    def mailed(self, parts: Parts, mail: QueuedMail) -> Mailed | None:
        """Return what a mail of this method's own says: one whose ``kind`` is the method's name.

        It is called when the mail is sent, so that nothing secret waits in the outbox. Its templates are
        ``mail/<name>.txt`` and ``mail/<name>.html`` in the folder `templates`.

        Returns:
            None where it is too late for the mail: it is not sent.
        """
        return None

    async def begin_enrolment(self, step: Step, given: Mapping[str, Any]) -> Mapping[str, Any]:
        """Prepare an enrolment, such as by making a secret. Where one has been prepared already, it stays the same.

        Returns:
            What the page or the program needs, as JSON can write it.

        Raises:
            GatewrightError: If it cannot be prepared.
        """
        return {}

    async def enrol(self, step: Step, given: Mapping[str, Any]) -> Enrolled:
        """Verify what was sent, and return what to keep.

        Raises:
            InvalidProofError: If it is not right.
            InvalidParameterError: If nobody enrols this method.
        """
        raise InvalidParameterError(f"Nobody enrols {self.name}.", parameter="method")

    def proof(
        self, step: Step, *, kinds: frozenset[Kind] | None = None, amr: tuple[str, ...] | None = None, **facts: bool
    ) -> Proof:
        """Return a proof by this method, of now."""
        return Proof(self.name, step.now, kinds or self.kinds, self.amr if amr is None else amr, **facts)

    def authenticator(
        self, step: Step, *, key: bytes, name: str = "", data: str = "{}", counter: int = 0
    ) -> Authenticator:
        """Return a new authenticator of the step's user, to be kept.

        Args:
            step: The step.
            key: What finds it among all of the method: 1 to 1023 bytes.
            name: What its user calls it.
            data: What only the method understands, as JSON.
            counter: Where its counter begins.

        Raises:
            ConfigurationError: If it cannot be kept: then the method is wrong, and not what was sent.
        """
        if not isinstance(key, bytes) or not 1 <= len(key) <= _LONGEST_KEY:
            raise ConfigurationError(
                f"The key of an authenticator of {self.name} has to be 1 to {_LONGEST_KEY} bytes. Take a digest of "
                "what is longer."
            )
        if not isinstance(name, str) or not isinstance(data, str):
            raise ConfigurationError(
                f"The name and the data of an authenticator of {self.name} have to be texts; write data by json.dumps."
            )
        user = step.require_user()
        return Authenticator(
            id=step.parts.new_id(),
            method=self.name,
            user_id=user.id,
            username=user.username,
            provider=user.provider_name or step.provider,
            key=key,
            name=name,
            data=data,
            counter=counter,
            created_at=step.now,
        )
