"""The locks pin what ``pyproject.toml`` asks for, completely, and from wherever one installs."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parent.parent
LOCKS = sorted((ROOT / "requirements").rglob("*.txt"))
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())


def pins_of(path):
    """Every package of a lock, with its version, as often as it is there: a Python may have a version of its own."""
    return [Requirement(line.rstrip(" \\")) for line in path.read_text().splitlines() if re.match(r"[a-z0-9]", line)]


def requirements_of(*extras):
    """What the project needs, with some of its extras, and what it is built with."""
    needed = [*PROJECT["project"]["dependencies"], *PROJECT["dependency-groups"]["build"]]
    waiting = list(extras)
    while waiting:
        for requirement in map(Requirement, PROJECT["project"]["optional-dependencies"][waiting.pop()]):
            if requirement.name == "gatewright":
                waiting += requirement.extras
            else:
                needed.append(str(requirement))
    return needed


@pytest.mark.parametrize(
    ("lock", "needed"),
    [
        ("server", requirements_of("server")),
        ("fastapi", requirements_of("server", "fastapi")),
        ("flask", requirements_of("server", "flask")),
        ("django", requirements_of("server", "django")),
        ("container", requirements_of("server", "postgres", "redis", "metrics", "tracing")),
        ("dev", requirements_of("all") + PROJECT["dependency-groups"]["dev"]),
    ],
)
def test_a_lock_pins_what_the_project_asks_for(lock, needed):
    """Each package is there, in a version that is allowed. If not: make lock."""
    pins = pins_of(ROOT / "requirements" / f"{lock}.txt")
    lacking = [
        text
        for text in needed
        for wanted in [Requirement(text)]
        for versions in [[pin.specifier for pin in pins if pin.name == canonicalize_name(wanted.name)]]
        if not versions or not all(wanted.specifier.contains(str(each).removeprefix("==")) for each in versions)
    ]
    assert len(needed) > 10
    assert lacking == []


@pytest.mark.parametrize("lock", LOCKS, ids=lambda path: path.stem)
def test_a_lock_is_exact_and_names_no_host(lock):
    """One version, with hashes, for each package, and no word of where it comes from."""
    text = lock.read_text()
    entries = re.split(r"\n(?=[a-z0-9])", text)[1:]
    inexact = [
        each for each in entries if not re.match(r"[a-z0-9._-]+==[^\s*]+ ", each) or "--hash=sha256:" not in each
    ]
    assert len(entries) > 10
    assert inexact == []
    assert "://" not in text


def test_the_locks_agree():
    """What one of our environments has, the others have in the same version."""
    everything = {str(pin) for pin in pins_of(ROOT / "requirements" / "dev.txt")}
    others = {
        str(pin)
        for name in ("server", "fastapi", "flask", "django", "container")
        for pin in pins_of(ROOT / "requirements" / f"{name}.txt")
    }
    assert others - everything == set()


@pytest.mark.xdist_group("together")
def test_groups_of_tests_run_together(request):
    """Tests that share what is dear are one process's: pytest-xdist writes the group where this pytest reads it."""
    is_grouping = getattr(request.config.option, "loadgroup", False)
    assert request.node.nodeid.endswith("@together") == is_grouping
