"""What the core knows of a way of proving who one is; `gatewright.methods.Method` is the class to subclass."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar, Protocol

from gatewright.model import Authenticator, QueuedMail
from gatewright.proofs import Kind
from gatewright.settings import Settings


@dataclass(frozen=True, slots=True)
class Mailed:
    """What a method's own mail says, made when it is sent.

    Args:
        code: What its reader is to type.
        token: The secret of its link.
    """

    code: str = field(repr=False)
    token: str = field(repr=False)


class ProofMethod(Protocol):
    """A way of proving who one is, as the policy sees it."""

    name: ClassVar[str]
    title: ClassVar[str]
    kinds: ClassVar[frozenset[Kind]]
    strength: ClassVar[int]
    is_demanded: ClassVar[bool]
    at_most: ClassVar[int]
    replaces: ClassVar[bool]
    can_begin: bool

    def begins(self, settings: Settings) -> bool:
        """Say whether a sign-in can begin with it under these settings."""
        ...

    def records_itself(self, step: Any) -> bool:
        """Say whether it limits, counts and records the attempts of a step itself."""
        ...

    async def is_ready(self, step: Any, enrolled: Mapping[str, list[Authenticator]]) -> bool:
        """Say whether a user can prove themselves by it now."""
        ...

    async def begin(self, step: Any, given: Mapping[str, Any]) -> Mapping[str, Any]:
        """Prepare a proof."""
        ...

    async def verify(self, step: Any, given: Mapping[str, Any]) -> Any:
        """Verify a proof."""
        ...

    async def enrol(self, step: Any, given: Mapping[str, Any]) -> Any:
        """Verify what was sent to enrol it, and return what to keep."""
        ...

    async def claimed_name(self, step: Any, given: Mapping[str, Any]) -> str:
        """Return who somebody claims to be who is not known yet; empty where that is not known either."""
        ...

    def mailed(self, parts: Any, mail: QueuedMail) -> Mailed | None:
        """Return what a mail of the method's own says; None where it is too late for it."""
        ...


class Browser(Protocol):
    """What a visit keeps: its session, and what only the browser that has begun a step can finish."""

    def secret(self) -> str | None:
        """Return what names the visitor's session."""
        ...

    def pending(self) -> str | None:
        """Return the secret that names the visit's pending steps."""
        ...

    def keep_pending(self, secret: str) -> None:
        """Keep the secret that names the visit's pending steps."""
        ...
