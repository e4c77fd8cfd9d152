"""The domain that passkeys are created for, and the origins from which responses may come."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlsplit

from gatewright.methods.passkey.ceremony import Expected
from gatewright.methods.passkey.settings import PasskeySettings
from gatewright.operations.step import Step
from gatewright.origins import host_of, normal_origin


@dataclass(frozen=True, slots=True)
class PasskeySite:
    """The site as authenticators see it: the "relying party".

    Args:
        rp_id: The domain.
        name: The name that authenticators display.
        origins: The origins from which responses may come.
        user_verification: Whether authenticators must verify the user: ``required`` or ``preferred``.
    """

    rp_id: str
    name: str
    origins: tuple[str, ...]
    user_verification: str

    def expected(self, challenge: str) -> Expected:
        """Return what the response to a challenge has to match."""
        return Expected(challenge, self.rp_id, self.origins, is_verified=self.user_verification == "required")


def site_of(step: Step, settings: PasskeySettings) -> PasskeySite:
    """Return the site that a step belongs to.

    In development without ``public_url``, the origin is that of the request, if it comes from the local machine.
    """
    common = step.parts.settings
    origin = common.public_origin
    rp_id = settings.rp_id or (host_of(origin) if origin else common.domain.lower())
    own = origin or (None if common.is_production else _origin_of(step.base_url)) or f"https://{rp_id}"
    return PasskeySite(
        rp_id=rp_id,
        name=settings.rp_name or common.site_name,
        origins=tuple(dict.fromkeys((own, *common.trusted_origins, *settings.passkey_origins))),
        user_verification=settings.passkey_user_verification,
    )


def _origin_of(url: str | None) -> str | None:
    parts = urlsplit(url or "")
    return normal_origin(f"{parts.scheme}://{parts.netloc}")
