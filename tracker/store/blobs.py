"""Bodies by their SHA-256: kept once, as the difference from a body like them, and checked whenever they are read."""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from typing import TYPE_CHECKING, NamedTuple

import sqlalchemy as sa

from tracker.errors import StoreError
from tracker.store import codec
from tracker.store.database import new_key
from tracker.store.schema import blobs

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from sqlalchemy import Connection

DEEPEST = 50  # frames before one: what a read costs at most
# Ancestors at these depths stand in where a base is too deep itself. Every fiftieth body in full would take up
# half of a long history.
_STAND_INS = (10, 25)
_CACHED = 32 << 20  # bytes: the last bodies of the document that is being imported or replayed


class Cache:
    """The bodies read or written last, by SHA-256, up to a sum of bytes."""

    def __init__(self, most: int = _CACHED) -> None:
        self._most, self._sum = most, 0
        self._bodies: OrderedDict[bytes, bytes] = OrderedDict()

    def get(self, digest: bytes) -> bytes | None:
        """Give a body that is still here."""
        body = self._bodies.get(digest)
        if body is not None:
            self._bodies.move_to_end(digest)
        return body

    def put(self, digest: bytes, body: bytes) -> None:
        """Take a verified body in, and let the oldest go."""
        if digest in self._bodies or len(body) > self._most // 4:
            return
        self._bodies[digest] = body
        self._sum += len(body)
        while self._sum > self._most:
            self._sum -= len(self._bodies.popitem(last=False)[1])


class Frame(NamedTuple):
    """A row of `blobs`, with the hash of its base."""

    id: int
    sha256: bytes
    length: int
    depth: int
    base_id: int | None
    data: bytes | None
    base_sha256: bytes | None


def _ancestry() -> sa.Subquery:
    """Ask for a blob and all it needs, by steps; a circle, which no honest row makes, ends too."""
    start = sa.select(blobs.c.id, blobs.c.base_id, sa.literal(0).label("step"))
    line = start.where(blobs.c.id == sa.bindparam("blob")).cte("line", recursive=True)
    above = sa.select(blobs.c.id, blobs.c.base_id, line.c.step + 1)
    line = line.union_all(above.where(blobs.c.id == line.c.base_id, line.c.step <= DEEPEST))
    return sa.select(line.c.id, line.c.step).subquery()


# Asked for every body: built once.
_base = blobs.alias("base")
_line = _ancestry()
_frames = sa.select(blobs, _base.c.sha256).select_from(blobs.outerjoin(_base, blobs.c.base_id == _base.c.id))
_one_frame = _frames.where(blobs.c.id == sa.bindparam("blob"))
_whole_line = _frames.join(_line, _line.c.id == blobs.c.id).order_by(_line.c.step)
_ancestors = sa.select(blobs.c.id, blobs.c.depth).join(_line, _line.c.id == blobs.c.id).order_by(_line.c.step)
_depths = sa.select(blobs.c.id, blobs.c.depth).where(blobs.c.id.in_(sa.bindparam("near", expanding=True)))
_known = sa.select(blobs.c.id, blobs.c.data.is_(None)).where(blobs.c.sha256 == sa.bindparam("digest"))
_add = sa.insert(blobs)
_digests = sa.select(blobs.c.sha256).where(blobs.c.id == sa.bindparam("blob"))


def put(connection: Connection, body: bytes, near: Collection[int], cache: Cache) -> int:
    """Keep a body, where it is new as the difference from one of those near it; gives its id."""
    digest = hashlib.sha256(body).digest()
    known = connection.execute(_known, {"digest": digest}).first()
    if known is not None and not known[1]:
        return int(known[0])
    depths = _bases(connection, near)
    packed = codec.smallest(body, {base: _at_hand(connection, base, cache) for base in depths})
    depth = 0 if packed.base is None else 1 + depths[packed.base]
    values = {"length": len(body), "depth": depth, "base_id": packed.base, "data": packed.frame}
    cache.put(digest, body)
    if known is None:
        return new_key(connection.execute(_add, {"sha256": digest, **values}))
    connection.execute(sa.update(blobs).where(blobs.c.id == known[0]).values(values))  # it was let go, and is back
    return int(known[0])


def _bases(connection: Connection, near: Collection[int]) -> dict[int, int]:
    """Give the blobs to write a difference from, with their depth: those near, or ancestors of what is too deep."""
    chosen: dict[int, int] = {}
    for blob, depth in connection.execute(_depths, {"near": list(near)}) if near else ():
        if depth < DEEPEST:
            chosen[blob] = depth
        else:
            line = connection.execute(_ancestors, {"blob": blob})
            chosen |= {above.id: above.depth for above in line if above.depth in _STAND_INS}
    return chosen


def _at_hand(connection: Connection, blob: int, cache: Cache) -> bytes:
    """Give the bytes of a blob without reading them where they were verified a moment ago."""
    digest = connection.scalar(_digests, {"blob": blob})
    body = None if digest is None else cache.get(bytes(digest))
    return body_of(connection, blob, cache) if body is None else body


def body_of(connection: Connection, blob: int, cache: Cache) -> bytes:
    """Read the bytes of a blob; StoreError, naming it, where they are not what was stored.

    Its own frame is read and judged every time; the body it was written against may come out of the cache.
    """
    row = connection.execute(_one_frame, {"blob": blob}).first()
    if row is None:
        raise StoreError(f"blob {blob} is missing from the archive")
    frame = Frame(*row)
    base = None if frame.base_sha256 is None else cache.get(bytes(frame.base_sha256))
    if frame.base_id is None or base is not None:
        body = opened(frame, base)
    else:
        body = _read_line([Frame(*one) for one in connection.execute(_whole_line, {"blob": blob})])
    cache.put(bytes(frame.sha256), body)
    return body


def _read_line(line: Sequence[Frame]) -> bytes:
    """Read a blob from the one that stands alone upward.

    Only the last hash is asked for, unless it is wrong: then the lowest wrong one is the one to name.
    """
    if line[-1].base_id is not None:
        raise StoreError(f"{named(line[-1])}: what it was written against is missing, or lies too deep")
    try:
        return _read_upward(line, judged=line[:1])
    except StoreError:
        _read_upward(line, judged=line)
        raise


def _read_upward(line: Sequence[Frame], judged: Sequence[Frame]) -> bytes:
    body: bytes | None = None
    for frame in reversed(line):
        body = opened(frame, body) if frame in judged else _unpacked(frame, body)
    assert body is not None  # noqa: S101  a line has at least one frame
    return body


def opened(frame: Frame, base: bytes | None) -> bytes:
    """Read one frame, given the body of its base, and judge it by its hash."""
    body = _unpacked(frame, base)
    if hashlib.sha256(body).digest() != frame.sha256:
        raise StoreError(f"{named(frame)}: its bytes do not have its hash; restore it from a backup")
    return body


def _unpacked(frame: Frame, base: bytes | None) -> bytes:
    if frame.data is None:
        raise StoreError(f"{named(frame)}: a retention rule let its bytes go")
    try:
        return codec.unpacked(frame.data, frame.length, base)
    except codec.Unreadable as wrong:
        raise StoreError(f"{named(frame)}: {wrong}; restore it from a backup") from wrong


def named(frame: Frame) -> str:
    """Name a blob as messages do."""
    return f"blob {frame.id} (sha256 {bytes(frame.sha256).hex()})"
