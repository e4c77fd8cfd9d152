"""Pin what the project's commands install: exact versions, with hashes, for every supported Python.

Without an argument, resolve again and keep every version that still fits ``pyproject.toml``; with ``--upgrade``, take
the newest. Either way, print what has changed.
"""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path


def _extras(*names: str) -> tuple[str, ...]:
    return tuple(option for name in names for option in ("--extra", name))


ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "requirements"
EVERYTHING = FOLDER / "dev.txt"
LOCKS: dict[Path, tuple[str, ...]] = {
    EVERYTHING: ("pyproject.toml", "--all-extras", "--group", "dev", "--group", "build"),
    **{
        FOLDER / f"{name}.txt": ("pyproject.toml", *_extras("server", name), "--group", "build")
        for name in ("server", "fastapi", "flask", "django")
    },
    FOLDER / "container.txt": (
        "pyproject.toml",
        *_extras("server", "postgres", "redis", "metrics", "tracing"),
        "--group",
        "build",
    ),
    FOLDER / "mutate.txt": (
        "pyproject.toml",
        "--all-extras",
        *(option for group in ("dev", "build", "mutate") for option in ("--group", group)),
    ),
    **{path.with_suffix(".txt"): (str(path.relative_to(ROOT)),) for path in sorted(FOLDER.glob("peers/*.in"))},
}
"""The files, and what is resolved for each. The benchmarks' peers have their own environments."""

# axe-core is one file in a package that drives it through Playwright, which is large and not used.
LEFT_OUT = ("playwright", "pyee")
HEADER = "# Written by tools/lock.py: run `make upgrade`, never change this file by hand.\n"
_PIN = re.compile(r"^(?P<name>[a-z0-9][a-z0-9._-]*)==(?P<version>[^\s;]+)(?: ; (?P<marker>[^\\]+))?", re.MULTILINE)


def pins(text: str) -> Iterator[tuple[str, str]]:
    """Yield the packages of a lock, each with its marker and version."""
    for pin in _PIN.finditer(text):
        marker = (pin["marker"] or "").strip()
        yield f"{pin['name']} ({marker})" if marker else pin["name"], pin["version"]


def resolve(path: Path, *, upgrade: bool) -> str:
    """Write a lock and return its text."""
    command = ["uv", "pip", "compile", *LOCKS[path], "--universal", "--python-version", "3.11", "--generate-hashes"]
    command += ["--output-file", str(path.relative_to(ROOT)), "--quiet", "--no-header", "--no-annotate"]
    command += ["--no-emit-index-url", "--no-emit-find-links"]
    command += [option for name in LEFT_OUT for option in ("--no-emit-package", name)]
    command += ["--upgrade"] if upgrade else []
    if path != EVERYTHING and path.parent == FOLDER:
        command += ["--constraints", str(EVERYTHING.relative_to(ROOT))]
    subprocess.run([sys.executable, "-m", *command], cwd=ROOT, check=True)
    text = HEADER + path.read_text()
    path.write_text(text)
    return text


def changes(before: str, after: str) -> Iterator[str]:
    """Print which versions differ."""
    old, new = dict(pins(before)), dict(pins(after))
    for name in sorted(old.keys() | new.keys()):
        if old.get(name) != new.get(name):
            yield f"{name}: {old.get(name, 'new')} -> {new.get(name, 'gone')}"


def main() -> int:
    """Write the locks and print what has changed."""
    for path in LOCKS:
        before = path.read_text() if path.exists() else ""
        for change in changes(before, resolve(path, upgrade="--upgrade" in sys.argv[1:])):
            print(f"{path.relative_to(ROOT)}: {change}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
