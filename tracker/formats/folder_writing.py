"""Writes the folder layout that `folder` reads: a page and a sidecar for each page of each record."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from urllib.parse import quote

import msgspec

from tracker.errors import SourceError
from tracker.formats.folder import MOMENT, Sidecar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

    from tracker.formats.history import Line, Listed, Reader

_PLAIN = frozenset(" -_.")
_SECOND = timedelta(seconds=1)


def write_folder(reader: Reader, lines: Iterable[Line], root: Path, progress: Callable[[int], None]) -> int:
    """Write records below a folder; gives how many.

    Raises:
        SourceError: a file cannot be written.
    """
    done = 0
    for line in lines:
        for _ in _written(line, reader, root):
            done += 1
            progress(done)
    return done


def named(name: str) -> str:
    """Give the name of a folder for a service or document: nothing in it climbs, hides or separates."""
    quoted = "".join(sign if sign.isalnum() or sign in _PLAIN else quote(sign, safe="") for sign in name)
    return f"%2E{quoted[1:]}" if quoted.startswith(".") else quoted


def _written(line: Line, reader: Reader, root: Path) -> Iterator[None]:
    """Write the records of a line, one at a time."""
    folder = root / named(line.service) / named(line.document)
    name: datetime | None = None
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for one, record in zip(line.listed, reader.records(line), strict=True):
            bodies = (record.body, *(part.body for part in record.more))
            for part, (page, body) in enumerate(zip((one, *one.more), bodies, strict=True)):
                name = _free(page.placed_at or page.at, name)
                _write(folder, name, page, body, part)
            yield
    except OSError as wrong:
        raise SourceError(f"{folder}: cannot be written: {wrong.strerror}") from wrong


def _free(at: datetime, before: datetime | None) -> datetime:
    """Give the moment in the name of a page: its own, or the next second where that one is taken."""
    own = at.astimezone(UTC).replace(microsecond=0)
    return own if before is None or own > before else before + _SECOND


def _write(folder: Path, name: datetime, page: Listed, body: bytes, part: int) -> None:
    stem = folder / f"{name:{MOMENT}}".rjust(16, "0")
    sidecar = Sidecar(
        fetched_at=page.at,
        url=page.origin.url,
        status=page.origin.status,
        headers=_joined(page.origin.headers),
        sha256=hashlib.sha256(body).hexdigest(),
        note=page.origin.note,
        source=None if page.source == page.origin.url else page.source,
        recorded_as=page.recorded_as,
        charset=page.origin.charset,
        placed_at=page.placed_at,
        part=part,
    )
    stem.with_suffix(f".{page.format}").write_bytes(body)
    stem.with_suffix(".json").write_bytes(msgspec.json.format(msgspec.json.encode(sidecar), indent=2) + b"\n")


def _joined(headers: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Give headers by name; the values of one that came several times stand in one line, as HTTP allows."""
    joined: dict[str, str] = {}
    for name, value in headers:
        joined[name] = f"{joined[name]}, {value}" if name in joined else value
    return joined
