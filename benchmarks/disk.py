"""A folder on a real disk: a commit that never reaches one costs nothing and proves nothing."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_IN_MEMORY = {"tmpfs", "ramfs"}


@contextmanager
def working_folder() -> Iterator[Path]:
    """Yield a folder that is deleted afterwards: in the usual place, or here if that is in memory."""
    usual = Path(tempfile.gettempdir())
    parent = Path.cwd() if filesystem_of(usual) in _IN_MEMORY else usual
    with tempfile.TemporaryDirectory(prefix="gatewright-bench-", dir=parent) as folder:
        yield Path(folder)


def filesystem_of(folder: Path) -> str:
    """Return the type of the file system that holds a folder, or ``unknown`` if the system does not say."""
    mounts = Path("/proc/self/mounts")
    if not mounts.exists():
        return "unknown"
    types = {Path(point): kind for _, point, kind, *_ in map(str.split, mounts.read_text().splitlines())}
    place = folder.resolve()
    return next((types[parent] for parent in (place, *place.parents) if parent in types), "unknown")
