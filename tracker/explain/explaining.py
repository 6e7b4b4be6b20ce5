"""Explains replayed changes by news coverage, service by service."""

from __future__ import annotations

import dataclasses
from itertools import groupby
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from tracker.coverage.linking import link
from tracker.coverage.reading import ServiceNames
from tracker.digest.packing import unpack

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from tracker.model import Article, Change, CoverageLink
    from tracker.replay import Kept, Played
    from tracker.text.declaration import ServiceDeclaration


def names_of(declared: Mapping[str, ServiceDeclaration], service: str) -> ServiceNames:
    """Give the names by which the press may call a service."""
    known = declared.get(service)
    if known is None:
        return ServiceNames(service)
    hosts = {urlsplit(page.url).hostname or "" for document in known.documents for page in document.pages}
    return ServiceNames(service, known.aliases, sites=tuple(sorted(hosts - {""})))


def explained(
    played: Iterable[Played],
    articles: Sequence[Article],
    names: Callable[[str], ServiceNames],
    encode: Callable[[Change], bytes],
) -> Iterator[Played]:
    """Give documents whose packed changes carry the coverage that explains them, encoded as asked."""
    for service, documents in groupby(played, key=lambda one: one.line.service):
        group = tuple(documents)
        changes = [unpack(packed) for one in group for packed in one.encoded(one.kept)]
        waiting = iter(covered(changes, articles, names(service)))
        for one in group:
            _rewrite(one, waiting, encode)
            yield one


def covered(changes: Sequence[Change], articles: Sequence[Article], service: ServiceNames) -> tuple[Change, ...]:
    """Give the changes of one service with their coverage, best link first."""
    links: dict[int, list[CoverageLink]] = {}
    for linked in link(articles, changes, service):
        links.setdefault(linked.change, []).append(linked.link)
    return tuple(
        dataclasses.replace(change, coverage=tuple(sorted(links[number], key=lambda one: -one.score)))
        if number in links
        else change
        for number, change in enumerate(changes)
    )


def _rewrite(played: Played, changes: Iterator[Change], encode: Callable[[Change], bytes]) -> None:
    """Write the shown changes of a document anew, with what is known of them now."""
    kept: list[Kept] = []
    with played.spool.open("wb") as spool:
        for one in played.kept:
            change = next(changes)
            if one.is_shown:
                start = spool.tell()
                kept.append(dataclasses.replace(one, start=start, size=spool.write(encode(change))))
    played.kept = kept
