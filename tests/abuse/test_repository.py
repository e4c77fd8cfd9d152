"""What an attacker looks for first: secrets that somebody has committed."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SECRET_FILES = re.compile(r"(^|/)(\.env(\..+)?|.+\.(pem|key|p12|pid|db|sqlite3?)|__pycache__)(/|$)")
EXAMPLES = re.compile(r"\.env\.example$")


def test_finding_secrets_in_the_repository():
    """There are no settings, keys, databases or caches in it, but for examples without values."""
    if shutil.which("git") is None or not (ROOT / ".git").exists():
        pytest.skip("does not apply: this is no repository")
    git = ["git", "-C", str(ROOT), "ls-files"]
    listed = subprocess.run(git, capture_output=True, text=True, check=True).stdout.splitlines()
    assert len(listed) > 100
    assert [name for name in listed if SECRET_FILES.search(name) and not EXAMPLES.search(name)] == []
