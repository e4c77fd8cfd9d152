"""The examples of README and docs, run as a reader would run them: page by page, from top to bottom.

A ``python`` block is executed; one whose first line is a comment with a file's name is saved under that name instead.
The lines of a ``console`` block that begin with ``$`` are run by a shell, and what they print must be what the block
shows (``...`` stands for anything). The README's commands for a fresh machine stand without ``$``, and do not run.
Every other block is for reading.
"""

from __future__ import annotations

import doctest
import os
import re
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
CODE = {"console", "python"}
TEXT = {"http", "ini", "json", "nginx", "text"}
EXCUSES = {
    "it installs packages",
    "it needs a PostgreSQL server",
    "it needs a directory server",
    "it needs an Evrmore node",
    "it starts a server",
}
FENCE = re.compile(
    r"^(?:<!-- not run: (?P<excuse>[^\n]*) -->\n+)?```(?P<language>[^\n]*)\n(?P<text>.*?)^```$",
    re.MULTILINE | re.DOTALL,
)
STRANGERS = re.compile(r"\b(curl|evrmore-cli|pip|serve|sudo|uvicorn)\b")
PROMPT, CONTINUED = "$ ", "> "
FILE = re.compile(r"# ((?:\w+/)?\w+\.py)\n")


@dataclass(frozen=True)
class Block:
    """A fenced block; ``line`` is where its text begins in the page, ``excuse`` why it does not run."""

    line: int
    language: str
    text: str
    excuse: str | None

    @property
    def has_prompt(self) -> bool:
        return self.text.startswith(PROMPT)

    @property
    def is_runnable(self) -> bool:
        return self.excuse is None and (self.language == "python" or (self.language == "console" and self.has_prompt))


def blocks_of(page: Path) -> list[Block]:
    source = page.read_text()
    return [
        Block(source.count("\n", 0, match.start("text")) + 1, match["language"], match["text"], match["excuse"])
        for match in FENCE.finditer(source)
    ]


BLOCKS = {
    str(page.relative_to(ROOT)): blocks_of(page) for page in (ROOT / "README.md", *sorted(ROOT.glob("docs/**/*.md")))
}
RUNNABLE = {page: [block for block in blocks if block.is_runnable] for page, blocks in BLOCKS.items()}


def _first_or_long(page: str) -> object:
    """Return a page as a test's parameter: the README's examples run everywhere."""
    return page if page == "README.md" else pytest.param(page, marks=pytest.mark.long)


@pytest.fixture
def workplace(
    tmp_path_factory: pytest.TempPathFactory,
    monkeypatch: pytest.MonkeyPatch,
    see_databases: Callable[[Path], None],
) -> Iterator[Path]:
    """An empty folder to work in, with no setting of the machine's in the environment.

    It stays to the end of the run: an application that an example has left open looks for mails to send.
    """
    folder = tmp_path_factory.mktemp("workplace")
    for name in list(os.environ):
        if name.startswith(("GATEWRIGHT_", "PYTEST_")):
            monkeypatch.delenv(name)
    programs = Path(sys.executable).parent
    monkeypatch.setenv("PATH", str(programs), prepend=os.pathsep)
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.setenv("COLUMNS", "120")
    monkeypatch.chdir(folder)
    monkeypatch.syspath_prepend(str(folder))  # as Python does for whoever starts a program there
    yield folder
    see_databases(folder)


@pytest.mark.filterwarnings("ignore:(tag|type)Map is deprecated:DeprecationWarning")  # of ldap3
@pytest.mark.filterwarnings("ignore:datetime.datetime.utcnow:DeprecationWarning")  # of the Evrmore documents
@pytest.mark.parametrize("page", [_first_or_long(page) for page, blocks in RUNNABLE.items() if blocks])
@pytest.mark.usefixtures("logging_as_it_was")
def test_examples_of_a_page_work(page: str, workplace: Path) -> None:
    """Each example of a page does what the page says, given those before it."""
    names: dict[str, Any] = {"__name__": "example"}
    try:
        run(page, workplace, names)
    finally:  # or Python 3.13 warns of open databases in the middle of another test
        for value in names.values():
            if isinstance(value, sqlite3.Connection):
                value.close()


def run(page: str, workplace: Path, names: dict[str, Any]) -> None:
    """Run the examples of a page, which share their names."""
    for block in RUNNABLE[page]:
        if block.language == "console":
            run_in_shell(block, page=page, folder=workplace)
        elif file := FILE.match(block.text):
            (workplace / file[1]).write_text(block.text)
        else:
            # The empty lines make the line numbers of a traceback those of the page.
            exec(compile("\n" * (block.line - 1) + block.text, page, "exec", dont_inherit=True), names)


def run_in_shell(block: Block, *, page: str, folder: Path) -> None:
    """Run the commands of a block in one shell that stops at the first failure, and compare what they print."""
    lines = block.text.splitlines(keepends=True)
    script = "".join(line[2:] for line in lines if line.startswith((PROMPT, CONTINUED)))
    expected = "".join(line for line in lines if not line.startswith((PROMPT, CONTINUED)))
    where = f"{page}:{block.line}"
    assert not STRANGERS.search(script), f"{where} would change the machine or never end: it needs an excuse."
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", script], cwd=folder, capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, f"{where} exits with {done.returncode}:\n{done.stdout}{done.stderr}"
    rules = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE
    assert doctest.OutputChecker().check_output(expected, done.stdout, rules), f"{where} prints:\n{done.stdout}"


def test_code_is_marked_as_code() -> None:
    """Only languages that are no code of ours may stand in a block that nothing runs."""
    strangers = [
        f"{page}:{block.line} is {block.language or 'nameless'}"
        for page, blocks in BLOCKS.items()
        for block in blocks
        if block.language not in CODE | TEXT
    ]
    assert strangers == []


def test_commands_of_the_docs_run() -> None:
    """Outside the README a command runs, or says why it cannot."""
    commands = [(page, block) for page, blocks in BLOCKS.items() for block in blocks if block.language == "console"]
    idle = [f"{page}:{block.line}" for page, block in commands if page != "README.md" and not block.has_prompt]
    assert idle == []


def test_few_examples_are_excused() -> None:
    """An example goes without running only where a test cannot run it, and that is rare."""
    excused = [block for blocks in BLOCKS.values() for block in blocks if block.excuse is not None]
    assert {block.excuse for block in excused} <= EXCUSES
    assert len(excused) <= 16


def test_every_mark_of_an_excuse_stands_at_a_block() -> None:
    """A mark that no block follows is a leftover, or hides a block that the tests have missed."""
    marks = sum((ROOT / page).read_text().count("<!-- not run:") for page in BLOCKS)
    assert marks == sum(block.excuse is not None for blocks in BLOCKS.values() for block in blocks)
