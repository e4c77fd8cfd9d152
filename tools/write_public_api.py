"""Write the public API, with its signatures, into ``tests/public_api.txt``.

Public is what the packages below export, and whatever else a document imports. Without an argument, write the file;
with ``--check``, fail if it is out of date, so that every change of the API shows in a diff. The names are read from
the source, not from the objects, so that every Python version writes the same.
"""

from __future__ import annotations

import ast
import inspect
import re
import sys
from collections.abc import Iterator
from enum import Enum
from functools import cache
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
FILE = ROOT / "tests" / "public_api.txt"
OURS = ("gatewright", "evrmore_authentication")
PACKAGES = (
    "gatewright",
    "gatewright.access",
    "gatewright.adapters.django",
    "gatewright.adapters.fastapi",
    "gatewright.adapters.flask",
    "gatewright.adapters.starlette",
    "gatewright.crypto",
    "gatewright.errors",
    "gatewright.hooks",
    "gatewright.methods",
    "gatewright.passwords",
    "gatewright.providers",
    "gatewright.server",
    "gatewright.testing",
    "gatewright.web",
    "evrmore_authentication",
)
HEADER = (
    "# Written by tools/write_public_api.py. A line that goes or changes may break an application: see SECURITY.md.\n"
)
_IMPORT = re.compile(r"^[ >]*from ((?:gatewright|evrmore_authentication)[\w.]*) import (\([^)]*\)|.*)$", re.MULTILINE)
_Function = ast.FunctionDef | ast.AsyncFunctionDef


def exported(module: ModuleType) -> set[str]:
    """Return the names in ``__all__``, or else those imported as themselves or, in a module, defined there."""
    if hasattr(module, "__all__"):
        return set(module.__all__)
    body = tree_of(module.__name__).body
    aliases = [alias for node in body if isinstance(node, ast.ImportFrom) for alias in node.names]
    made = {node.name for node in body if isinstance(node, ast.ClassDef | _Function) and node.name[0] != "_"}
    return {alias.name for alias in aliases if alias.name == alias.asname} | made


def documented() -> Iterator[tuple[str, str]]:
    """Yield what the documents import, as pairs of module and name."""
    for page in (ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))):
        for module, names in _IMPORT.findall(page.read_text()):
            for name in re.sub(r"#.*", "", names).strip("() \n").split(","):
                if found := re.match(r"\s*(\w+)", name):
                    yield module, found[1]


@cache
def tree_of(module: str) -> ast.Module:
    """Return the syntax tree of a module."""
    return ast.parse(inspect.getsource(import_module(module)))


def public_objects() -> dict[str, Any]:
    """Return every public object under its full name."""
    names = [(package, name) for package in PACKAGES for name in sorted(exported(import_module(package)))]
    names += sorted(set(documented()) - set(names))
    objects = {f"{module}.{name}": getattr(import_module(module), name) for module, name in names}
    return {path: value for path, value in objects.items() if not isinstance(value, ModuleType)}


def lines() -> Iterator[str]:
    """Yield a line for each name and each member, and one for each further name of the same object."""
    objects = public_objects()
    classes = {value for value in objects.values() if inspect.isclass(value)}
    seen: dict[int, str] = {}
    for path, value in objects.items():
        if (inspect.isclass(value) or inspect.isfunction(value)) and id(value) in seen:
            yield f"{path} = {seen[id(value)]}"
            continue
        seen[id(value)] = path
        if inspect.isclass(value):
            yield from lines_of_class(path, value, classes - {value})
        elif inspect.isfunction(value):
            yield from (signature(path, node) for node in definitions(value.__module__, value.__name__))
        else:
            yield f"{path}: {type(value).__name__}"


def lines_of_class(path: str, kind: type, others: set[type]) -> Iterator[str]:
    """Yield a class and its public members, including those inherited from non-public classes."""
    said = {part for other in others if issubclass(kind, other) for part in other.__mro__}
    bases = ", ".join(base.__name__ for base in kind.__bases__ if base is not object)
    yield f"{path}({bases})" if bases else path
    members: dict[str, list[str]] = {}
    for part in reversed(kind.__mro__):
        if part not in said and part.__module__.split(".")[0] in OURS:
            for definition in definitions(part.__module__, part.__name__):
                members.update(members_of(path, definition, is_enum=issubclass(kind, Enum)))
    for each in members.values():
        yield from each


def members_of(path: str, definition: ast.AST, *, is_enum: bool) -> dict[str, list[str]]:
    """Return the lines of what a class's body defines, by name."""
    found: dict[str, list[str]] = {}
    for node in getattr(definition, "body", ()):
        if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            value = f" = {ast.unparse(node.value)}" if isinstance(node.value, ast.Constant) else " = ..."
            text = f"{path}.{node.target.id}: {ast.unparse(node.annotation)}{value if node.value else ''}"
            found[node.target.id] = [text]
        elif isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            name = node.targets[0].id
            if is_enum or isinstance(node.value, ast.Constant):
                found[name] = [f"{path}.{name} = {ast.unparse(node.value)}"]
        elif isinstance(node, _Function):
            found.setdefault(node.name, []).append(signature(f"{path}.{node.name}", node))
    return {name: texts for name, texts in found.items() if name == "__init__" or name[0] != "_"}


def definitions(module: str, name: str) -> list[Any]:
    """Return the definitions of a name in a module: several if overloaded, none if defined in another way."""
    return [
        node
        for node in ast.walk(tree_of(module))
        if isinstance(node, ast.ClassDef | _Function) and node.name == name and node.col_offset == 0
    ]


def signature(path: str, node: _Function) -> str:
    """Return a function as one line: how it is called, and what it returns."""
    decorators = {ast.unparse(each) for each in node.decorator_list}
    returns = f" -> {ast.unparse(node.returns)}" if node.returns else ""
    if decorators & {"property", "cached_property"}:
        return f"{path}: {ast.unparse(node.returns) if node.returns else 'Any'}"
    kind = "async " if isinstance(node, ast.AsyncFunctionDef) else ""
    kind += next((f"{each} " for each in ("classmethod", "staticmethod") if each in decorators), "")
    arguments = re.sub(r"^(?:self|cls)(?:, |$)", "", ast.unparse(node.args)).removeprefix("/, ")
    return f"{kind}{path}({arguments}){returns}"


def main() -> int:
    """Write the file, or compare it."""
    text = HEADER + "".join(f"{line}\n" for line in lines())
    if "--check" not in sys.argv[1:]:
        FILE.write_text(text)
    elif not FILE.exists() or FILE.read_text() != text:
        path = FILE.relative_to(ROOT)
        print(f"{path} is stale. Run: python tools/write_public_api.py, and look at the diff.", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
