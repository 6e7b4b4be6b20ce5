"""Brings into the archive what web archives remember of a declared document.

The addresses asked for are those of its declaration, each for the time in which it was declared. A document made of
several pages gets a record each time one of them was captured anew, the others as they were captured last.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from tracker import TOOL
from tracker.exchange.importing import Archive, Imported, take
from tracker.fetch.outcome import named_charset
from tracker.fetch.remembered import Missing, Remembered
from tracker.store.evidence import Capture, Hop, Outcome
from tracker.watch.capturing import sniffed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from datetime import datetime

    from tracker.exchange.importing import Pages
    from tracker.fetch.memento import Memento
    from tracker.fetch.wayback import WebArchive
    from tracker.store.store import Store
    from tracker.text.declaration import Declaration

CLOCK = "Memento-Datetime"


class Wanted(NamedTuple):
    """A capture to ask for, and which page of how many it is."""

    memento: Memento
    part: int
    parts: int


def listed(web: WebArchive, declared: Declaration, since: datetime, until: datetime) -> tuple[Wanted, ...]:
    """List the captures of a document in an archive, oldest first.

    Raises:
        SourceError: the archive does not answer.
    """
    every = (*(past.pages for past in declared.history), declared.pages)
    addresses = dict.fromkeys(page.url for pages in every for page in pages)
    found: list[Wanted] = []
    for address in addresses:
        for memento in web.mementos(address, since, until):
            pages = declared.at(memento.at)
            found += [Wanted(memento, k, len(pages)) for k, page in enumerate(pages) if page.url == address]
    return tuple(sorted(found, key=lambda one: (one.memento.at, one.part)))


def import_wayback(
    archive: Archive,
    web: WebArchive,
    service: str,
    document: str,
    wanted: Sequence[Wanted],
    done: Imported,
    progress: Callable[[int], None] = lambda _: None,
) -> None:
    """Take captures of a document into the archive, each as soon as it is there; `done` counts them.

    Raises:
        SourceError: the archive answers no more; what came is kept, and the next run goes on behind it.
    """
    session = _Session(archive.store, web, service, document, done)
    one_by_one = replace(archive, at_once=1)
    take(one_by_one, service, document, session.records(wanted), done, progress)


class _Session:
    """One document on its way in."""

    def __init__(self, store: Store | None, web: WebArchive, service: str, document: str, done: Imported) -> None:
        self._store, self._web, self._done = store, web, done
        self._service, self._document = service, document
        log = store.log(service, document) if store else ()
        self._there = {one.capture.source: (one.capture, one.sha256) for one in log if one.capture.source}

    def records(self, wanted: Sequence[Wanted]) -> Iterator[Pages]:
        """Give a record for each capture, once there is one of every page."""
        latest: dict[int, Capture] = {}
        parts = 0
        for one in wanted:
            if one.parts != parts:
                latest, parts = {}, one.parts
            capture = self._known(one.memento) or self._asked(one.memento)
            if capture is None:
                continue
            latest[one.part] = capture
            if len(latest) == parts:
                placed_at = max(page.at for page in latest.values())
                yield tuple(
                    replace(latest[k], part=k, placed_at=placed_at if latest[k].at != placed_at else None)
                    for k in range(parts)
                )

    def _known(self, memento: Memento) -> Capture | None:
        """Give a capture that the archive has."""
        capture, digest = self._there.get(memento.raw, (None, None))
        if self._store is None or capture is None or digest is None:
            return None
        return replace(capture, body=self._store.body(digest))

    def _asked(self, memento: Memento) -> Capture | None:
        found = self._web.page(memento)
        if isinstance(found, Missing):
            self._done.refused.append(f"{memento.raw}: {found.why}")
            return None
        return self._capture(found)

    def _capture(self, found: Remembered) -> Capture:
        last = found.hops[-1]
        return Capture(
            service=self._service,
            document=self._document,
            at=found.at,
            outcome=Outcome.CAPTURED,
            clock=CLOCK,
            tool=TOOL,
            url=found.memento.url,
            body=found.body,
            format=sniffed(found.body, {name.lower(): value for name, value in found.headers}),
            status=200,
            hops=tuple(Hop(hop.url, hop.status, hop.peer, hop.certificate) for hop in found.hops),
            address=last.peer,
            certificate=last.certificate,
            headers=found.headers,
            note=found.note,
            source=found.memento.raw,
            charset=named_charset(found.headers),
        )
