"""Disks that are small enough to be filled."""

from __future__ import annotations

import os
import subprocess
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest


@pytest.fixture
def make_disk():
    """Make small disks, of so many megabytes, that any user may write to."""
    with ExitStack() as stack:

        def make_disk(size):
            folder = stack.enter_context(TemporaryDirectory(prefix="gatewright-disk-"))
            mount = ["mount", "-t", "tmpfs", "-o", f"size={size}m", "tmpfs", folder]
            if os.getuid() != 0 or subprocess.run(mount, capture_output=True, check=False).returncode != 0:
                pytest.skip("a disk cannot be mounted: run the tests as root")
            stack.callback(subprocess.run, ["umount", "--lazy", folder], check=True)
            return Path(folder)

        yield make_disk


def fill(disk, *, but=0):
    """Leave no room on a disk, or so many bytes, and return the file that takes it."""
    ballast, room = disk / "ballast", os.statvfs(disk)
    ballast.write_bytes(bytes(room.f_bavail * room.f_frsize - but))
    return ballast
