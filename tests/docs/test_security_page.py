"""The page on security: its data are checked against the code, and the check finds what is wrong."""

from __future__ import annotations

import ast
import re
import runpy
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "src" / "gatewright"
TOOL = runpy.run_path(str(ROOT / "tools" / "write_security.py"))
MET = {"met": "It is.", "code": ["model.py"], "tests": ["tests/docs/test_security_page.py::test_the_data_are_right"]}
ABSENT = {"id": "any", "absent": "There is none."}
SECRETS = re.compile(r"(?:.*_)?(?:digest|secret|signature|csrf|hmac|mac|nonce)")


def trees():
    """Every module of the package, parsed."""
    for path in sorted(PACKAGE.rglob("*.py")):
        yield path.relative_to(PACKAGE).as_posix(), ast.parse(path.read_text())


def test_the_data_are_right():
    """Every requirement is answered, and what is cited is there."""
    assert list(TOOL["problems_of_requirements"](TOOL["requirements"]())) == []


def test_the_inventory_names_every_module_that_uses_cryptography():
    """And neither a mode nor a padding that should not be used is imported anywhere."""
    uses = TOOL["entries"]("use", [ROOT / "tools" / "security" / "cryptography.toml"])
    assert list(TOOL["problems_of_cryptography"](uses)) == []
    imported = {
        alias.name
        for _, tree in trees()
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }
    assert imported & {"ECB", "CBC", "CFB", "OFB", "PKCS1v15", "TripleDES", "ARC4", "Blowfish", "IDEA"} == set()
    assert "AESGCM" in imported


def test_a_use_that_nobody_has_listed_is_found():
    """A module too many, and one too few."""
    assert [problem for problem in TOOL["problems_of_cryptography"]([]) if "tokens/vault.py uses" in problem]
    assert "no/such.py" in next(TOOL["problems_of_cryptography"]([{"code": ["no/such.py"]}]))


@pytest.mark.parametrize(
    ("entry", "problem"),
    [
        (MET | {"tests": ["tests/docs/test_security_page.py::test_nothing"]}, "test_nothing, which is not there."),
        (
            MET | {"tests": ["tests/nowhere.py::test_the_data_are_right"]},
            "not there: tests/docs/test_security_page.py::",
        ),
        (MET | {"code": ["no/such.py"]}, "no/such.py"),
        ({"met": "It is.", "code": ["model.py"]}, "too little"),
        (MET | {"unmet": "It is not."}, "too much"),
        ({"deployer": "Do.", "page": "how-to/nothing.md"}, "how-to/nothing.md"),
        ({"deployer": "Do."}, "too little"),
    ],
)
def test_a_wrong_answer_is_found(entry, problem):
    """What is cited and is not there, and an answer that is none."""
    found = dict.fromkeys(TOOL["IDS"], ABSENT)
    assert list(TOOL["problems_of_requirements"](found)) == []
    problems = list(TOOL["problems_of_requirements"](found | {"3.2.1": {"id": "3.2.1", **entry}}))
    assert len(problems) == 1
    assert problem in problems[0]


def test_a_requirement_without_an_answer_is_found():
    """Each id of the chapters needs one."""
    found = {name: ABSENT for name in TOOL["IDS"] if name != "16.5.4"}
    assert list(TOOL["problems_of_requirements"](found)) == ["Nothing is said of requirement 16.5.4."]


def test_an_attack_without_a_test_is_found():
    """And one that has both a test and a reason to have none; a parameter of a test may be named."""
    test = "tests/docs/test_security_page.py::test_the_data_are_right[one]"
    attacks = [
        {"tries": "a", "tests": [test]},
        {"tries": "b"},
        {"tries": "c", "tests": [test], "absent": "Why not."},
        {"tries": "d", "tests": ["tests/nowhere.py::test_d"]},
    ]
    problems = list(TOOL["problems_of_attacks"]("attack", attacks))
    assert [re.findall(r"'(\w)'", problem) for problem in problems] == [["b"], ["c"], ["d"]]


def test_no_secret_is_compared_by_an_operator():
    """Equality says by its time how much was right: digests and secrets are compared by ``compare_digest``."""
    compared = [
        f"{name}:{node.lineno} {ast.unparse(node)}"
        for name, tree in trees()
        if not name.startswith(("testing/", "storage/sql/statements/"))  # an index finds a digest by equality
        for node in ast.walk(tree)
        if isinstance(node, ast.Compare)
        and isinstance(node.ops[0], ast.Eq | ast.NotEq)
        and any(SECRETS.fullmatch(word) for side in (node.left, *node.comparators) for word in names_in(side))
    ]
    assert compared == []


def names_in(side):
    """The name that a side of a comparison ends with."""
    if isinstance(side, ast.Name):
        return [side.id]
    return [side.attr] if isinstance(side, ast.Attribute) else []


def test_the_library_sets_up_no_logging():
    """Where lines go is for the application, or for the server, to say: no module adds a handler or sets a level."""
    calls = [
        f"{name}:{node.lineno}"
        for name, tree in trees()
        if not name.startswith(("cli/", "server/", "testing/", "storage/sql/migrations/"))
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and node.attr in ("basicConfig", "addHandler", "dictConfig", "setLevel")
    ]
    assert calls == []
