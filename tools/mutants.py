"""Say which changes of the code no test notices, after `mutmut run`, and compare them with those that are explained.

``tests/survivors.toml`` has one table for each change that may live, with the line as it is, the line as it becomes,
and why no test can tell the two apart. Exits with 1 if a change lives that is not there, or one is there that does not.
"""

from __future__ import annotations

import subprocess
import sys
import tomllib
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parent.parent
EXPLAINED = ROOT / "tests" / "survivors.toml"
_MUTMUT = Path(sys.executable).with_name("mutmut")
_NOTICED = frozenset({"killed", "timeout", "segfault", "caught by type check"})
_NOT_RUN = frozenset({"not checked", "skipped"})


class Change(NamedTuple):
    """One change of one place.

    Args:
        function: The function's full name.
        was: The lines as they are, without the indentation.
        becomes: The lines as they become.
    """

    function: str
    was: str
    becomes: str


def results() -> Iterator[tuple[str, str]]:
    """Yield the name of every mutant and what became of it."""
    for line in _ask("results", "--all", "true").splitlines():
        name, _, status = line.strip().partition(": ")
        if status:
            yield name, status


def change_of(name: str) -> Change:
    """Return what a mutant changes."""
    lines = [line for line in _ask("show", name).splitlines() if not line.startswith(("---", "+++", "#", "@@"))]
    was, becomes = ("\n".join(line[1:].strip() for line in lines if line.startswith(sign)) for sign in "-+")
    return Change(_function_of(name), was, becomes)


def explained() -> set[Change]:
    """Return the changes that may live."""
    tables = tomllib.loads(EXPLAINED.read_text())["survivor"]
    return {Change(each["function"], each["was"], each["becomes"]) for each in tables if each["why"]}


def main() -> int:
    """Print the figures and what is not explained."""
    found = dict(results())
    counts = Counter(found.values())
    run = {name for name, status in found.items() if status not in _NOT_RUN}
    alive = {change_of(name) for name in run if found[name] not in _NOTICED}
    known = explained()
    of_those_run = {_function_of(name) for name in run}
    gone = {each for each in known - alive if each.function in of_those_run}
    for change in sorted(alive - known):
        print(f"Nobody notices, in {change.function}:\n  {change.was}\n  {change.becomes}\n")
    for change in sorted(gone):
        print(f"{EXPLAINED.name} explains what is noticed or gone, in {change.function}:\n  {change.becomes}\n")
    noticed = sum(counts[status] for status in _NOTICED)
    print(f"{noticed} of {len(run)} noticed, {len(alive & known)} explained, {len(alive - known)} left; {dict(counts)}")
    return 1 if alive - known or gone else 0


def _function_of(name: str) -> str:
    """Return the full name of the function: ``pkg.mod.x_f__mutmut_1`` is of ``pkg.mod.f``, ``xǁCǁf`` of ``C.f``."""
    module, _, mangled = name.rpartition(".")
    plain = mangled.partition("__mutmut_")[0]
    return f"{module}.{'.'.join(plain.split('ǁ')[1:]) if 'ǁ' in plain else plain.removeprefix('x_')}"


def _ask(*arguments: str) -> str:
    return subprocess.run([_MUTMUT, *arguments], cwd=ROOT, check=True, capture_output=True, text=True).stdout


if __name__ == "__main__":
    sys.exit(main())
