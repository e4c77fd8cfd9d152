"""What can be imported: `tests/public_api.txt` holds the names and their signatures; here is what else must hold."""

from __future__ import annotations

import re
from importlib import import_module
from pathlib import Path

import pytest

import evrmore_authentication
import gatewright

COMMON = {
    "fully_authenticated_required",
    "login_required",
    "login_user",
    "logout_user",
    "permission_required",
    "role_required",
    "verified_required",
}

ROOT = Path(__file__).parent.parent
DOCUMENTS = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
_IMPORT = re.compile(r"^[ >]*from (gatewright[\w.]*) import (\([^)]*\)|.*)$", re.MULTILINE)


def test_the_names_of_the_root_are_in_order():
    """So that another one finds its place, and each is there once."""
    assert gatewright.__all__ == sorted(set(gatewright.__all__))


def documented_imports():
    """Yield what the documents import from us: document, module, name."""
    for document in DOCUMENTS:
        for module, names in _IMPORT.findall(document.read_text()):
            yield from (
                (document.name, module, name) for name in re.findall(r"\b[A-Za-z_]\w*", re.sub(r"#.*", "", names))
            )


def test_every_documented_name_can_be_imported():
    """What a document imports is there, in whatever block of it."""
    imports = list(documented_imports())
    assert len(imports) > 100
    assert [each for each in imports if not hasattr(import_module(each[1]), each[2])] == []


@pytest.mark.parametrize("name", ["django", "flask", "starlette"])
def test_the_adapters_have_one_set_of_names(name):
    """Who knows one framework's decorators and helpers knows all of them."""
    assert set(vars(import_module(f"gatewright.adapters.{name}"))) >= COMMON


def test_the_package_is_typed():
    """Type checkers read the annotations of an installed package only where it says so."""
    assert (Path(gatewright.__file__).parent / "py.typed").exists()
    assert (Path(evrmore_authentication.__file__).parent / "py.typed").exists()
