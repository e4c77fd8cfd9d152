"""The operator's settings for passkeys."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, field_validator
from pydantic_settings import NoDecode

from gatewright.environment_settings import EnvironmentSettings
from gatewright.origins import host_of, normal_origin, origin_in

_AAGUID = r"^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$"


class PasskeySettings(EnvironmentSettings):
    """Settings for passkeys. Frozen, like `gatewright.settings.Settings`."""

    rp_id: str | None = Field(
        None,
        max_length=253,
        description=(
            "The domain that passkeys are bound to: the site's host, or a parent domain, such as `example.com` for "
            "`https://login.example.com`. Changing it makes every passkey unusable. Default: the host of "
            "`GATEWRIGHT_PUBLIC_URL`, else `GATEWRIGHT_DOMAIN`."
        ),
    )
    rp_name: str | None = Field(
        None,
        min_length=1,
        max_length=60,
        description="The site name that authenticators display. Default: `GATEWRIGHT_SITE_NAME`.",
    )
    passkey_origins: Annotated[tuple[str, ...], NoDecode] = Field(
        (),
        description=(
            "Further sites of yours on which the same passkeys work, such as `https://example.co.uk`, separated by "
            "commas. Browsers look them up at `/.well-known/webauthn`."
        ),
    )
    passkey_user_verification: Literal["required", "preferred"] = Field(
        "required",
        description=(
            "Whether an authenticator must verify its user, for example by PIN or fingerprint. With `preferred`, one "
            "that cannot is accepted and counts as one factor."
        ),
    )
    passkey_aaguids: Annotated[tuple[Annotated[str, Field(pattern=_AAGUID)], ...], NoDecode] = Field(
        (),
        description=(
            "The only authenticator models that may be enrolled, by AAGUID, separated by commas. If any are given, "
            "attestation is requested. Empty: all."
        ),
    )

    @field_validator("passkey_origins", "passkey_aaguids", mode="before")
    @classmethod
    def _split_at_commas(cls, value: object) -> object:
        if isinstance(value, str):
            return tuple(part.strip().lower() for part in value.split(",") if part.strip())
        return value

    @field_validator("passkey_origins")
    @classmethod
    def _are_origins(cls, values: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(map(origin_in, values))

    @field_validator("rp_id")
    @classmethod
    def _is_domain(cls, value: str | None) -> str | None:
        if value is None:
            return None
        origin = normal_origin(f"https://{value}")
        if origin != f"https://{host_of(origin or '')}" or not value.strip("0123456789.") or "[" in value:
            raise ValueError("must be a domain, such as example.com, without scheme, port or path; no IP address")
        return host_of(origin)
