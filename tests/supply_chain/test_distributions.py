"""What is published: what is in the wheel and the source distribution, and that anybody can build the same bytes."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tarfile
import tomllib
import zipfile
from pathlib import Path, PurePosixPath

import pytest

ROOT = Path(__file__).parents[2]
VERSION = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
TOP = [".gitignore", "CHANGELOG.md", "LICENSE", "PKG-INFO", "README.md", "SECURITY.md", "pyproject.toml"]
KINDS = {".css", ".html", ".js", ".po", ".py", ".sql", ".svg", ".txt", ".typed"}
STRAYS = (".env", ".env.local", "signing.pem", "signing.key", "gatewright.db", "gatewright.db-wal", "gatewright.secret")


def copy_of_the_project(folder):
    """What a build reads, elsewhere, as a fresh checkout would have it."""
    folder.mkdir(parents=True)
    for name in (".gitignore", "CHANGELOG.md", "LICENSE", "README.md", "SECURITY.md", "pyproject.toml"):
        shutil.copy(ROOT / name, folder)
    shutil.copytree(ROOT / "src", folder / "src", ignore=shutil.ignore_patterns("__pycache__", "*.egg-info"))
    return folder


def build(folder, **environment):
    """Return wheel and source distribution."""
    passed_on = {"PATH": os.environ["PATH"], "SOURCE_DATE_EPOCH": "1700000000", **environment}
    command = [sys.executable, "-m", "hatchling", "build"]
    subprocess.run(command, cwd=folder, env=passed_on, check=True, capture_output=True, timeout=120)
    return [
        folder / "dist" / name for name in (f"gatewright-{VERSION}-py3-none-any.whl", f"gatewright-{VERSION}.tar.gz")
    ]


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """Both, from a folder in which things lie about that nobody may get."""
    folder = copy_of_the_project(tmp_path_factory.mktemp("one") / "project")
    for stray in STRAYS:
        for place in (folder, folder / "src" / "gatewright", folder / "src" / "gatewright" / "web"):
            (place / stray).write_text("secret")
    (folder / "tests").mkdir()
    (folder / "tests" / "test_stub.py").write_text("")
    return build(folder)


def sources():
    """The files of the packages, as an archive names them."""
    files = (path for path in (ROOT / "src").rglob("*") if path.is_file())
    names = (path.relative_to(ROOT / "src").as_posix() for path in files)
    return {name for name in names if "__pycache__" not in name and ".egg-info/" not in name}


def test_the_wheel_is_the_packages_and_nothing_else(built):
    """Each file of the two packages, what the format asks for, and no key, setting, database or test."""
    with zipfile.ZipFile(built[0]) as wheel:
        names = set(wheel.namelist())
    info = f"gatewright-{VERSION}.dist-info"
    metadata = {f"{info}/{name}" for name in ("METADATA", "WHEEL", "RECORD", "entry_points.txt", "licenses/LICENSE")}
    assert names == sources() | metadata


def test_the_source_distribution_is_the_packages_and_what_builds_them(built):
    """No test, no tool, no document but those of the first page, and none of what lies about."""
    with tarfile.open(built[1]) as archive:
        names = {name.split("/", 1)[1] for name in archive.getnames()}
    assert names == {f"src/{name}" for name in sources()} | set(TOP)


def test_the_packages_hold_only_what_they_are_made_of():
    """Code, templates, catalogs and their like; whoever adds another kind of file decides it here."""
    odd = [name for name in sources() if PurePosixPath(name).suffix not in KINDS]
    assert odd == []
    assert [name for name in sources() if PurePosixPath(name).name.startswith(("test_", "conftest", "."))] == []


def test_the_same_source_gives_the_same_bytes_anywhere(built, tmp_path):
    """Another folder, other times of the files, other rights, another zone, language and seed of hashes."""
    folder = copy_of_the_project(tmp_path / "elsewhere" / "deep" / "project")
    for path in folder.rglob("*"):
        os.utime(path, (1_500_000_000, 1_500_000_000))
        path.chmod(0o700 if path.is_dir() else 0o600)
    again = build(folder, TZ="Asia/Tokyo", LC_ALL="C", PYTHONHASHSEED="7")
    assert [path.read_bytes() for path in again] == [path.read_bytes() for path in built]
