"""Writes history out of the archive: as a folder of pages, git repositories, a WARC file, changes one a line."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tracker.errors import SourceError, UsageError
from tracker.exchange.archive_history import ArchiveReader
from tracker.exchange.warc_log import write_warc
from tracker.formats.folder_writing import write_folder
from tracker.formats.ota_writing import Entry, Recorded, write_repository
from tracker.model import Cause, Format

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from datetime import datetime
    from pathlib import Path

    from tracker.formats.history import Line, Listed
    from tracker.model import Record
    from tracker.store.store import Store
    from tracker.store.versions import VersionRow


def export_folder(store: Store, lines: Sequence[Line], to: Path, progress: Callable[[int], None]) -> int:
    """Write the records of documents into a new folder of pages; gives how many.

    Raises:
        UsageError: there is something in the folder.
        SourceError: a file cannot be written.
    """
    if to.exists() and (not to.is_dir() or any(to.iterdir())):
        raise UsageError(f"{to}: is there already and not empty; name a new folder")
    return write_folder(ArchiveReader(store), lines, to, progress)


def export_snapshots(store: Store, lines: Sequence[Line], to: Path) -> int:
    """Write the records of documents into a new repository of snapshots; gives how many."""
    return write_repository(to, (_snapshots(store, line) for line in lines))


def _snapshots(store: Store, line: Line) -> Iterator[Recorded]:
    records = zip(line.listed, store.history(line.service, line.document), strict=True)
    for number, (one, record) in enumerate(records):
        cause = record.recorded_as if number else Cause.FIRST_RECORD
        yield Recorded(_entries(record, one), record.at, one.placed_at or one.at, cause)


def _entries(record: Record, listed: Listed) -> tuple[Entry, ...]:
    bodies = (record.body, *(part.body for part in record.more))
    return tuple(
        Entry(record.service, record.document, part, page.format, body)
        for part, (page, body) in enumerate(zip((listed, *listed.more), bodies, strict=True))
    )


def export_versions(store: Store, lines: Sequence[Line], to: Path) -> int:
    """Write the versions of documents, as they are read now, into a new repository; gives how many.

    Where none was made yet, there is no repository either.
    """
    if not any(store.versions(line.service, line.document) for line in lines):
        return 0
    return write_repository(to, (_versions(store, line) for line in lines))


def _versions(store: Store, line: Line) -> Iterator[Recorded]:
    """Give the text that each capture is read as now, with why a version was recorded then."""
    read: dict[int, tuple[VersionRow, VersionRow]] = {}
    for row in store.versions(line.service, line.document):
        first, _ = read.get(row.capture, (row, row))
        read[row.capture] = first, row
    for first, last in sorted(read.values(), key=lambda rows: (rows[0].at, rows[0].capture)):
        entry = Entry(line.service, line.document, 0, Format.MARKDOWN, store.text(last.id).encode("utf-8", "replace"))
        yield Recorded((entry,), last.at, last.at, first.cause, f"Read from capture {last.capture}.")


def export_warc(store: Store, lines: Sequence[Line], to: Path, at: datetime) -> int:
    """Write what was asked for documents, and what came of it, as a WARC file; gives how many captures it tells.

    The file has its name when it is whole; it is compressed where the name ends in `.gz`.

    Raises:
        SourceError: the file cannot be written.
    """
    documents = {(line.service, line.document) for line in lines}
    unfinished = to.with_name(f"{to.name}.unfinished")
    try:
        with unfinished.open("wb") as file:
            count = write_warc(store, file, at=at, documents=documents, compressed=to.suffix == ".gz")
        unfinished.replace(to)
    except OSError as wrong:
        raise SourceError(f"{to}: cannot be written: {wrong.strerror}") from wrong
    finally:
        unfinished.unlink(missing_ok=True)
    return count


def export_changes(store: Store, lines: Sequence[Line], least: int) -> Iterator[bytes]:
    """Give the stored changes of documents as JSON, one a line, oldest first."""
    chosen = {(line.service, line.document) for line in lines}
    for row in store.changes(least=least):
        if (row.service, row.document) in chosen:
            yield row.json
