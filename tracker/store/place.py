"""Where the archive lies, and what its user should know of that place."""

from __future__ import annotations

import shutil
import sqlite3
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tracker.store.database import Database

# Before this release two connections that wrote and made a checkpoint in the same instant could damage a file in
# WAL mode (https://sqlite.org/wal.html#walreset). One writer, which the lock sees to, keeps clear of it.
_SOUND = (3, 51, 3)
_REMOTE = {"nfs", "nfs4", "cifs", "smb3", "smbfs", "9p", "afs", "ceph", "fuse.sshfs", "fuse.glusterfs", "virtiofs"}
_PASSING = {"overlay", "tmpfs", "ramfs"}
_MOUNTS = Path("/proc/self/mountinfo")
_LEAST_FREE = 0.05


def remarks(
    database: Database, mounts: Path = _MOUNTS, sqlite: tuple[int, ...] = sqlite3.sqlite_version_info
) -> tuple[str, ...]:
    """Say what `tracker status` should warn of; nothing where all is well."""
    return () if database.path is None else tuple(_remarks(database.path, mounts, sqlite))


def _remarks(path: Path, mounts: Path, sqlite: tuple[int, ...]) -> Iterator[str]:
    if sqlite < _SOUND:
        yield (
            f"SQLite {'.'.join(map(str, sqlite))} can damage a file that two processes write at once (mended in "
            f"{'.'.join(map(str, _SOUND))}); the tracker lets only one write: let no other program do it"
        )
    kind = file_system(path, mounts)
    if kind in _REMOTE:
        yield f"{path} lies on a {kind} file system, where SQLite's locks and WAL do not hold: use a local disk"
    elif kind in _PASSING:
        yield f"{path} lies on a {kind} file system: what is kept there goes with the container or the next start"
    if free_share(path) < _LEAST_FREE:
        yield f"less than {_LEAST_FREE:.0%} of the disk of {path} is free"


def file_system(path: Path, mounts: Path = _MOUNTS) -> str | None:
    """Give the kind of file system a path lies on, None where the system does not say."""
    try:
        lines = mounts.read_text("utf-8", "replace").splitlines()
    except OSError:
        return None
    resolved = path.resolve()
    best: tuple[int, str] | None = None
    for line in lines:
        mount, _, source = line.partition(" - ")
        point = Path(mount.split(" ")[4].replace("\\040", " "))
        if resolved.is_relative_to(point) and (best is None or len(point.parts) >= best[0]):
            best = (len(point.parts), source.split(" ")[0])
    return best and best[1]


def free_share(path: Path) -> float:
    """Give the share of the disk of a path that is free."""
    used = shutil.disk_usage(path if path.exists() else path.parent)
    return used.free / used.total
