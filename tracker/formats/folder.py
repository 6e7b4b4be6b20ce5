"""The folder layout: `<service>/<document>/<YYYYMMDDTHHMMSSZ>.<html|md|txt|pdf>` with JSON sidecars.

Names are shown as they are, with characters outside letters, digits, space and `-_.` percent-encoded. The
sidecar has the stem of its page and tells where and when the bytes came from; a checksum in it that the bytes
do not have means the evidence is broken, and that is an error, never an outcome.
"""

from __future__ import annotations

import hashlib
import re
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import unquote

import msgspec

from tracker.errors import SourceError
from tracker.formats.history import LARGEST, Line, Listed, Origin, TooLarge
from tracker.model import Cause, Format, Part, Record, record_id

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_STEM = re.compile(r"\d{8}T\d{6}Z")
MOMENT = "%Y%m%dT%H%M%SZ"


class Sidecar(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """What is known of a page beside its bytes."""

    fetched_at: datetime
    url: str | None = None
    status: int | None = None
    headers: dict[str, str] = {}
    sha256: str | None = None
    note: str | None = None
    source: str | None = None  # what it was called where it came from: the commit of a git history, say
    recorded_as: Cause = Cause.CHANGE
    charset: str | None = None  # as the server named it
    placed_at: datetime | None = None  # where it stands in the order, when that is not the order of the moments
    part: int = 0  # of a document made of several pages: which of them; it goes with the page before it


@dataclass(frozen=True, slots=True)
class FolderHistory:
    """The pages of a folder, listed."""

    root: Path
    lines: tuple[Line, ...]
    remarks: tuple[str, ...]

    @contextmanager
    def reading(self) -> Iterator[FolderHistory]:
        """Give the reader: a folder holds nothing open."""
        yield self

    def records(self, line: Line) -> Iterator[Record]:
        """Give the records of a line in the order of their moments."""
        for one in line.listed:
            pages = [self._body(page) for page in (one, *one.more)]
            yield Record(
                line.service,
                line.document,
                one.at,
                record_id([digest for digest, _ in pages]),
                one.source,
                one.format,
                pages[0][1],
                one.recorded_as,
                one.origin.charset,
                tuple(
                    Part(page.format, body, page.origin.url, page.origin.charset)
                    for page, (_, body) in zip(one.more, pages[1:], strict=True)
                ),
            )

    def _body(self, one: Listed) -> tuple[str, bytes]:
        """Read a page; gives its SHA-256 and its bytes, which have to be those of its sidecar."""
        page = self.root / one.where
        body = _bytes(page)
        digest = hashlib.sha256(body).hexdigest()
        if one.id and one.id != digest:
            raise SourceError(
                f"{page}: its sidecar says sha256 {one.id}, its bytes have {digest}: "
                "the evidence is broken; restore the file or take the checksum out"
            )
        return digest, body


def read_folder(root: Path) -> FolderHistory:
    """List the pages of a folder by document, oldest first."""
    pages: dict[tuple[str, str], list[_Found]] = {}
    ignored: list[str] = []
    for path in sorted(path for path in root.rglob("*") if not path.is_dir()):
        parts = path.relative_to(root).parts
        kind = _format(path) if len(parts) == 3 and _STEM.fullmatch(path.stem) else None
        if kind:
            service, document = unquote(parts[0]), unquote(parts[1])
            pages.setdefault((service, document), []).append(_found(root, path, kind))
        elif not _is_sidecar(path) and parts != ("README.md",):
            ignored.append("/".join(parts))
    if not pages:
        raise SourceError(f"{root}: holds no page <service>/<document>/<YYYYMMDDTHHMMSSZ>.html, .md, .txt or .pdf")
    lines = (Line(*key, _in_order(root, found)) for key, found in sorted(pages.items()))
    return FolderHistory(root, tuple(lines), _remarks(root, ignored))


class _Found(NamedTuple):
    """A page, and which page of its record it is."""

    listed: Listed
    part: int


def _in_order(root: Path, found: list[_Found]) -> tuple[Listed, ...]:
    """Order the records of a document; the further pages of a record stand in its first."""
    records: list[Listed] = []
    for one, part in sorted(found, key=lambda page: page.listed.placed_at or page.listed.at):
        if not part:
            records.append(one)
        elif records and part == len(records[-1].more) + 1:
            records[-1] = replace(records[-1], more=(*records[-1].more, one))
        else:
            raise SourceError(f"{root / one.where}: is page {part + 1} of a record whose page {part} is not there")
    return tuple(records)


def _remarks(root: Path, ignored: list[str]) -> tuple[str, ...]:
    if not ignored:
        return ()
    more = f" and {len(ignored) - 3} more" if len(ignored) > 3 else ""
    return (f"{root}: no part of the layout, ignored: {', '.join(ignored[:3])}{more}",)


def _format(path: Path) -> Format | None:
    try:
        return Format(path.suffix[1:])
    except ValueError:
        return None


def _is_sidecar(path: Path) -> bool:
    pages = (path.with_suffix(f".{kind}") for kind in Format)
    return path.suffix == ".json" and any(page.exists() for page in pages)


def _found(root: Path, page: Path, kind: Format) -> _Found:
    """List one page with what its name and its sidecar say."""
    try:
        named = datetime.strptime(page.stem, MOMENT).replace(tzinfo=UTC)
    except ValueError as wrong:
        raise SourceError(f"{page}: its name is no moment YYYYMMDDTHHMMSSZ ({wrong})") from wrong
    where = page.relative_to(root).as_posix()
    told = _sidecar(page.with_suffix(".json"))
    if told is None:
        return _Found(Listed(named, "", None, kind, Cause.CHANGE, where, Origin("name of a file")), 0)
    origin = Origin("sidecar", told.url, told.status, tuple(told.headers.items()), told.note, told.charset)
    sha256 = (told.sha256 or "").lower()
    placed_at = told.placed_at.astimezone(UTC) if told.placed_at else None
    at, source = told.fetched_at.astimezone(UTC), told.source or told.url
    return _Found(Listed(at, sha256, source, kind, told.recorded_as, where, origin, placed_at), told.part)


def _sidecar(path: Path) -> Sidecar | None:
    """Read a sidecar; None where a page has none."""
    if not path.exists():
        return None
    try:
        read = msgspec.json.decode(_bytes(path), type=Sidecar)
    except (msgspec.MsgspecError, UnicodeDecodeError) as wrong:
        raise SourceError(f"{path}: this sidecar cannot be read: {wrong}") from wrong
    for name, moment in (("fetched_at", read.fetched_at), ("placed_at", read.placed_at)):
        if moment is not None and moment.tzinfo is None:
            raise SourceError(f'{path}: "{name}" names no time zone; write it in UTC with a Z at its end')
    return read


def _bytes(path: Path) -> bytes:
    try:
        if path.stat().st_size > LARGEST:
            raise TooLarge(str(path))
        return path.read_bytes()
    except OSError as wrong:
        raise SourceError(f"{path}: cannot be read: {wrong.strerror}") from wrong
