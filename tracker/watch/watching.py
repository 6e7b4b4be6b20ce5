"""What watching stands on: the archive, the declarations, the rules and what reads pages; and what is known so far.

Nothing is remembered here that could not be made again from the archive.
"""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from tracker import TOOL
from tracker.assess import assess
from tracker.errors import DeclarationError, UnreadablePage, UsageError
from tracker.past import Past
from tracker.planning import plan_of
from tracker.replay import pages_of
from tracker.text.extract import extract_record
from tracker.watch.visiting import Errand, host_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import datetime

    from tracker.assess import Reading
    from tracker.config_tables import WatchTable
    from tracker.model import Change, Record
    from tracker.planning import Plan
    from tracker.significance.rules import Rules
    from tracker.store.documents import Watched
    from tracker.store.store import Store
    from tracker.text.declaration import Declaration, Page, ServiceDeclaration

REMEMBERED = 64  # documents whose past is kept at hand


class Assessed(NamedTuple):
    """A record of the archive and what it changed."""

    number: int  # of its capture
    record: Record
    change: Change
    text: str | None  # None where the record is no version
    fingerprint: str


@dataclass(slots=True)
class Known:
    """The past of a document up to a capture, by one way of reading."""

    past: Past
    number: int
    made_by: str


@dataclass(slots=True)
class Watching:
    """Everything that a check needs but the network."""

    store: Store
    services: Mapping[str, ServiceDeclaration]
    rules: Rules
    watch: WatchTable
    rules_digest: str = ""
    read: Reading = extract_record
    refused: dict[tuple[str, str], str] = field(default_factory=dict)  # documents that cannot be read here, and why
    known: OrderedDict[tuple[str, str], Known] = field(default_factory=OrderedDict)

    def declared(self, service: str, document: str) -> Declaration:
        """Give the declaration of a document; UsageError where there is none."""
        told = self.services.get(service)
        found = told.document(document) if told else None
        if found is None:
            raise UsageError(f"there is no declaration of {service}, {document}")
        return found

    def errand(self, watched: Watched, now: datetime) -> Errand:
        """Say what to ask for."""
        pages = self.declared(watched.service, watched.document).at(now)
        return Errand(watched.service, watched.document, pages, watched.validators)

    def plan(self, service: str, document: str) -> Plan:
        """Say when the document is asked for."""
        return plan_of(self.declared(service, document).schedule, self.watch)

    def made_by(self, service: str, document: str) -> str:
        """Name what makes versions and changes of captures: the program, the declaration, the rules."""
        told = self.services.get(service)
        found = told.document(document) if told else None
        return f"{TOOL} {digest_of(found) if found else 'undeclared'} {self.rules_digest}".rstrip()

    def journey(self, service: str, document: str, past: Past) -> Iterator[Assessed]:
        """Assess the records of a document as the archive has them, from its first one on."""
        for number, record in self.store.numbered_history(service, document):
            yield self.assessed(number, record, past)

    def assessed(self, number: int, record: Record, past: Past, kept: int | None = None) -> Assessed:
        """Assess one record; `kept` is the version of the archive that has the text of it."""
        texts: list[str] = []

        def read(asked: Record, pages: Sequence[Page]) -> str:
            try:
                text = self.store.text(kept) if asked is record and kept is not None else self.read(asked, pages)
            except DeclarationError as wrong:  # what one page was declared with shall not keep others from being read
                raise UnreadablePage(str(wrong)) from wrong
            if asked is record:  # not one of its pages alone
                texts.append(text)
            return text

        change = assess(record, past, pages_of(self.services)(record), self.rules, read=read)
        good = past.ids[record.id].good
        if not good or not texts:
            return Assessed(number, record, change, None, "")
        return Assessed(number, record, change, texts[-1], past.faces[0].version.digest)

    def past_of(self, service: str, document: str, upto: int) -> Past:
        """Give the past of a document up to a capture; made from the archive where it is not at hand."""
        key, made_by = (service, document), self.made_by(service, document)
        known = self.known.pop(key, None)
        if known is None or (known.number, known.made_by) != (upto, made_by):
            past = Past()
            kept = {one.capture: one.id for one in self.store.versions(service, document) if one.made_by == made_by}
            for number, record in self.store.numbered_history(service, document):
                self.assessed(number, record, past, kept.get(number))  # to read a page is most of the work
            known = Known(past, upto, made_by)
        self.remember(service, document, known)
        return known.past

    def remember(self, service: str, document: str, known: Known) -> None:
        """Keep a past at hand, and let go of the one that was asked for longest ago."""
        self.known[service, document] = known
        self.known.move_to_end((service, document))
        while len(self.known) > REMEMBERED:
            self.known.popitem(last=False)

    def forget(self, service: str, document: str) -> None:
        """Keep a past at hand no longer."""
        self.known.pop((service, document), None)


def digest_of(declared: Declaration) -> str:
    """Give a short name of how a document is declared: its pages, now and before."""
    told = repr((declared.pages, declared.history))
    return hashlib.sha256(told.encode("utf-8", "backslashreplace")).hexdigest()[:16]


def sync(watching: Watching, now: datetime) -> tuple[int, int]:
    """Watch what is declared and nothing else; gives how many documents came and went.

    A document that comes is due at once.
    """
    there = {(one.service, one.document): one for one in watching.store.documents()}
    declared = {
        (service.service, one.document): one
        for service in watching.services.values()
        for one in service.documents
        if one.pages and _is_readable(watching, service.service, one)
    }
    came = [
        key
        for key, one in declared.items()
        if key not in there or not there[key].watched or there[key].declaration != digest_of(one)
    ]
    went = [key for key, one in there.items() if one.watched and key not in declared]
    if came or went:
        with watching.store.writing() as writing:
            for key in came:
                one = declared[key]
                host = host_of(one.pages[0].url)
                writing.watch(*key, host=host, declaration=digest_of(one), due=now)
            for key in went:
                writing.unwatch(*key)
    return len(came), len(went)


def _is_readable(watching: Watching, service: str, declared: Declaration) -> bool:
    """Tell whether a declaration asks for nothing that cannot run here; notes why where it does."""
    try:
        for page in declared.pages:
            page.require_supported()
    except DeclarationError as wrong:
        watching.refused[service, declared.document] = str(wrong)
        return False
    return True
