"""Looks for what is wrong in a folder of declarations, without asking anybody.

Whether an address still leads to its page only a fetch can tell; whether a selector finds something is tried on the
pages that are stored already.
"""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tracker.errors import DeclarationError, ExtractionError
from tracker.exchange.archive_history import last_of, lines_of
from tracker.exchange.importing import unfit
from tracker.formats.folder import read_folder
from tracker.model import Format
from tracker.net.url import refused
from tracker.seeds import declaration_files, read_declaration
from tracker.store.store import open_store
from tracker.text.extract import extract_record

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from tracker.model import Record
    from tracker.net.address import AllowList
    from tracker.text.declaration import Declaration, Page, ServiceDeclaration


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong, and in which file, at which key."""

    where: str
    reason: str


@dataclass(slots=True)
class Checkup:
    """What was looked at, and what was found."""

    services: int = 0
    documents: int = 0
    pages_tried: int = 0  # stored pages on which selectors were tried
    untried: list[str] = field(default_factory=list)  # documents of which no page is stored
    problems: list[Problem] = field(default_factory=list)


def check_declarations(folder: Path, allowed: AllowList, snapshots: Path | None, archive: str | None) -> Checkup:
    """Check every declaration of a folder, and try it on the stored pages there are.

    Raises:
        DeclarationError: there is no declaration at all.
        SourceError, StoreError: stored pages cannot be read.
    """
    found = Checkup()
    services: dict[str, ServiceDeclaration] = {}
    for file in declaration_files(folder):
        try:
            read = read_declaration(file)
        except DeclarationError as wrong:
            where, _, reason = str(wrong).partition(": ")
            found.problems.append(Problem(where, reason))
            continue
        folded = read.service.casefold()
        if folded in services:
            found.problems.append(
                Problem(str(file), f"{read.service} is declared in {services[folded].origin} already")
            )
        services[folded] = read
    found.services = len(services)
    found.documents = sum(len(service.documents) for service in services.values())
    for service in services.values():
        found.problems += _of_service(service, allowed)
    found.problems += _twice(services.values())
    _try(found, {service.service: service for service in services.values()}, snapshots, archive)
    return found


def _of_service(service: ServiceDeclaration, allowed: AllowList) -> Iterator[Problem]:
    names: dict[str, str] = {}
    for document in service.documents:
        where = f"{service.origin}: {document.document}"
        if wrong := unfit(service.service, document.document):
            yield Problem(where, wrong)
        if (other := names.setdefault(document.document.casefold(), document.document)) != document.document:
            yield Problem(where, f"differs from {other!r} in small and capital letters alone")
        for pages in (document.pages, *(past.pages for past in document.history)):
            for page in pages:
                yield from _of_page(page, where, allowed)


def _of_page(page: Page, where: str, allowed: AllowList) -> Iterator[Problem]:
    if reason := refused(page.url, allowed):
        yield Problem(f"{where}: url", f"{reason}; hosts of your own are named in fetch.allow")
    if page.unsupported:
        names = ", ".join(page.unsupported)
        yield Problem(
            f"{where}: filter",
            f"{names} is a JavaScript function and cannot run here; replace it by remove or removeQueryParams",
        )
    for selector in set(page.select) & set(page.remove):
        yield Problem(f"{where}: remove", f"{selector} is selected and removed: nothing would be left of it")


def _twice(services: Iterable[ServiceDeclaration]) -> Iterator[Problem]:
    """Find pages that are declared twice to the letter: they would be told of twice."""
    seen: dict[tuple[object, ...], str] = {}
    for service in services:
        for document in service.documents:
            where = f"{service.origin}: {document.document}"
            for page in document.pages:
                key = (page.url.rstrip("/"), page.select, page.remove, page.headers, page.language)
                if (other := seen.setdefault(key, where)) != where:
                    yield Problem(where, f"has the same address and selectors as {other}")
            if len({(page.url, page.select) for page in document.pages}) < len(document.pages):
                yield Problem(f"{where}: pages", "names the same page with the same selectors twice")


def _try(found: Checkup, services: dict[str, ServiceDeclaration], snapshots: Path | None, archive: str | None) -> None:
    """Try the selectors on stored pages: those of a folder, and the last one of each document of an archive."""
    tried: set[tuple[str, str]] = set()
    with ExitStack() as stack:
        for record, where in _stored(stack, snapshots, archive):
            service = services.get(record.service)
            declared = service.document(record.document) if service else None
            if declared is None or record.format is not Format.HTML:
                continue
            tried.add((record.service, record.document))
            found.pages_tried += 1
            if reason := _fails(record, declared):
                key = f"{services[record.service].origin}: {record.document}: select"
                found.problems.append(Problem(key, f"on {where}: {reason}"))
    for service in services.values():
        for document in service.documents:
            if document.pages and (service.service, document.document) not in tried:
                found.untried.append(f"{service.service}, {document.document}")


def _stored(stack: ExitStack, snapshots: Path | None, archive: str | None) -> Iterator[tuple[Record, str]]:
    if snapshots is not None:
        history = read_folder(snapshots)
        for line in history.lines:
            for one, record in zip(line.listed, history.records(line), strict=True):
                yield record, str(snapshots / one.where)
    if archive is not None:
        store = stack.enter_context(open_store(archive, writes=False))
        for line in lines_of(store):
            record = last_of(store, line)
            yield record, f"the page captured {record.at:%Y-%m-%d %H:%M} UTC"


def _fails(record: Record, declared: Declaration) -> str | None:
    """Say why a stored page gives no text; None where it gives one, or nobody can tell."""
    pages = declared.at(record.at)
    if any(page.unsupported for page in pages):
        return None
    try:
        extract_record(record, pages)
    except ExtractionError as failed:
        return str(failed)
    return None
