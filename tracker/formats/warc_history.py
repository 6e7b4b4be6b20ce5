"""A WARC file as a source of history: pages by document, in their order.

Which document a page belongs to is told by the line of the capture log beside it, where the tracker wrote the file;
else by the addresses that the caller names (a redirect carries the name on); else it is the host and the path. What is
left out is counted, and said.
"""

from __future__ import annotations

import hashlib
import tempfile
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from tracker.errors import SourceError
from tracker.formats.history import LARGEST, Line, Listed
from tracker.formats.warc_digest import unlike
from tracker.formats.warc_listing import Listing, address_of
from tracker.formats.warc_reading import Stream, blocks, content, message
from tracker.model import Cause, Part, Record, record_id
from tracker.net.outcome import Trouble

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import BinaryIO

    from tracker.formats.warc_listing import Kept

_MOST_REDIRECTS = 10
_LONGEST_NAME = 200
_MOST_UNPACKED = 8_000_000_000  # bytes of a file that is compressed as one piece and has to be unpacked to be read
_BLOCK = 1 << 20
_FIRST_BYTES = (b"WARC/", b"\x1f\x8b")


def is_warc(source: Path) -> bool:
    """Tell whether a file may be a WARC file: it begins like one, or is compressed."""
    with source.open("rb") as file:
        return file.read(5).startswith(_FIRST_BYTES)


@dataclass(frozen=True, slots=True)
class WarcReader:
    """Reads records through an open file."""

    file: BinaryIO
    name: str

    def records(self, line: Line) -> Iterator[Record]:
        """Give the records of a line in its order."""
        for one in line.listed:
            first, *more = (self._body(page) for page in (one, *one.more))
            yield Record(
                line.service,
                line.document,
                one.at,
                one.id,
                one.source,
                one.format,
                first,
                one.recorded_as,
                one.origin.charset,
                tuple(
                    Part(page.format, body, page.origin.url, page.origin.charset)
                    for page, body in zip(one.more, more, strict=True)
                ),
            )

    def _body(self, one: Listed) -> bytes:
        """Read a page again; what it was when the file was listed is what it has to be."""
        where, _, digest = one.where.partition(" ")
        block = next(blocks(Stream(self.file, self.name, where), self.name), None)
        if block is None or block.left > LARGEST:
            raise SourceError(f"{self.name}: changed while it was read")
        whole = block.read(block.left)
        body = whole
        if block.type == "response":
            said = message(whole)
            try:
                body = content(said, LARGEST) if said else b""
            except Trouble as trouble:
                raise SourceError(f"{self.name}: changed while it was read: {trouble}") from trouble
        if hashlib.sha256(body).hexdigest() != digest:
            raise SourceError(f"{self.name}: changed while it was read")
        if wrong := unlike(whole, block.fields.get("warc-block-digest")):
            raise SourceError(f"{self.name}: the record at {where} {wrong}: the evidence is broken")
        return body


@dataclass(frozen=True, slots=True)
class WarcHistory:
    """The pages of a file, listed."""

    file: Path
    name: str
    lines: tuple[Line, ...]
    remarks: tuple[str, ...]

    @contextmanager
    def reading(self) -> Iterator[WarcReader]:
        """Open the file."""
        with self.file.open("rb") as file:
            yield WarcReader(file, self.name)


@contextmanager
def open_warc(source: Path, names: Mapping[str, tuple[str, str]] | None = None) -> Iterator[WarcHistory]:
    """Open a WARC file; one that is compressed as one piece is unpacked beside nobody's files for as long."""
    with source.open("rb") as file:
        in_one_piece = _is_in_one_piece(file, str(source))
        if not in_one_piece:
            yield _read(source, file, str(source), names or {})
            return
        with tempfile.NamedTemporaryFile(prefix="tracker-", suffix=".warc") as unpacked:
            stream = Stream(file, str(source))
            while part := stream.some(_BLOCK):
                if unpacked.tell() > _MOST_UNPACKED:
                    raise SourceError(f"{source}: more than {_MOST_UNPACKED} bytes in one piece of compression")
                unpacked.write(part)
            unpacked.flush()
            yield _read(Path(unpacked.name), unpacked, str(source), names or {})  # type: ignore[arg-type]


def _is_in_one_piece(file: BinaryIO, name: str) -> bool:
    """Tell whether the second record stands in the same gzip member as the first: then none can be jumped to."""
    stream = Stream(file, name)
    records = blocks(stream, name)
    first, second = next(records, None), next(records, None)
    file.seek(0)
    is_packed = file.read(2) == _FIRST_BYTES[1]
    return is_packed and first is not None and second is not None and not second.place.endswith("+0")


def _read(file: Path, opened: BinaryIO, name: str, names: Mapping[str, tuple[str, str]]) -> WarcHistory:
    listing = Listing()
    for block in blocks(Stream(opened, name), name):
        listing.add(block)
    known = _known(names, listing.leads_to)
    pages: dict[tuple[str, str], list[Kept]] = {}
    for page in listing.settled():
        if (key := _named(page, known)) is not None:
            pages.setdefault(key, []).append(page)
    if not pages:
        raise SourceError(f"{name}: holds no page: no answer with status 200 that is HTML, text, Markdown or PDF")
    lines = tuple(Line(*key, _listed(found)) for key, found in sorted(pages.items()))
    remarks = (f"{name}: left out, as they {why}: {count}" for why, count in sorted(listing.left_out.items()) if count)
    return WarcHistory(file, name, lines, tuple(remarks))


def _known(names: Mapping[str, tuple[str, str]], leads_to: Mapping[str, str]) -> dict[str, tuple[str, str]]:
    """Give the names by address: those the caller gives, and of where such an address redirects to."""
    known: dict[str, tuple[str, str]] = {}
    given = {address: named for url, named in names.items() if (address := address_of(url))}
    for start, named in given.items():
        address = start
        for _ in range(_MOST_REDIRECTS):
            address = leads_to.get(address, address)
        known.setdefault(address, named)
    return known | given


def _named(page: Kept, known: Mapping[str, tuple[str, str]]) -> tuple[str, str] | None:
    """Give service and document of a page; None where nothing names it."""
    if page.told is not None:
        return page.told.service, page.told.document
    address = address_of(page.url)
    if address is None:
        return None
    parts = urlsplit(address)
    path = parts.path + (f"?{parts.query}" if parts.query else "")
    return known.get(address) or (parts.netloc[:_LONGEST_NAME], path[:_LONGEST_NAME])


def _listed(pages: list[Kept]) -> tuple[Listed, ...]:
    """Put the pages of a document in order, several of one moment together, and drop what repeats the one before."""
    records: list[Listed] = []
    for page in sorted(pages, key=_place):
        one, part = _one(page), page.told.part if page.told else 0
        if part and records and part == len(records[-1].more) + 1:
            records[-1] = replace(records[-1], more=(*records[-1].more, one))
        else:
            records.append(one)
    kept: list[Listed] = []
    for one in records:
        whole = replace(one, id=record_id([each.where.partition(" ")[2] for each in (one, *one.more)]))
        if not (kept and kept[-1].id == whole.id):
            kept.append(whole)
    return tuple(kept)


def _place(page: Kept) -> tuple[object, ...]:
    if page.told is None:
        return page.at, 0
    return page.told.placed_at or page.told.at, page.told.number


def _one(page: Kept) -> Listed:
    """List a page; its place and its hash stand in `where`."""
    where, told = f"{page.place} {page.sha256}", page.told
    if told is None:
        return Listed(page.at, page.sha256, page.url, page.format, Cause.CHANGE, where, page.origin)
    origin = replace(page.origin, charset=told.charset, url=told.url)
    return Listed(
        told.at, page.sha256, told.source or told.url, told.format, told.recorded_as, where, origin, told.placed_at
    )  # fmt: skip
