"""The bills of materials: as the format wants them, complete, and the same for the same locks."""

from __future__ import annotations

import json
import re
import runpy
import subprocess
import sys
from pathlib import Path

import pytest
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator

ROOT = Path(__file__).parents[2]
TOOL = runpy.run_path(str(ROOT / "tools" / "write_sbom.py"))


@pytest.mark.parametrize("lock", TOOL["LOCKS"], ids=lambda path: path.stem)
def test_a_bill_is_valid_and_names_every_pin_with_its_digests(lock):
    """Each package of the lock in its version, and each digest that an installer would accept."""
    bill = TOOL["bill_of"](lock.read_text())
    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(json.dumps(bill)) is None
    pins = re.findall(r"^([a-z0-9][\w.-]*)==([^\s;]+)", lock.read_text(), re.MULTILINE)
    assert [(each["name"], each["version"]) for each in bill["components"]] == pins
    digests = [
        digest["content"]
        for each in bill["components"]
        for reference in each["externalReferences"]
        for digest in reference["hashes"]
    ]
    assert sorted(digests) == sorted(re.findall(r"sha256:([0-9a-f]{64})", lock.read_text()))


def test_there_is_one_for_each_set_that_people_install():
    """All locks but those of the developers."""
    assert {path.stem for path in TOOL["LOCKS"]} == {"container", "django", "fastapi", "flask", "server"}


def test_the_moment_is_that_of_the_release(tmp_path):
    """The same bytes on any day; without a moment there is none."""
    for name in ("tools", "requirements"):
        (tmp_path / name).mkdir()
    for name in ("pyproject.toml", "tools/write_sbom.py", "requirements/server.txt"):
        (tmp_path / name).write_bytes((ROOT / name).read_bytes())
    moments = []
    for environment in ({"SOURCE_DATE_EPOCH": "1700000000"}, {}):
        command = [sys.executable, str(tmp_path / "tools" / "write_sbom.py")]
        written = subprocess.run(command, env=environment, check=True, capture_output=True, text=True, timeout=60)
        moments.append(json.loads((tmp_path / written.stdout.strip()).read_text())["metadata"].get("timestamp"))
    assert moments == ["2023-11-14T22:13:20+00:00", None]
