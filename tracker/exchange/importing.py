"""Brings history from elsewhere into the archive: each capture once, with its source, its moment and what says so.

Whatever was imported can be imported again: what is there already is left as it is, so a run that was killed goes on
where it stood. Nothing a source says is trusted further than as words: names are measured, bodies are bounded.
Nobody is ever told of a change that was found here.
"""

from __future__ import annotations

import hashlib
import unicodedata
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tracker import TOOL
from tracker.errors import UsageError
from tracker.formats.history import TooLarge
from tracker.store.evidence import Capture, Outcome

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from datetime import datetime

    from tracker.formats.history import History, Line, Listed, Reader
    from tracker.model import Record
    from tracker.store.store import Store

MOST = 1_000_000  # records of one import
LONGEST_NAME = 200  # of a service or a document, in characters
_AT_ONCE = 100  # records of one transaction: what a kill can undo
_HEAVY = 32_000_000  # bytes after which a transaction is not filled further
# Characters that end lines, turn the direction of writing or are no characters at all.
_UNFIT = frozenset({"Cc", "Cs", "Zl", "Zp"})
_TURNING = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufffd")

Key = tuple[tuple[str | None, str, "datetime"], ...]  # of each page of a record: its source, its SHA-256, its moment
Pages = tuple[Capture, ...]  # the captures of one record: one, or those of all its pages


@dataclass(slots=True)
class Imported:
    """What an import did."""

    added: int = 0  # records
    known: int = 0
    refused: list[str] = field(default_factory=list)  # what was left out, and why
    documents: list[tuple[str, str]] = field(default_factory=list)  # those that got something new


@dataclass(frozen=True, slots=True)
class Archive:
    """The archive as an import sees it: none yet, or one that is only looked at, when it is asked what would come."""

    store: Store | None
    writes: bool
    at_once: int = _AT_ONCE

    def keys(self, service: str, document: str) -> set[Key]:
        """Give what is there already of a document."""
        found: set[Key] = set()
        pages: Key = ()
        for one in self.store.log(service, document) if self.store else ():
            if one.sha256 is not None and one.capture.outcome is Outcome.CAPTURED:
                before = pages if one.capture.part and one.capture.part == len(pages) else ()
                found.discard(before)
                pages = (*before, (one.capture.source or one.capture.url, one.sha256, one.capture.at))
                found.add(pages)
        return found

    def write(self, records: Iterable[Pages]) -> None:
        """Write records in one transaction."""
        if self.store is None or not self.writes:
            return
        with self.store.writing() as writing:
            for pages in records:
                for page in pages:
                    writing.record_capture(page)


def import_history(
    archive: Archive,
    history: History,
    lines: Sequence[Line],
    now: datetime,
    progress: Callable[[int], None] = lambda _: None,
) -> Imported:
    """Take lines of a history into the archive.

    Raises:
        UsageError: there are more records than one import takes.
        SourceError: the history cannot be read to its end; what came before stays.
    """
    count = sum(len(line.listed) for line in lines)
    if count > MOST:
        raise UsageError(f"{count:,} records are more than the {MOST:,} of one import: choose some with --service")
    done = Imported()
    with history.reading() as reader:
        for line in lines:
            if wrong := unfit(line.service, line.document):
                done.refused.append(wrong)
                continue
            take(archive, line.service, line.document, _records(reader, line, now, done), done, progress)
    return done


def take(
    archive: Archive,
    service: str,
    document: str,
    records: Iterable[Pages],
    done: Imported,
    progress: Callable[[int], None] = lambda _: None,
) -> None:
    """Take the records of one document into the archive, those it has not; `done` counts them."""
    there = archive.keys(service, document)
    waiting: list[Pages] = []

    def write() -> None:
        archive.write(waiting)
        done.added += len(waiting)
        if waiting and (service, document) not in done.documents[-1:]:
            done.documents.append((service, document))
        waiting.clear()

    for pages in records:
        if (key := _key(pages)) in there:
            done.known += 1
        else:
            there.add(key)
            waiting.append(pages)
        if len(waiting) >= archive.at_once or _weight(waiting) > _HEAVY:
            write()
        progress(done.known + done.added + len(waiting))
    write()


def _weight(waiting: Sequence[Pages]) -> int:
    return sum(len(page.body or b"") for pages in waiting for page in pages)


def _key(pages: Pages) -> Key:
    return tuple((page.source or page.url, hashlib.sha256(page.body or b"").hexdigest(), page.at) for page in pages)


def _records(reader: Reader, line: Line, now: datetime, done: Imported) -> Iterator[Pages]:
    """Give the captures of each record of a line, in its order, which its moments need not follow."""
    placed_at: datetime | None = None
    for one in line.listed:
        own = min(one.placed_at or one.at, now)  # whatever a source says, nothing stands behind what is watched later
        placed_at = own if placed_at is None else max(placed_at, own)
        try:
            (record,) = reader.records(_alone(line, one))
        except TooLarge as refused:
            done.refused.append(f"{line.service} {line.document}: {refused}")
            continue
        yield _captures(record, one, placed_at)


def _alone(line: Line, one: Listed) -> Line:
    """Give a line of one record."""
    return type(line)(line.service, line.document, (one,))


def _captures(record: Record, listed: Listed, placed_at: datetime) -> Pages:
    bodies = (record.body, *(part.body for part in record.more))
    return tuple(
        Capture(
            service=record.service,
            document=record.document,
            at=record.at,
            outcome=Outcome.CAPTURED,
            clock=page.origin.clock,
            tool=TOOL,
            url=page.origin.url,
            body=body,
            format=page.format,
            status=page.origin.status,
            headers=page.origin.headers,
            note=page.origin.note,
            source=None if page.source == page.origin.url else page.source,
            recorded_as=listed.recorded_as,
            charset=page.origin.charset,
            part=part,
            placed_at=None if placed_at == record.at else placed_at,
        )
        for part, (page, body) in enumerate(zip((listed, *listed.more), bodies, strict=True))
    )


def unfit(service: str, document: str) -> str | None:
    """Say why names cannot be those of a service and a document; None where they can."""
    for what, name in (("service", service), ("document", document)):
        shown = f"the {what} {name[:60]!r}"
        if not name.strip():
            return f"{shown} has no name"
        if len(name) > LONGEST_NAME:
            return f"{shown} has a name of {len(name)} characters; {LONGEST_NAME} are the most"
        if any(unicodedata.category(sign) in _UNFIT or sign in _TURNING for sign in name):
            return f"{shown} has characters in its name that no name has"
    return None
