"""The pages of the documentation: their links lead somewhere, what they name is there, and the README stays short."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAGES = (ROOT / "README.md", ROOT / "SECURITY.md", *sorted(ROOT.glob("docs/**/*.md")))
CODE = re.compile(r"^```.*?^```$|`[^`\n]*`", re.MULTILINE | re.DOTALL)
FENCED = re.compile(r"^```.*?^```$", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
HEADING = re.compile(r"^#+ +(.+?) *$", re.MULTILINE)
FILE_OF_CODE = re.compile(r"`([\w./-]*/[\w.-]+\.(?:py|md)|[a-z]+\.py)`")
PACKAGE = ROOT / "src" / "gatewright"
LONGEST_README = 150


def anchors_of(page: Path) -> set[str]:
    """Return the anchors that GitHub gives to the headings of a page."""
    headings = HEADING.findall(FENCED.sub("", page.read_text()))
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def is_relative(target: str) -> bool:
    return re.match(r"[a-z]+:", target) is None


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_relative_links_of_a_page_lead_somewhere(page: Path) -> None:
    """Each relative link names a file that exists and, where it names an anchor, a heading of it."""
    targets = filter(is_relative, LINK.findall(CODE.sub("", page.read_text())))
    broken = []
    for target in targets:
        name, _, anchor = target.partition("#")
        file = (page.parent / name).resolve() if name else page
        if not file.exists() or (anchor and anchor not in anchors_of(file)):
            broken.append(target)
    assert broken == []


def test_every_page_can_be_found_from_the_index() -> None:
    """The index links to every page of the documentation."""
    index = ROOT / "docs" / "index.md"
    linked = {(index.parent / target).resolve() for target in LINK.findall(index.read_text())}
    assert [str(page) for page in PAGES[1:] if page != index and page not in linked] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_files_that_a_page_names_exist(page: Path) -> None:
    """A file of the code that a page names is there, under the root, the sources or the package."""
    named = FILE_OF_CODE.findall(FENCED.sub("", page.read_text()))
    places = (ROOT, PACKAGE.parent, PACKAGE)
    assert [name for name in named if not any((place / name).is_file() for place in places)] == []


def test_the_map_of_the_code_is_complete() -> None:
    """The index says of everything in the package what it is."""
    index = (ROOT / "docs" / "index.md").read_text()
    parts = [f"{path.name}/" if path.is_dir() else path.name for path in PACKAGE.iterdir() if path.name[0] not in "_."]
    assert [part for part in sorted(parts) if part != "py.typed" and f"`{part}`" not in index] == []


def test_readme_is_short() -> None:
    """The README fits on a few screens; what is longer has a page of its own."""
    assert len((ROOT / "README.md").read_text().splitlines()) <= LONGEST_README
