"""Ties articles to changes: few links, each with a role and the words it rests on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from tracker.coverage.archive import archive
from tracker.coverage.candidates import candidates
from tracker.coverage.consensus import account, contradictions
from tracker.coverage.evidence import by_quote, by_retelling, by_sentence
from tracker.coverage.reading import read
from tracker.coverage.roles import roles
from tracker.model import CoverageLink, Role

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tracker.coverage.archive import Archive
    from tracker.coverage.candidates import Candidate
    from tracker.coverage.consensus import Contradiction
    from tracker.coverage.reading import Reading, ServiceNames
    from tracker.model import Article, Change

_FULL: Final = 1.6  # the score of a link nobody would doubt


@dataclass(frozen=True, slots=True)
class Linked:
    """A link and the change it belongs to, by its place in the sequence of changes."""

    change: int
    link: CoverageLink


def link(articles: Sequence[Article], changes: Sequence[Change], service: ServiceNames) -> tuple[Linked, ...]:
    """Links articles to the changes they quote, describe or stand beside; of each the best link first."""
    return match(articles, archive(changes), service)


def match(articles: Sequence[Article], known: Archive, service: ServiceNames) -> tuple[Linked, ...]:
    """Links articles to the changes of an archive, all together: what one claims the others can deny."""
    links: list[list[Linked]] = []
    accounts = []
    for article in articles:
        reading = read(article, service)
        accounts.append(account(reading))
        found = candidates(reading, article.published, known)
        links.append(
            [Linked(one.occurrence.change, _link(article, reading, one, role)) for one, role in roles(found, reading)]
        )
    for number, contradiction in contradictions(accounts).items():
        links[number] = _contested(articles[number], contradiction, links)
    return tuple(one for found in links for one in found)


def _link(article: Article, reading: Reading, one: Candidate, role: Role) -> CoverageLink:
    quoted = one.quote is not None and one.quote.changed and role in {Role.QUOTES, Role.BEFORE_THE_CHANGE}
    evidence = by_quote(one, reading) if quoted else by_retelling(one, reading)
    return CoverageLink(article, role, round(min(1.0, one.score / _FULL), 3), evidence)


def _contested(article: Article, alone: Contradiction, links: Sequence[Sequence[Linked]]) -> list[Linked]:
    """Gives the link of an article that stands alone: beside the change the others are about."""
    beside = [one.change for number in alone.against for one in links[number]]
    if not beside:
        return []
    change = max(set(beside), key=lambda one: (beside.count(one), -one))
    return [Linked(change, CoverageLink(article, Role.CONTESTED, 0.0, (by_sentence(alone.words, alone.note),)))]
