"""Reads declarations from a folder: our TOML, and Open Terms Archive's JSON as it is.

A folder holds one file per service, `<Service>.toml` or `<Service>.json`, the latter with an optional
`<Service>.history.json` of how documents were declared before. JavaScript filters are not read; a page that
asks for one says so when it is used.
"""

from __future__ import annotations

import re
from datetime import UTC
from typing import TYPE_CHECKING

from tracker.errors import DeclarationError
from tracker.planning import checked_schedule
from tracker.seed_tables import (
    DocumentTable,
    EndsTable,
    PageTable,
    SelectorsTable,
    ServiceTable,
    converted,
    read_file,
    renamed,
)
from tracker.text.declaration import Declaration, Page, PastPages, Range, Schedule, Selector, ServiceDeclaration
from tracker.text.html_select import check_selector

if TYPE_CHECKING:
    from pathlib import Path

_HISTORY = ".history.json"
_BUILT_IN_FILTER = "removeQueryParams"


def read_declarations(folder: Path) -> dict[str, ServiceDeclaration]:
    """Read every declaration of a folder, by the name of its service.

    Raises:
        DeclarationError: a file cannot be read, or says something unknown; the message names file and key.
    """
    services: dict[str, ServiceDeclaration] = {}
    for file in declaration_files(folder):
        service = read_declaration(file)
        if service.service in services:
            other = services[service.service].origin
            raise DeclarationError(f"{file}: {service.service} is declared in {other} already; keep one of them")
        services[service.service] = service
    return services


def declaration_files(folder: Path) -> tuple[Path, ...]:
    """Give the files of a folder that declare services.

    Raises:
        DeclarationError: there is no such folder, or none in it.
    """
    if not folder.is_dir():
        raise DeclarationError(f"{folder}: no such folder of declarations")
    files = tuple(sorted(file for file in folder.iterdir() if _declares(file)))
    if not files:
        raise DeclarationError(f"{folder}: no declarations here; one is a file like Telegram.toml or Telegram.json")
    return files


def read_declaration(file: Path) -> ServiceDeclaration:
    """Read the declaration of one service.

    Raises:
        DeclarationError: the file cannot be read, or says something unknown; the message names file and key.
    """
    told = converted(renamed(read_file(file)), ServiceTable, str(file))
    past = _read_history(file)
    if unknown := past.keys() - told.documents.keys():
        # A document that is no longer declared keeps its history: old snapshots of it can still be read.
        told.documents |= {name: {} for name in sorted(unknown)}
    return ServiceDeclaration(
        service=told.service,
        documents=tuple(
            _declaration(name, document, past.get(name, ()), f"{file}: {name}")
            for name, document in told.documents.items()
        ),
        aliases=tuple(told.aliases),
        origin=str(file),
    )


def _declares(file: Path) -> bool:
    return file.suffix in (".toml", ".json") and not file.name.endswith(_HISTORY) and not file.name.startswith(".")


def _read_history(file: Path) -> dict[str, tuple[PastPages, ...]]:
    history = file.with_name(file.stem + _HISTORY)
    if file.suffix != ".json" or not history.is_file():
        return {}
    told = read_file(history)
    if not isinstance(told, dict):
        raise DeclarationError(f"{history}: has to hold document names, each with a list of past declarations")
    return {str(name): _past(renamed(entries), f"{history}: {name}") for name, entries in told.items()}


def _past(entries: object, where: str) -> tuple[PastPages, ...]:
    if not isinstance(entries, list):
        raise DeclarationError(f"{where}: has to be a list of past declarations")
    past = []
    for entry in entries:
        document = converted(entry, DocumentTable, where)
        if document.valid_until is None:
            raise DeclarationError(f"{where}: every past declaration needs validUntil, the moment it ended")
        until = document.valid_until
        past.append(PastPages(until if until.tzinfo else until.replace(tzinfo=UTC), _pages(document, where)))
    return tuple(sorted(past, key=lambda each: each.valid_until))


def _declaration(name: str, raw: dict[str, object], past: tuple[PastPages, ...], where: str) -> Declaration:
    document = converted(raw, DocumentTable, where)
    if document.valid_until is not None:
        raise DeclarationError(f"{where}: validUntil belongs into the file of history")
    pages = () if past and not raw else _pages(document, where)
    schedule = Schedule(document.every, document.cron, document.window)
    try:
        checked_schedule(schedule)
    except ValueError as wrong:
        raise DeclarationError(f"{where}: {wrong}") from wrong
    return Declaration(document=name, pages=pages, type=document.type, history=past, schedule=schedule)


def _pages(document: DocumentTable, where: str) -> tuple[Page, ...]:
    if bool(document.url) == bool(document.pages):
        raise DeclarationError(f"{where}: needs either one address (url, fetch) or a list of pages (pages, combine)")
    return tuple(_page(page, document, where) for page in document.pages or [document])


def _page(page: PageTable, document: DocumentTable, where: str) -> Page:
    """Return a page; what it does not say itself, its document says for it."""
    if not page.url:
        raise DeclarationError(f"{where}: a page without an address (url, fetch)")
    if not re.match(r"https?://[^\s/]", page.url):
        raise DeclarationError(
            f"{where}: {page.url!r} is no address of a page; it has to begin with https:// or http://"
        )
    parameters, unsupported = _filters(page.filter or document.filter)
    scripts = page.execute_client_scripts
    return Page(
        url=page.url,
        select=_selectors(page.select or document.select, f"{where}: select"),
        remove=_selectors(page.remove or document.remove, f"{where}: remove"),
        drop_query=(*(page.drop_query or document.drop_query), *parameters),
        unsupported=unsupported,
        execute_client_scripts=document.execute_client_scripts if scripts is None else scripts,
        headers=tuple((document.headers | page.headers).items()),
        language=page.language or document.language,
        despite_robots=page.despite_robots or document.despite_robots,
        origin=where,
    )


def _filters(filters: list[str | dict[str, str | list[str]]]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the query parameters to drop, and the names of filters that only their own program can run."""
    parameters: list[str] = []
    unsupported: list[str] = []
    for each in filters:
        named: dict[str, str | list[str]] = {each: []} if isinstance(each, str) else each
        for name, argument in named.items():
            if name != _BUILT_IN_FILTER:
                unsupported.append(name)
            elif isinstance(argument, str):
                parameters.append(argument)
            else:
                parameters += argument
    return tuple(parameters), tuple(unsupported)


def _selectors(told: SelectorsTable, where: str) -> tuple[Selector, ...]:
    selectors = told if isinstance(told, list) else [told]
    return tuple(_range(each, where) if isinstance(each, EndsTable) else _css(each, where) for each in selectors)


def _range(ends: EndsTable, where: str) -> Range:
    start = ends.start_before or ends.start_after
    end = ends.end_before or ends.end_after
    starts = bool(ends.start_before) + bool(ends.start_after)
    if starts != 1 or bool(ends.end_before) + bool(ends.end_after) != 1 or not start or not end:
        raise DeclarationError(
            f"{where}: a range needs one start (startBefore, startAfter) and one end (endBefore, endAfter)"
        )
    return Range(_css(start, where), _css(end, where), bool(ends.start_after), bool(ends.end_after))


def _css(selector: str, where: str) -> str:
    try:
        check_selector(selector)
    except DeclarationError as error:
        raise DeclarationError(f"{where}: {error}") from error
    return selector
