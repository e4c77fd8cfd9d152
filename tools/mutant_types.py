"""Tell `mutmut run` which mutants mypy catches, as `make check` would, so that no test need run for them.

mutmut starts it in its folder ``mutants``. mutmut wraps every function, and mypy takes a wrapped type guard for a plain
function, so it finds errors where nothing was changed. Errors that mypy reports for the unchanged function are not
reported for its mutants.
"""

from __future__ import annotations

import ast
import json
import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

_MYPY = [sys.executable, "-m", "mypy", "--output", "json", "--no-warn-unused-ignores", "src/gatewright"]


def main() -> None:
    """Print mypy's errors in mutants, one line of JSON each."""
    said = defaultdict(list)
    for line in subprocess.run(_MYPY, capture_output=True, text=True, check=False).stdout.splitlines():
        error = json.loads(line) if line.strip() else {}
        if error.get("severity") == "error":
            said[error["file"]].append(error)
    for file, errors in said.items():
        for error in _in_mutants(Path(file), errors):
            print(json.dumps(error))


def _in_mutants(file: Path, errors: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """Yield the errors that mutants have but their original functions do not."""
    functions = {
        line: each.name
        for each in ast.walk(ast.parse(file.read_text()))
        if isinstance(each, ast.FunctionDef | ast.AsyncFunctionDef) and "__mutmut_" in each.name
        for line in range(each.lineno, (each.end_lineno or each.lineno) + 1)
    }
    placed = [(functions[error["line"]], error) for error in errors if error["line"] in functions]
    unchanged = {(name, error["message"]) for name, error in placed if name.endswith("__mutmut_orig")}
    for name, error in placed:
        original = f"{name.partition('__mutmut_')[0]}__mutmut_orig"
        if (original, error["message"]) not in unchanged:
            yield error


if __name__ == "__main__":
    main()
