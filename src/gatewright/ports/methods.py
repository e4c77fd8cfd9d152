"""What the core knows of an authentication method; `gatewright.methods.Method` is the class to subclass."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar, Protocol

from gatewright.model import Authenticator, QueuedMail
from gatewright.proofs import Kind
from gatewright.settings import Settings


@dataclass(frozen=True, slots=True)
class Mailed:
    """The contents of a method's own email, created when it is sent.

    Args:
        code: The code that the recipient must enter.
        token: The secret of its link.
    """

    code: str = field(repr=False)
    token: str = field(repr=False)


class ProofMethod(Protocol):
    """An authentication method, as the policy sees it."""

    name: ClassVar[str]
    title: ClassVar[str]
    kinds: ClassVar[frozenset[Kind]]
    strength: ClassVar[int]
    is_demanded: ClassVar[bool]
    at_most: ClassVar[int]
    replaces: ClassVar[bool]
    can_begin: bool

    def begins(self, settings: Settings) -> bool:
        """Return whether a sign-in can begin with it under these settings."""
        ...

    def records_itself(self, step: Any) -> bool:
        """Return whether it limits, counts and records the attempts of a step itself."""
        ...

    async def is_ready(self, step: Any, enrolled: Mapping[str, list[Authenticator]]) -> bool:
        """Return whether a user can authenticate by it now."""
        ...

    async def begin(self, step: Any, given: Mapping[str, Any]) -> Mapping[str, Any]:
        """Prepare a proof."""
        ...

    async def verify(self, step: Any, given: Mapping[str, Any]) -> Any:
        """Verify a proof."""
        ...

    async def enrol(self, step: Any, given: Mapping[str, Any]) -> Any:
        """Verify what was sent to enrol it, and return what to store."""
        ...

    async def claimed_name(self, step: Any, given: Mapping[str, Any]) -> str:
        """Return whom a still unknown visitor claims to be; empty if that is unknown, too."""
        ...

    def mailed(self, parts: Any, mail: QueuedMail) -> Mailed | None:
        """Return the contents of the method's own email; None if it is too late for it."""
        ...


class Browser(Protocol):
    """What a visit stores: its session, and the secret with which only the browser that began a step can finish it."""

    def secret(self) -> str | None:
        """Return the secret that identifies the visitor's session."""
        ...

    def pending(self) -> str | None:
        """Return the secret that identifies the visit's pending steps."""
        ...

    def keep_pending(self, secret: str) -> None:
        """Store the secret that identifies the visit's pending steps."""
        ...
