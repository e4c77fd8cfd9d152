"""Report which mutants survive after `mutmut run`, and compare them with those that are explained.

``tests/survivors.toml`` has one table for each mutant that may survive, with the original line, the changed line, and
why no test can tell the two apart. Exits with 1 if a mutant survives that is not listed, or a listed one does not.

Two kinds need no explanation, and are counted separately: different wording in an error message or a log line, which
developers and operators read (codes, reasons and texts for visitors are not among them); and different case in the name
of an encoding or of a hash function, which Python reads alike.
"""

from __future__ import annotations

import ast
import re
import subprocess
import sys
import tomllib
from collections import Counter
from collections.abc import Iterator
from copy import deepcopy
from difflib import unified_diff
from functools import cache
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parent.parent
EXPLAINED = ROOT / "tests" / "survivors.toml"
_MUTATED = ROOT / "mutants" / "src"
_MUTMUT = Path(sys.executable).with_name("mutmut")
_NOTICED = frozenset({"killed", "timeout", "segfault", "caught by type check"})
_NOT_RUN = frozenset({"not checked", "skipped"})

_ERROR = re.compile(r"\w*Error|Denied|_refusal|best_effort_write")
_LOGGER = "_logger"
_TAKES_A_NAME = frozenset({"encode", "decode", "digest"})
_NAMES = frozenset({"ascii", "sha1", "sha256"})


class Change(NamedTuple):
    """One change of one place.

    Args:
        function: The function's full name.
        was: The original lines, without the indentation.
        becomes: The changed lines.
    """

    function: str
    was: str
    becomes: str


class _Function(NamedTuple):
    tree: ast.FunctionDef | ast.AsyncFunctionDef
    lines: list[str]


class _WithoutWords(ast.NodeTransformer):
    """Removes what may read differently: see the top of this file."""

    def visit_Call(self, node: ast.Call) -> ast.AST:
        self.generic_visit(node)
        called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        is_log = isinstance(node.func, ast.Attribute) and getattr(node.func.value, "id", "") == _LOGGER
        if (is_log or _ERROR.fullmatch(called)) and node.args and _is_text(node.args[0]):
            del node.args[0]
        if called in _TAKES_A_NAME:
            node.args = [_in_lower_case(each) for each in node.args]
        return node


def _is_text(node: ast.expr) -> bool:
    return isinstance(node, ast.JoinedStr) or (isinstance(node, ast.Constant) and isinstance(node.value, str | None))


def _in_lower_case(node: ast.expr) -> ast.expr:
    if isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value.lower() in _NAMES:
        return ast.Constant(node.value.lower())
    return node


def results() -> Iterator[tuple[str, str]]:
    """Yield the name of every mutant and what became of it."""
    listed = subprocess.run([_MUTMUT, "results", "--all", "true"], cwd=ROOT, check=True, capture_output=True, text=True)
    for line in listed.stdout.splitlines():
        name, _, status = line.strip().partition(": ")
        if status:
            yield name, status


def change_of(name: str) -> Change:
    """Return what a mutant changes."""
    original, mutant = _function(_original_of(name)).lines, _function(name).lines
    lines = [line for line in unified_diff(original, mutant, lineterm="") if not line.startswith(("---", "+++", "@@"))]
    was, becomes = ("\n".join(line[1:].strip() for line in lines if line.startswith(sign)) for sign in "-+")
    return Change(_function_of(name), was, becomes)


def changes_only_words(name: str) -> bool:
    """Return whether a mutant only says the same in other words."""
    original, mutant = (_WithoutWords().visit(deepcopy(_function(each).tree)) for each in (_original_of(name), name))
    mutant.name = original.name
    return ast.dump(original) == ast.dump(mutant)


def explained() -> set[Change]:
    """Return the changes that may survive."""
    tables = tomllib.loads(EXPLAINED.read_text())["survivor"]
    return {Change(each["function"], each["was"], each["becomes"]) for each in tables if each["why"]}


def main() -> int:
    """Print the figures and what is not explained."""
    found = dict(results())
    run = [name for name, status in found.items() if status not in _NOT_RUN]
    unnoticed = [name for name in run if found[name] not in _NOTICED]
    reworded = {name for name in unnoticed if changes_only_words(name)}
    alive = {name: change_of(name) for name in unnoticed if name not in reworded}
    known = explained()
    of_those_run = {_function_of(name) for name in run}
    gone = {each for each in known - set(alive.values()) if each.function in of_those_run}
    left = {name: change for name, change in alive.items() if change not in known}
    for name, change in left.items():
        print(f"Nobody notices {name} ({found[name]}), in {change.function}:\n{change.was}\n{change.becomes}\n")
    for change in sorted(gone):
        print(f"{EXPLAINED.name} explains what is noticed or gone, in {change.function}:\n  {change.becomes}\n")
    _print_figures(found, reworded=reworded, explained=set(alive) - set(left), left=set(left))
    return 1 if left or gone else 0


def _print_figures(found: dict[str, str], *, reworded: set[str], explained: set[str], left: set[str]) -> None:
    outcome = {name: "noticed" if status in _NOTICED else "not run" for name, status in found.items()}
    outcome |= dict.fromkeys(reworded, "words") | dict.fromkeys(explained, "explained") | dict.fromkeys(left, "left")
    counts = Counter((name.split(".")[1], what) for name, what in outcome.items())
    kinds = ("noticed", "words", "explained", "left", "not run")
    print(f"| Package | Changes | {' | '.join(kinds)} |\n| --- {'| --- ' * (len(kinds) + 1)}|")
    for package in sorted({package for package, _ in counts}):
        figures = [counts[package, kind] for kind in kinds]
        print(f"| {package} | {sum(figures)} | {' | '.join(map(str, figures))} |")


def _function_of(name: str) -> str:
    """Return the full name of the function: ``pkg.mod.x_f__mutmut_1`` is of ``pkg.mod.f``, ``xǁCǁf`` of ``C.f``."""
    module, _, mangled = name.rpartition(".")
    plain = mangled.partition("__mutmut_")[0]
    return f"{module}.{'.'.join(plain.split('ǁ')[1:]) if 'ǁ' in plain else plain.removeprefix('x_')}"


def _original_of(name: str) -> str:
    return f"{name.partition('__mutmut_')[0]}__mutmut_orig"


def _function(name: str) -> _Function:
    module, _, function = name.rpartition(".")
    return _functions_in(module)[function]


@cache
def _functions_in(module: str) -> dict[str, _Function]:
    """Return what mutmut made of the functions of a module: each one with its mutants."""
    path = _MUTATED.joinpath(*module.split("."))
    source = (path / "__init__.py" if path.is_dir() else path.with_suffix(".py")).read_text()
    lines, found = source.splitlines(), {}
    for each in ast.walk(ast.parse(source)):
        if isinstance(each, ast.FunctionDef | ast.AsyncFunctionDef) and "__mutmut_" in each.name:
            of_it = lines[each.lineno - 1 : each.end_lineno]
            found[each.name] = _Function(each, [line.replace(each.name, "") for line in of_it])
    return found


if __name__ == "__main__":
    sys.exit(main())
