"""Where a file lies: on a disk of this machine, or on one that several machines share."""

from __future__ import annotations

import re
from pathlib import Path

_MOUNTS = Path("/proc/self/mounts")
"""Where Linux lists them (proc(5)): device, mount point, kind, options. Other systems are not asked."""

_SHARED = frozenset(
    {
        *("9p", "afs", "beegfs", "ceph", "cifs", "coda", "glusterfs", "gfs", "gfs2", "gpfs", "lustre", "ncpfs"),
        *("nfs", "nfs4", "ocfs2", "orangefs", "prl_fs", "smb3", "smbfs", "vboxsf", "virtiofs"),
        *("fuse.ceph", "fuse.glusterfs", "fuse.s3fs", "fuse.sshfs", "fuse.vmhgfs-fuse"),
    }
)


def shared_file_system_of(path: Path, mounts: Path = _MOUNTS) -> str | None:
    """Return the kind of file system that a path lies on, if other machines may use it, too; None otherwise.

    Args:
        path: The path; it need not exist.
        mounts: The list of what is mounted where.
    """
    try:
        lines = [line.split() for line in mounts.read_text(errors="surrogateescape").splitlines()]
    except OSError:
        return None
    where = path.resolve()
    deepest, kind = -1, ""
    for _, mount, found, *_ in (line for line in lines if len(line) > 2):
        depth = len(_read(mount).parts)
        if depth >= deepest and where.is_relative_to(_read(mount)):  # of two at one place the later one is seen
            deepest, kind = depth, found
    return kind if kind in _SHARED else None


def _read(escaped: str) -> Path:
    """Return a mount point as it is called; spaces and the like are written as octal numbers there."""
    return Path(re.sub(r"\\([0-7]{3})", lambda match: chr(int(match[1], 8)), escaped))
