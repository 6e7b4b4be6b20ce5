"""The folder layout: `<service>/<document>/<YYYYMMDDTHHMMSSZ>.<html|md|txt|pdf>` with JSON sidecars.

Names are shown as they are, with characters outside letters, digits, space and `-_.` percent-encoded. The
sidecar has the stem of its page and tells where and when the bytes came from; a checksum in it that the bytes
do not have means the evidence is broken, and that is an error, never an outcome.
"""

from __future__ import annotations

import hashlib
import re
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from urllib.parse import unquote

import msgspec

from tracker.errors import SourceError
from tracker.formats.history import Line, Listed
from tracker.model import Cause, Format, Record

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_STEM = re.compile(r"\d{8}T\d{6}Z")
_MOMENT = "%Y%m%dT%H%M%SZ"


class Sidecar(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What is known of a page beside its bytes."""

    fetched_at: datetime
    url: str | None = None
    status: int | None = None
    headers: dict[str, str] = {}
    sha256: str | None = None
    note: str | None = None


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
            page = self.root / one.where
            body = _bytes(page)
            digest = hashlib.sha256(body).hexdigest()
            if one.id and one.id != digest:
                raise SourceError(
                    f"{page}: its sidecar says sha256 {one.id}, its bytes have {digest}: "
                    "the evidence is broken; restore the file or take the checksum out"
                )
            yield Record(
                line.service, line.document, one.at, digest, one.source, one.format, body, one.recorded_as
            )  # fmt: skip


def read_folder(root: Path) -> FolderHistory:
    """List the pages of a folder by document, oldest first."""
    pages: dict[tuple[str, str], list[Listed]] = {}
    ignored: list[str] = []
    for path in sorted(path for path in root.rglob("*") if not path.is_dir()):
        parts = path.relative_to(root).parts
        kind = _format(path) if len(parts) == 3 and _STEM.fullmatch(path.stem) else None
        if kind:
            service, document = unquote(parts[0]), unquote(parts[1])
            pages.setdefault((service, document), []).append(_listed(root, path, kind))
        elif not _is_sidecar(path) and parts != ("README.md",):
            ignored.append("/".join(parts))
    if not pages:
        raise SourceError(f"{root}: holds no page <service>/<document>/<YYYYMMDDTHHMMSSZ>.html, .md, .txt or .pdf")
    lines = (Line(*key, tuple(sorted(listed, key=lambda one: one.at))) for key, listed in sorted(pages.items()))
    return FolderHistory(root, tuple(lines), _remarks(root, ignored))


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


def _listed(root: Path, page: Path, kind: Format) -> Listed:
    """List one page with what its name and its sidecar say."""
    try:
        named = datetime.strptime(page.stem, _MOMENT).replace(tzinfo=UTC)
    except ValueError as wrong:
        raise SourceError(f"{page}: its name is no moment YYYYMMDDTHHMMSSZ ({wrong})") from wrong
    sidecar = _sidecar(page.with_suffix(".json"))
    at = sidecar.fetched_at.astimezone(UTC) if sidecar else named
    sha256 = (sidecar and sidecar.sha256) or ""
    where = page.relative_to(root).as_posix()
    return Listed(at, sha256.lower(), sidecar.url if sidecar else None, kind, Cause.CHANGE, where)


def _sidecar(path: Path) -> Sidecar | None:
    """Read a sidecar; None where a page has none."""
    if not path.exists():
        return None
    try:
        read = msgspec.json.decode(_bytes(path), type=Sidecar)
    except (msgspec.MsgspecError, UnicodeDecodeError) as wrong:
        raise SourceError(f"{path}: this sidecar cannot be read: {wrong}") from wrong
    if read.fetched_at.tzinfo is None:
        raise SourceError(f'{path}: "fetched_at" names no time zone; write it in UTC with a Z at its end')
    return read


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as wrong:
        raise SourceError(f"{path}: cannot be read: {wrong.strerror}") from wrong
