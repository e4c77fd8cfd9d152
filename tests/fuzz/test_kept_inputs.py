"""What fuzzing has found is given to its target again; in CI fuzzing looks for more."""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
from pathlib import Path

import pytest

from fuzz_targets import AREAS, targets_of

ROOT = Path(__file__).resolve().parents[2]
CORPUS = Path(__file__).parent / "corpus"
STRANGERS_FIRST = (
    "accounts.password_hash",
    "keys.address",
    "keys.challenge_message",
    "keys.signature",
    "keys.token",
    "passkeys.passkey_response",
    "requests.cookie_header",
    "requests.redirect_target",
)
"""What strangers reach first; in CI each is fuzzed for a minute, as ``make fuzz`` does with all."""

NAMES = sorted(path.name for path in CORPUS.iterdir())


def test_every_target_has_inputs():
    """And nothing is kept for a target that is gone."""
    assert sorted(name for area in AREAS for name in targets_of(area)) == NAMES
    assert all(any((CORPUS / name).iterdir()) for name in NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_kept_inputs_are_read_or_refused(name):
    """Nothing else happens: no undocumented exception, nothing taken for what it is not."""
    target = targets_of(name.partition(".")[0])[name]
    for path in sorted((CORPUS / name).iterdir()):
        target(path.read_bytes())


@pytest.mark.long
@pytest.mark.skipif(os.environ.get("CI") != "true", reason="does not apply: make fuzz takes a minute for each")
@pytest.mark.skipif(
    importlib.util.find_spec("atheris") is None, reason="does not apply: atheris is made for Linux on x86-64"
)
@pytest.mark.parametrize("name", STRANGERS_FIRST)
def test_new_inputs_are_read_or_refused(name):
    """What fails is kept, and fails from then on."""
    command = [sys.executable, "tools/fuzz.py", name]
    ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)

    assert ended.returncode == 0, ended.stdout + ended.stderr
