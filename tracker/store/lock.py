"""One writer: a lock that the operating system gives back when its holder ends, however it ends."""

from __future__ import annotations

import os
from contextlib import contextmanager, suppress
from typing import IO, TYPE_CHECKING

from tracker.errors import StoreError, StoreLocked

if os.name == "nt":
    import msvcrt
else:
    import fcntl

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_FAR = 1 << 30  # Windows locks bytes, also to readers: this one lies beyond the pid
_held: set[IO[str]] = set()


@contextmanager
def locked(archive: Path) -> Iterator[None]:
    """Be the one process that writes to the archive; StoreLocked, with its pid, where there is another.

    The lock file stays when the lock goes: were it removed, two processes could each hold a lock of that name.
    """
    path = archive.with_name(archive.name + ".lock")
    try:
        file = path.open("a+", encoding="ascii")
    except OSError as wrong:
        raise StoreError(f"{path}: the lock file cannot be opened: {wrong.strerror}") from wrong
    with file:
        _take(file, archive)
        _held.add(file)
        try:
            yield
        finally:
            _held.discard(file)


def _take(file: IO[str], archive: Path) -> None:
    try:
        _lock(file)
    except OSError:
        pid = _holder(file)
        who = f"process {pid}" if pid else "another process"
        raise StoreLocked(f"{archive}: {who} writes to this archive; only one may. Stop it, or wait", pid) from None
    file.seek(0)
    file.truncate()
    file.write(f"{os.getpid()}\n")
    file.flush()


def _lock(file: IO[str]) -> None:
    if os.name == "nt":
        file.seek(_FAR)
        msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)  # type: ignore[attr-defined,unused-ignore]
    else:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)


def _holder(file: IO[str]) -> int | None:
    file.seek(0)
    try:
        return int(file.read(20))
    except (OSError, ValueError):
        return None


def _let_go() -> None:
    """Close in a forked child what belongs to its parent, or the lock would outlive that."""
    for file in _held:
        with suppress(OSError):
            os.close(file.fileno())
    _held.clear()


if os.name != "nt":
    os.register_at_fork(after_in_child=_let_go)
