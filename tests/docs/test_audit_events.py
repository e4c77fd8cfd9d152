"""The reference page of the audit record lists what the code writes, and nothing else."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "reference" / "audit-events.md"
PACKAGE = ROOT / "src" / "gatewright"
MODULES = (*PACKAGE.glob("operations/*.py"), *PACKAGE.glob("methods/*/*.py"))
MAKERS = {"entry", "line", "_about", "request_mail", "require_link", "refuse_link", "tell_failure"}


def events_in(module: Path) -> Iterator[str]:
    """Yield the events that a module records: the second argument of a call that makes a line."""
    tree = ast.parse(module.read_text())
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in MAKERS:
            yield from texts_of(node.args[1], tree)


def texts_of(argument: ast.expr, tree: ast.Module) -> Iterator[str]:
    """Yield the texts that an argument may be: its own, or those that are assigned to its name."""
    sources = [argument]
    if isinstance(argument, ast.Name):
        assigned = [node for node in ast.walk(tree) if isinstance(node, ast.Assign)]
        sources = [node.value for node in assigned if ast.unparse(node.targets[0]) == argument.id]
    for source in sources:
        parts = (source.body, source.orelse) if isinstance(source, ast.IfExp) else (source,)
        yield from (part.value for part in parts if isinstance(part, ast.Constant))


def test_the_page_lists_the_events_that_are_written() -> None:
    """Each event that an operation or a method records stands in a table of the page, and no other does."""
    tables = PAGE.read_text().partition("## Signing in and out")[2].partition("## Reasons of failures")[0]
    listed = re.findall(r"^\| `(\w+)` \|", tables, re.MULTILINE)
    written = {event for module in MODULES for event in events_in(module)}
    assert sorted(listed) == sorted(written)
    assert "sign_in_failed" in written
    assert "user_disabled" in written
