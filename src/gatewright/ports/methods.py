"""What the core knows of a way of proving who one is; `gatewright.methods.Method` is the class to subclass."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Protocol

from gatewright.model import Authenticator
from gatewright.proofs import Kind


class ProofMethod(Protocol):
    """A way of proving who one is, as the policy sees it."""

    name: ClassVar[str]
    kinds: ClassVar[frozenset[Kind]]
    strength: ClassVar[int]
    is_demanded: ClassVar[bool]
    at_most: ClassVar[int]
    replaces: ClassVar[bool]
    can_begin: ClassVar[bool]
    records_itself: ClassVar[bool]

    async def is_ready(self, step: Any, enrolled: Mapping[str, list[Authenticator]]) -> bool:
        """Say whether a user can prove themselves by it now."""
        ...

    async def verify(self, step: Any, given: Mapping[str, Any]) -> Any:
        """Verify a proof."""
        ...

    async def enrol(self, step: Any, given: Mapping[str, Any]) -> Any:
        """Verify what was sent to enrol it, and return what to keep."""
        ...

    def claimed_name(self, given: Mapping[str, Any]) -> str:
        """Return who somebody claims to be who is not known yet."""
        ...


class Browser(Protocol):
    """What a visit keeps, so that only the browser that has begun a step can finish it."""

    def pending(self) -> str | None:
        """Return the secret that names the visit's pending steps."""
        ...

    def keep_pending(self, secret: str) -> None:
        """Keep the secret that names the visit's pending steps."""
        ...
