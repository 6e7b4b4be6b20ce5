"""The archive as a source of history, like any other: its lines, and readers for as many processes as want one."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING

import sqlalchemy as sa

from tracker.errors import SourceError
from tracker.formats.history import Line, Listed, Origin
from tracker.model import Part, Record, record_id
from tracker.store.captures import as_capture, logged
from tracker.store.evidence import Outcome
from tracker.store.schema import blobs, captures, documents
from tracker.store.store import open_store

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from tracker.store.evidence import Capture
    from tracker.store.store import Store

_STREAMED = {"yield_per": 500}


@dataclass(frozen=True, slots=True)
class ArchiveReader:
    """Reads the records of documents from an open archive."""

    store: Store

    def records(self, line: Line) -> Iterator[Record]:
        """Give the records of a document in their order."""
        return self.store.history(line.service, line.document)


@dataclass(frozen=True, slots=True)
class ArchiveHistory:
    """The history in an archive, listed."""

    address: str
    lines: tuple[Line, ...]
    remarks: tuple[str, ...] = ()

    @contextmanager
    def reading(self) -> Iterator[ArchiveReader]:
        """Open the archive for reading."""
        with open_store(self.address, writes=False) as store:
            yield ArchiveReader(store)


def last_of(store: Store, line: Line) -> Record:
    """Give the last record of a line of an archive, without those before it."""
    first = line.listed[-1]
    return Record(
        line.service,
        line.document,
        first.at,
        first.id,
        first.source,
        first.format,
        store.body(first.where),
        first.recorded_as,
        first.origin.charset,
        tuple(Part(one.format, store.body(one.where), one.origin.url, one.origin.charset) for one in first.more),
    )


def read_archive(address: str) -> ArchiveHistory:
    """List the records of every document of an archive; SourceError where it holds none."""
    with open_store(address, writes=False) as store:
        lines = lines_of(store)
    if not lines:
        raise SourceError(
            f"{shown(address)}: no page was kept in this archive yet; `tracker check` and `tracker import` bring some"
        )
    return ArchiveHistory(address, lines)


def lines_of(store: Store) -> tuple[Line, ...]:
    """List the records of every document of an open archive, as `Store.history` gives them."""
    asked = logged.where(captures.c.outcome == Outcome.CAPTURED.value, blobs.c.data.is_not(None)).order_by(
        documents.c.service, documents.c.document, captures.c.placed_at, captures.c.id
    )
    with store.reading() as connection, connection.execute(asked, execution_options=_STREAMED) as rows:
        kept = ((as_capture(row), bytes(row.sha256).hex()) for row in rows)
        by_document = groupby(kept, key=lambda one: (one[0].service, one[0].document))
        lines = (Line(*key, tuple(_records(pages))) for key, pages in by_document)
        return tuple(sorted(lines, key=lambda line: (line.service, line.document)))


def _records(kept: Iterable[tuple[Capture, str]]) -> Iterator[Listed]:
    """Give a record for each time the bodies of a document became others."""
    before: list[str] = []
    for pages in _together(kept):
        now = [digest for _, digest in pages]
        if now != before:
            before = now
            first, *more = (_listed(*page) for page in pages)
            yield Listed(
                first.at, record_id(now), first.source, first.format, first.recorded_as, first.where, first.origin,
                first.placed_at, tuple(more),
            )  # fmt: skip


def _together(kept: Iterable[tuple[Capture, str]]) -> Iterator[list[tuple[Capture, str]]]:
    """Put the pages of each record together."""
    pages: list[tuple[Capture, str]] = []
    for capture, digest in kept:
        if pages and not (capture.part == len(pages) and _place(capture) == _place(pages[0][0])):
            yield pages
            pages = []
        pages.append((capture, digest))
    if pages:
        yield pages


def _place(capture: Capture) -> object:
    return capture.placed_at or capture.at


def _listed(capture: Capture, digest: str) -> Listed:
    origin = Origin(
        capture.clock, capture.url, capture.status, capture.headers, capture.note, capture.charset
    )  # fmt: skip
    source = capture.source or capture.url
    return Listed(
        capture.at, digest, source, capture.format, capture.recorded_as, digest, origin, capture.placed_at
    )  # fmt: skip


def shown(address: str) -> str:
    """Give the name of an archive, without the password that may stand in its address."""
    return sa.make_url(address).render_as_string(hide_password=True) if "://" in address else address
