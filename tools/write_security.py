"""Fill the tables of ``docs/explanation/security.md`` from data that is checked against the code and the tests.

The data: ``security/asvs/*.toml`` beside this file (how each requirement of OWASP ASVS 5.0 is met, by its id),
``security/cryptography.toml`` (what is used for what), and ``tests/abuse/*.toml`` (which attacks are tried, and which
defects of the original systems are guarded against). References to a test, module or page that does not exist,
missing ids and unlisted cryptography are errors.

Without an argument, write the page; with ``--check``, fail if it is out of date.
"""

from __future__ import annotations

import ast
import re
import sys
import tomllib
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
DATA = ROOT / "tools" / "security"
PACKAGE = ROOT / "src" / "gatewright"
PAGE = ROOT / "docs" / "explanation" / "security.md"

# The ids of ASVS 5.0: one digit for each requirement of a section, giving its level.
SECTIONS = """
3.1=3 3.2=113 3.3=12223 3.4=11222233 3.5=11122333 3.6=3 3.7=22333
6.1=122 6.2=111111112222 6.3=11223333 6.4=112233 6.5=22222333 6.6=2223 6.7=33 6.8=2222
7.1=222 7.2=1111 7.3=22 7.4=11222 7.5=223 7.6=22 8.1=1233 8.2=1123 8.3=133 8.4=23 9.1=111 9.2=1222
10.1=22 10.2=223 10.3=22223 10.4=1111122222233333 10.5=22222 10.6=22 10.7=222
11.1=2233 11.2=22233 11.3=11233 11.4=1222 11.5=23 11.6=23 11.7=33
16.1=2 16.2=22222 16.3=2222 16.4=222 16.5=2223
"""
OF_OTHER_CHAPTERS = "1.2.2=1 1.2.4=1 1.3.11=2 2.3.4=2 2.4.1=2 4.1.3=2 13.3.1=2 13.4.2=2 14.2.1=1 14.3.2=2"
OF_OTHER_CHAPTERS += " 15.3.3=2 15.3.4=2 15.3.5=2 15.4.2=3"
IDS = {
    f"{section}.{number}": level
    for section, _, levels in (each.partition("=") for each in SECTIONS.split())
    for number, level in enumerate(levels, 1)
} | dict(each.split("=") for each in OF_OTHER_CHAPTERS.split())
KINDS = {"met": "met", "deployer": "yours", "absent": "does not apply", "unmet": "not met"}
CRYPTOGRAPHY = {
    "argon2",
    "bcrypt",
    "coincurve",
    "cryptography",
    "hashlib",
    "hmac",
    "joserfc",
    "pwdlib",
    "secrets",
    "ssl",
    "webauthn",
}
MARK = re.compile(r"(<!-- generated: (\w+) -->\n).*?(<!-- end -->)", re.DOTALL)


def entries(table: str, files: Iterable[Path]) -> list[dict[str, Any]]:
    """Return the tables of a name from TOML files, in order."""
    return [entry for file in files for entry in tomllib.loads(file.read_text()).get(table, ())]


def requirements() -> dict[str, dict[str, Any]]:
    """Return what the data says about each requirement, by its id."""
    found: dict[str, dict[str, Any]] = {}
    for entry in entries("requirement", sorted((DATA / "asvs").glob("*.toml"))):
        for name in [entry["id"]] if isinstance(entry["id"], str) else entry["id"]:
            if name in found:
                raise SystemExit(f"Requirement {name} is there twice.")
            found[name] = entry
    return dict(sorted(found.items(), key=lambda item: [int(part) for part in item[0].split(".")]))


@cache
def tests_of(file: str) -> frozenset[str]:
    """Return what a file of tests defines: functions, classes, and the methods of these."""
    if not (ROOT / file).is_file():
        return frozenset()
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
    tree = [node for node in ast.parse((ROOT / file).read_text()).body if isinstance(node, kinds)]
    members = [
        f"{outer.name}::{inner.name}"
        for outer in tree
        if isinstance(outer, ast.ClassDef)
        for inner in outer.body
        if isinstance(inner, kinds)
    ]
    return frozenset([*(node.name for node in tree), *members])


def problems_of_tests(cited: Iterable[str], by: str) -> Iterator[str]:
    """Yield which cited tests do not exist, and where there is one of that name."""
    for each in cited:
        file, _, name = each.partition("::")
        name = name.partition("[")[0]
        if name in tests_of(file):
            continue
        everywhere = (str(path.relative_to(ROOT)) for path in sorted((ROOT / "tests").rglob("test_*.py")))
        moved = [f"{path}::{name}" for path in everywhere if name in tests_of(path)]
        yield f"{by} cites {each}, which is not there{': ' + ', '.join(moved) if moved else '.'}"


def problems_of_requirements(found: dict[str, dict[str, Any]]) -> Iterator[str]:
    """Yield what is missing, or cited but does not exist."""
    yield from (f"Nothing is said of requirement {name}." for name in IDS.keys() - found.keys())
    yield from (f"There is no requirement {name}." for name in found.keys() - IDS.keys())
    for name, entry in found.items():
        kind = [each for each in KINDS if each in entry]
        needed = {"met": {"code", "tests"}, "deployer": {"page"}}.get("".join(kind), set())
        if len(kind) != 1 or entry.keys() != {"id", *kind} | needed:
            yield f"Requirement {name} says too much or too little: {', '.join(entry)}."
        yield from problems_of_tests(entry.get("tests", ()), f"Requirement {name}")
        missing = [file for file in entry.get("code", ()) if not (PACKAGE / file).is_file()]
        yield from (f"Requirement {name} names {file}, which is not there." for file in missing)
        if "page" in entry and not (ROOT / "docs" / entry["page"].partition("#")[0]).is_file():
            yield f"Requirement {name} names {entry['page']}, which is not there."


def problems_of_attacks(table: str, found: list[dict[str, Any]]) -> Iterator[str]:
    """Yield which attack or defect has neither a test nor a reason, or both."""
    for entry in found:
        title = f"The {table} {entry.get('tries') or entry.get('was')!r}"
        if bool(entry.get("tests")) == bool(entry.get("absent")):
            yield f"{title} needs tests, or a reason why there are none."
        yield from problems_of_tests(entry.get("tests", ()), title)


def problems_of_cryptography(uses: list[dict[str, Any]]) -> Iterator[str]:
    """Yield which modules use cryptography and are not in the inventory."""
    listed = {file for use in uses for file in use["code"]}
    yield from (f"The inventory names {file}, which is not there." for file in listed if not (PACKAGE / file).is_file())
    for path in sorted(PACKAGE.rglob("*.py")):
        imported = {
            name.split(".")[0]
            for node in ast.walk(ast.parse(path.read_text()))
            if isinstance(node, ast.Import | ast.ImportFrom)
            for name in (
                [node.module or ""] if isinstance(node, ast.ImportFrom) else [each.name for each in node.names]
            )
        }
        name = path.relative_to(PACKAGE).as_posix()
        if imported & CRYPTOGRAPHY and name not in listed:
            yield f"{name} uses {', '.join(sorted(imported & CRYPTOGRAPHY))}: say for what in cryptography.toml."


def table_of_requirements(found: dict[str, dict[str, Any]]) -> Iterator[str]:
    """Yield a summary, and a table for each chapter."""
    chapters = sorted({int(name.split(".")[0]) for name in found})
    counts = {each: Counter(kind_of(found[name]) for name in found if chapter_of(name) == each) for each in chapters}
    yield table(
        ("Chapter", *KINDS.values()), [(f"V{each}", *(str(counts[each][kind]) for kind in KINDS)) for each in chapters]
    )
    for chapter in chapters:
        yield f"### V{chapter}"
        rows = [row_of(name, entry) for name, entry in found.items() if chapter_of(name) == chapter]
        yield table(("Id", "Level", "", "How, where, and proved by"), rows)


def row_of(name: str, entry: dict[str, Any]) -> tuple[str, ...]:
    """Return a requirement's row."""
    kind = kind_of(entry)
    parts = [entry[kind]]
    if "page" in entry:
        page = entry["page"].removeprefix("explanation/security.md")
        parts.append(f"[How]({page if page.startswith('#') else '../' + page})")
    parts += [", ".join(f"`{file}`" for file in entry.get("code", ()))]
    parts += [f"`{each.removeprefix('tests/')}`" for each in entry.get("tests", ())]
    return name, IDS[name], KINDS[kind], "<br>".join(filter(None, parts))


def kind_of(entry: dict[str, Any]) -> str:
    """Return which of the four possible answers an entry gives."""
    return next(kind for kind in KINDS if kind in entry)


def chapter_of(name: str) -> int:
    """Return the chapter of an id."""
    return int(name.split(".")[0])


def table_of_attacks(found: list[dict[str, Any]]) -> Iterator[str]:
    """Yield a table for each area, and what does not apply."""
    for area in dict.fromkeys(entry["area"] for entry in found):
        tried = [entry for entry in found if entry["area"] == area and "tests" in entry]
        rows = [(entry["tries"], entry["outcome"], str(len(entry["tests"]))) for entry in tried]
        if rows:
            yield f"**{area[0].upper()}{area[1:]}**"
            yield table(("An attacker tries", "What happens", "Tests"), rows)
    yield from absent_ones("Does not apply:", found, "tries")


def table_of_defects(found: list[dict[str, Any]]) -> Iterator[str]:
    """Yield a row for each of the original systems, and what does not apply."""
    systems = dict.fromkeys(entry["of"] for entry in found)
    tried = [entry for entry in found if "tests" in entry]
    rows = []
    for system in systems:
        own = [entry for entry in tried if entry["of"] == system]
        rows.append((system, str(len(own)), str(len({test for entry in own for test in entry["tests"]}))))
    if rows:
        yield table(("System", "Defects that a test would catch", "Tests"), rows)
    yield from absent_ones("Cannot occur here:", found, "was")


def absent_ones(title: str, found: list[dict[str, Any]], key: str) -> Iterator[str]:
    """Yield what is not tested, with the reasons."""
    if absent := [f"- {entry[key]}: {entry['absent']}" for entry in found if "absent" in entry]:
        yield title
        yield "\n".join(absent)


def table_of_cryptography(uses: list[dict[str, Any]]) -> Iterator[str]:
    """Yield the inventory."""
    rows = [(use["what"], use["algorithm"], ", ".join(f"`{file}`" for file in use["code"])) for use in uses]
    yield table(("For", "What", "Where"), rows)


def table(head: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> str:
    """Return a Markdown table."""
    lines = [head, tuple("---" for _ in head), *rows]
    return "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines)


def main() -> int:
    """Check the data, and write the page or compare it."""
    lists = sorted((ROOT / "tests" / "abuse").glob("*.toml"))
    found, attacks, defects = requirements(), entries("attack", lists), entries("defect", lists)
    uses = entries("use", [DATA / "cryptography.toml"])
    problems = [
        *problems_of_requirements(found),
        *problems_of_attacks("attack", attacks),
        *problems_of_attacks("defect", defects),
        *problems_of_cryptography(uses),
    ]
    for problem in problems:
        print(problem, file=sys.stderr)
    if problems:
        return 1
    tables = {
        "requirements": table_of_requirements(found),
        "attacks": table_of_attacks(attacks),
        "defects": table_of_defects(defects),
        "cryptography": table_of_cryptography(uses),
    }
    before = PAGE.read_text()
    text = MARK.sub(lambda mark: mark[1] + "\n" + "".join(f"{part}\n\n" for part in tables[mark[2]]) + mark[3], before)
    if "--check" not in sys.argv[1:]:
        PAGE.write_text(text)
    elif text != before:
        print(f"{PAGE.relative_to(ROOT)} is stale. Run: python tools/write_security.py", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
