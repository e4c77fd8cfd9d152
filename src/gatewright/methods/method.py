"""`Method`: one authentication method, with all that pages, the JSON API and commands need to offer it."""

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
"""Bytes: the maximum length of a passkey's identifier (WebAuthn level 3, section 4)."""


@dataclass(frozen=True, slots=True)
class Proven:
    """What a method has verified: who the user is, and how that is known.

    Args:
        user: The authenticated user.
        proof: When it was verified, and what it shows.
        session: The new session, if the method opens it in the transaction that uses up the proof; by default the
            caller opens one, if the proof is enough.
    """

    user: User
    proof: Proof
    session: Session | None = None


@dataclass(frozen=True, slots=True)
class Enrolled:
    """The result of an enrolment. The caller stores it, together with the audit record.

    Args:
        authenticators: What the user can authenticate by from now on.
        shown: What to show the user this once, JSON-serialisable, such as recovery codes.
        proof: What the enrolment itself proves, if anything: a code was typed, or a passkey responded.
    """

    authenticators: Sequence[Authenticator]
    shown: Mapping[str, Any] = field(default_factory=dict)
    proof: Proof | None = None


class Method(ABC):
    """An authentication method. Subclass it, and name it in the setting ``methods`` or pass it to ``Auth``.

    Only `verify` is required, and `enrol` if users enrol something. The caller counts attempts, records refusals and
    fires hooks around both. To store data between two requests, use `Step.keep`; what a user has enrolled is stored as
    `Authenticator` records, in a table that all methods share.

    All requests of a process share a method, so it must not hold any request's state. The blocking classes run every
    ``async def`` without an event loop, so it must await nothing but the step and the ports.
    """

    name: ClassVar[str]
    """Its name in URLs, settings, hooks and the audit record, such as ``totp``: 1 to 64 letters, digits, underscores
    and dashes."""

    title: ClassVar[str]
    """Its name on pages, in English; catalogs translate it."""

    kinds: ClassVar[frozenset[Kind]]
    """The most that a proof by it can show."""

    amr: ClassVar[tuple[str, ...]] = ()
    """Authentication method references of its proofs (RFC 8176)."""

    strength: ClassVar[int] = 0
    """If a visitor has a choice, pages offer the method with the highest number first."""

    can_begin: bool = False
    """Whether it can be the first step of a sign-in, for a user who is not known yet or has only given a name."""

    page: ClassVar[str | None] = None
    """The route of the page for its first step, if not the common one. Only the two oldest methods have one."""

    is_demanded: ClassVar[bool] = False
    """Whether a user who has enrolled it is asked for a second factor (see the setting ``second_factor``)."""

    at_most: ClassVar[int] = 0
    """How many authenticators of it a user may have; 0 if it has none to enrol."""

    settings_class: ClassVar[type[BaseSettings] | None] = None
    """The class of its settings, for ``gatewright doctor`` and the reference; see `gatewright.settings`."""

    requires: ClassVar[str | None] = None
    """A package that it needs, from the extra of the same name as the method. It is imported only when used."""

    connects: ClassVar[bool] = False
    """Whether its script on the login page calls the JSON API, which the page's content security policy must allow."""

    replaces: ClassVar[bool] = False
    """Whether an enrolment replaces all that the user had of it, so that pages offer to enrol it again."""

    has_link: ClassVar[bool] = False
    """Whether it works by a link: a page asks for confirmation, and passes the last part of its URL as ``token``."""

    advice: ClassVar[str] = ""
    """Why a user should set it up next, in English, for the account page: as a second factor if it `is_demanded`,
    otherwise in addition to one. Empty if the account page should not advise it."""

    fields: ClassVar[Sequence[Field]] = ()
    """The fields of the page that verifies a proof by it, unless that has its own template."""

    prompt: ClassVar[str] = ""
    """The text above these fields, in English."""

    begin_enrolment_fields: ClassVar[Sequence[Field]] = ()
    """The fields that a page asks for before it prepares an enrolment, such as a phone number; if there are none, the
    enrolment is prepared as soon as the page is shown."""

    enrolment_fields: ClassVar[Sequence[Field]] = ()
    """The fields of the page that enrols it."""

    enrolment_prompt: ClassVar[str] = ""
    """The text above these fields, in English."""

    messages: ClassVar[Mapping[str, str]] = {}
    """Its own message codes -> text in English."""

    templates: ClassVar[Path | None] = None
    """A folder of templates: ``<name>_prove.html``, ``<name>_enrol.html`` and ``<name>_enrolled.html`` replace what is
    rendered from the fields, and ``<name>_icon.html`` is an SVG."""

    begin_fields: ClassVar[Sequence[Field]] = ()
    """The fields that a page asks for before it begins, for a method that prepares its proofs."""

    needs_begin: ClassVar[bool] = False
    """Whether a proof has to be prepared, so that pages first offer to begin."""

    scripts: ClassVar[Mapping[str, Path]] = {}
    """Static files that its templates need, by name."""

    api_fields: ClassVar[Mapping[str, str]] = {}
    """Field that programs send in addition to the forms' fields -> its description, for that of the JSON API."""

    async def is_ready(self, step: Step, enrolled: Mapping[str, Sequence[Authenticator]]) -> bool:
        """Return whether the user of a step can authenticate by it now: by default, whether they have enrolled it."""
        return bool(enrolled.get(self.name))

    def begins(self, settings: Settings) -> bool:
        """Return whether a sign-in can begin with it under these settings: by default, whether it `can_begin`."""
        return self.can_begin

    def records_itself(self, step: Step) -> bool:
        """Return whether it limits and counts a step's attempts, fires hooks and records refusals itself.

        By default the caller does; only the two oldest methods do so themselves.
        """
        return False

    def action_of(self, given: Mapping[str, Any]) -> str | None:
        """Return ``begin`` or ``prove`` for an application's own form that does not name method and action.

        By default it returns None: the form is not for this method.
        """
        return None

    async def begin(self, step: Step, given: Mapping[str, Any]) -> Mapping[str, Any]:
        """Prepare a proof, for example by creating a challenge.

        Args:
            step: The step; it has no user when a sign-in begins.
            given: What was sent.

        Returns:
            What the page or the program needs, JSON-serialisable.

        Raises:
            GatewrightError: If it cannot be prepared.
        """
        return {}

    async def resume(self, step: Step) -> Mapping[str, Any] | None:
        """Return what `begin` returned, or as much of it as a page needs to be shown again; None if nothing was begun.

        The default is None: a method that needs no preparation has nothing to resume.
        """
        return None

    async def options(self, step: Step) -> Mapping[str, Any]:
        """Return the user's choices, by name, for the templates: by default none."""
        return {}

    @abstractmethod
    async def verify(self, step: Step, given: Mapping[str, Any]) -> Proven:
        """Verify a proof. A proof that was verified once must not be accepted again.

        Args:
            step: The step. If it has a user, the proof must not be anybody else's.
            given: What was sent: unverified and possibly nonsense.

        Raises:
            InvalidProofError: If it is not right; ``reason`` is a stable code for the log.
        """

    def names_another(self, user: User, given: Mapping[str, Any]) -> bool:
        """Return whether what was sent names somebody other than the user whose sign-in awaits its second factor.

        If so, a new sign-in begins. By default it names nobody: the login page says so itself.
        """
        return False

    def well_known(self) -> Mapping[str, Mapping[str, Any]]:
        """Return JSON documents to serve under ``/.well-known/``, by name; by default none."""
        return {}

    def described(self, authenticator: Authenticator) -> str:
        """Return what else a page shows of an authenticator, in English; by default nothing."""
        return ""

    async def claimed_name(self, step: Step, given: Mapping[str, Any]) -> str:
        """Return who a user who is not known yet claims to be, so that attempts per name are limited.

        If empty, because it is unknown, only the client's attempts are limited.
        """
        return ""

    def mailed(self, parts: Parts, mail: QueuedMail) -> Mailed | None:
        """Return the content of this method's own emails: those whose ``kind`` is the method's name.

        It is called when the email is sent, so that no secret waits in the outbox. Its templates are
        ``mail/<name>.txt`` and ``mail/<name>.html`` in the folder `templates`.

        Returns:
            None if it is too late for the email, which is then not sent.
        """
        return None

    async def begin_enrolment(self, step: Step, given: Mapping[str, Any]) -> Mapping[str, Any]:
        """Prepare an enrolment, for example by creating a secret. If one is already prepared, it stays the same.

        Returns:
            What the page or the program needs, JSON-serialisable.

        Raises:
            GatewrightError: If it cannot be prepared.
        """
        return {}

    async def enrol(self, step: Step, given: Mapping[str, Any]) -> Enrolled:
        """Verify what was sent, and return what to store.

        Raises:
            InvalidProofError: If it is not right.
            InvalidParameterError: If this method cannot be enrolled.
        """
        raise InvalidParameterError(f"The method {self.name} cannot be enrolled.", parameter="method")

    def proof(
        self, step: Step, *, kinds: frozenset[Kind] | None = None, amr: tuple[str, ...] | None = None, **facts: bool
    ) -> Proof:
        """Return a proof by this method, dated now."""
        return Proof(self.name, step.now, kinds or self.kinds, self.amr if amr is None else amr, **facts)

    def authenticator(
        self, step: Step, *, key: bytes, name: str = "", data: str = "{}", counter: int = 0
    ) -> Authenticator:
        """Return a new authenticator of the step's user, to be stored.

        Args:
            step: The step.
            key: Identifies it among all authenticators of the method: 1 to 1023 bytes.
            name: The user's name for it.
            data: The method's own data, as JSON.
            counter: The initial value of its counter.

        Raises:
            ConfigurationError: If it cannot be stored: a defect of the method, not of what was sent.
        """
        if not isinstance(key, bytes) or not 1 <= len(key) <= _LONGEST_KEY:
            raise ConfigurationError(
                f"The key of an authenticator of {self.name} has to be 1 to {_LONGEST_KEY} bytes. If it is longer, use "
                "a digest of it."
            )
        if not isinstance(name, str) or not isinstance(data, str):
            raise ConfigurationError(
                f"The name and the data of an authenticator of {self.name} have to be strings; use json.dumps for data."
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
