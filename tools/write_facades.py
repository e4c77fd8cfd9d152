"""Write the blocking facades from the asynchronous ones, which are written by hand.

Without an argument, write them; with ``--check``, fail if one is out of date. The check compares code, not text, which
differs between versions of ``ast`` and ruff.

The logic exists once, in the operations; a facade has one line per operation, and only this layer is generated.
"""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "src" / "gatewright"
FACADES = {
    source: source.with_name("generated") / source.name.removeprefix("async_")
    for folder in ("auth", "evrmore")
    for source in sorted((PACKAGE / folder).glob("async_*.py"))
}
MODULES = {
    f"gatewright.{path.parts[-3]}.{source.stem}": f"gatewright.{path.parts[-3]}.generated.{path.stem}"
    for source, path in FACADES.items()
}
WORDS = {
    "AsyncAccountChanges": "AccountChanges",
    "AsyncAccounts": "Accounts",
    "AsyncAuth": "Auth",
    "AsyncEvrmoreAuth": "EvrmoreAuth",
    "AsyncGuard": "Guard",
    "AsyncOwnAccount": "OwnAccount",
    "AsyncProving": "Proving",
    "AsyncRights": "Rights",
    "AsyncSelfService": "SelfService",
    "AsyncSessions": "Sessions",
    "AsyncSigningIn": "SigningIn",
    "AsyncVisitor": "Visitor",
    "__aenter__": "__enter__",
    "__aexit__": "__exit__",
    "for asynchronous code": "for blocking code",
}

MUST_AWAIT = "must_await"
"""The decorator of whatever must be awaited before it is true or false."""


class ToBlocking(ast.NodeTransformer):
    """Turns ``async def`` into ``def``, ``await operation()`` into ``run_to_completion(operation())``, and names."""

    def visit_AsyncFunctionDef(self, node: ast.AsyncFunctionDef) -> ast.AST:
        self.generic_visit(node)
        fields = {name: getattr(node, name) for name in node._fields}
        plain = [each for each in node.decorator_list if not (isinstance(each, ast.Name) and each.id == MUST_AWAIT)]
        changed = {"name": blocking_name(node.name), "decorator_list": plain}
        return ast.copy_location(ast.FunctionDef(**fields | changed), node)

    def visit_Await(self, node: ast.Await) -> ast.AST:
        self.generic_visit(node)
        if is_own_method(node.value):
            return node.value
        return ast.Call(func=ast.Name("run_to_completion", ast.Load()), args=[node.value], keywords=[])

    def visit_ClassDef(self, node: ast.ClassDef) -> ast.AST:
        self.generic_visit(node)
        node.name = blocking_name(node.name)
        return node

    def visit_Name(self, node: ast.Name) -> ast.AST:
        node.id = blocking_name(node.id)
        return node

    def visit_ImportFrom(self, node: ast.ImportFrom) -> ast.AST | None:
        if [alias.name for alias in node.names] == [MUST_AWAIT]:
            return None
        node.module = MODULES.get(node.module or "", node.module)
        for alias in node.names:
            alias.name = blocking_name(alias.name)
        return node

    def visit_keyword(self, node: ast.keyword) -> ast.AST:
        if node.arg == "is_async":
            node.value = ast.Constant(value=False)
        return self.generic_visit(node)

    def visit_Constant(self, node: ast.Constant) -> ast.AST:
        if isinstance(node.value, str):
            node.value = blocking_name(node.value)
        return node


def is_own_method(node: ast.expr) -> bool:
    """Return whether this calls a method of the same object, which has become a plain one."""
    function = node.func if isinstance(node, ast.Call) else None
    return isinstance(function, ast.Attribute) and isinstance(function.value, ast.Name) and function.value.id == "self"


def blocking_name(text: str) -> str:
    """Return a name or a text, as the blocking build words it."""
    for asynchronous, blocking in WORDS.items():
        text = text.replace(asynchronous, blocking)
    return text


def blocking_facade(source: Path) -> str:
    """Return the text of the blocking facade of an asynchronous one."""
    tree = ToBlocking().visit(ast.parse(source.read_text()))
    if "run_to_completion" in ast.unparse(tree):
        future = next(index for index, node in enumerate(tree.body) if isinstance(node, ast.ImportFrom))
        tree.body.insert(future + 1, ast.parse("from gatewright.drive import run_to_completion").body[0])
    name = source.relative_to(PACKAGE)
    warning = f"# Generated from {name} by tools/write_facades.py: change that file, never this one.\n"
    return tidy(warning + ast.unparse(ast.fix_missing_locations(tree)))


def tidy(code: str) -> str:
    """Sort imports and format, so that the result does not depend on how ``ast`` writes it."""
    for command in (["check", "--select", "I", "--fix-only", "--quiet"], ["format", "--quiet"]):
        arguments = ["ruff", *command, "--stdin-filename", str(PACKAGE / "generated.py"), "-"]
        run = subprocess.run(
            [sys.executable, "-m", *arguments], input=code, capture_output=True, text=True, check=True, cwd=ROOT
        )
        code = run.stdout
    return code


def is_current(source: Path, path: Path) -> bool:
    """Return whether a blocking facade exists and has the code that its source generates."""
    try:
        return ast.dump(ast.parse(path.read_text())) == ast.dump(ast.parse(blocking_facade(source)))
    except (FileNotFoundError, SyntaxError):
        return False


def main() -> int:
    """Write the facades, or compare them in full."""
    stale = [path for source, path in FACADES.items() if not is_current(source, path)]
    if "--check" in sys.argv[1:]:
        for path in stale:
            print(f"{path.relative_to(ROOT)} is stale. Run: python tools/write_facades.py", file=sys.stderr)
        return 1 if stale else 0
    for source, path in FACADES.items():
        path.write_text(blocking_facade(source))
    return 0


if __name__ == "__main__":
    sys.exit(main())
