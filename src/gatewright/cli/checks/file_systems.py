"""Find out whether a file is on a local disk, or on one that several machines share."""

from __future__ import annotations

import re
from pathlib import Path

_MOUNTS = Path("/proc/self/mounts")
"""Linux's list of mounts (proc(5)): device, mount point, type, options. Other systems are not checked."""

_SHARED = frozenset(
    {
        *("9p", "afs", "beegfs", "ceph", "cifs", "coda", "glusterfs", "gfs", "gfs2", "gpfs", "lustre", "ncpfs"),
        *("nfs", "nfs4", "ocfs2", "orangefs", "prl_fs", "smb3", "smbfs", "vboxsf", "virtiofs"),
        *("fuse.ceph", "fuse.glusterfs", "fuse.s3fs", "fuse.sshfs", "fuse.vmhgfs-fuse"),
    }
)


def shared_file_system_of(path: Path, mounts: Path = _MOUNTS) -> str | None:
    """Return the type of the file system that holds a path if other machines may use it too, else None.

    Args:
        path: The path; it need not exist.
        mounts: The list of mounts.
    """
    try:
        lines = [line.split() for line in mounts.read_text(errors="surrogateescape").splitlines()]
    except OSError:
        return None
    where = path.resolve()
    deepest, kind = -1, ""
    for _, mount, found, *_ in (line for line in lines if len(line) > 2):
        depth = len(_read(mount).parts)
        if depth >= deepest and where.is_relative_to(_read(mount)):  # a later mount hides an earlier one
            deepest, kind = depth, found
    return kind if kind in _SHARED else None


def _read(escaped: str) -> Path:
    """Return the path of a mount point; the list writes spaces and the like as octal numbers."""
    return Path(re.sub(r"\\([0-7]{3})", lambda match: chr(int(match[1], 8)), escaped))
