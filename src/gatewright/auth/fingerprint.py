"""A short fingerprint that shows whether cooperating processes are configured alike."""

from __future__ import annotations

import hmac

from gatewright.settings import Settings
from gatewright.tokens import KeyRing

_OF_ONE_PROCESS = frozenset(
    {
        *("health_path", "log_format", "mail_delivery", "metrics", "metrics_address", "tracing"),
        *("hashing_queue", "hashing_threads", "shutdown_delay_seconds", "skin", "trusted_proxies"),
        *("jwt_secret", "jwt_secret_previous", "jwt_key_file", "jwt_key_file_previous"),  # their keys are already in it
        "mail_url",
    }
)
"""Settings that may differ from machine to machine."""


def fingerprint_of(settings: Settings, keys: KeyRing) -> str:
    """Return eight characters that are equal if the keys and the settings that must agree are equal.

    They reveal nothing about either: without the key, nobody can compute them to test a guess.
    """
    in_force = {name: value for name, value in settings.model_dump(mode="json").items() if name not in _OF_ONE_PROCESS}
    current, *others = keys.derive("fingerprint")
    text = repr(sorted(in_force.items())).encode() + b"".join(others)
    return hmac.digest(current, text, "sha256")[:4].hex()
