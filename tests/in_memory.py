"""Where tests keep their files: in memory where there is room, since each commit waits until a disk has it.

What a commit asks of a disk has tests of its own, in `storage/test_power_cuts.py` and `faults`.
"""

from __future__ import annotations

import shutil
from pathlib import Path

_MEMORY = Path("/dev/shm")
_ROOM = 2 << 30

FOLDER = _MEMORY if _MEMORY.is_dir() and shutil.disk_usage(_MEMORY).free >= _ROOM else None
"""A folder without a disk, or None where there is none with 2 GiB to spare."""
