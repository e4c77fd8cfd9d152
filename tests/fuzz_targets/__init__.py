"""What reads the bytes of strangers, as functions that a fuzzer can call: each takes any bytes at all.

A target returns nothing. What it raises is a defect: an exception that is not documented, or an assertion about what
was read. It is called by coverage-guided fuzzing (`tests/fuzz/under_coverage.py`), and by the tests for every input
that was kept.
"""

from __future__ import annotations

from importlib import import_module

AREAS = {
    "accounts": ("gatewright.operations", "gatewright.mail", "gatewright.passwords", "gatewright.cli.user_import"),
    "keys": ("gatewright.crypto", "gatewright.tokens", "gatewright.methods.wallet"),
    "passkeys": ("gatewright.methods.passkey", "webauthn"),
    "requests": ("gatewright.web", "gatewright.i18n"),
    "urls": ("gatewright.origins", "gatewright.settings", "gatewright.mail", "gatewright.storage", "gatewright.web"),
}
"""The modules of targets, and the packages whose code they are to reach."""


def targets_of(area):
    """Return the targets of an area, by their whole names such as ``keys.address``."""
    return {f"{area}.{target.__name__}": target for target in import_module(f"fuzz_targets.{area}").TARGETS}
