"""Ties articles to changes: few links, each with a role and the words it rests on."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from tracker.coverage.archive import archive
from tracker.coverage.candidates import candidates
from tracker.coverage.consensus import Account, account, contradictions
from tracker.coverage.evidence import MOST, by_quote, by_retelling, by_sentence
from tracker.coverage.reading import read
from tracker.coverage.roles import roles
from tracker.model import CoverageLink, Role

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tracker.coverage.archive import Archive
    from tracker.coverage.candidates import Candidate
    from tracker.coverage.reading import Reading, ServiceNames
    from tracker.model import Article, Change, Evidence

VERSION: Final = 2  # of the matcher: a link made by an earlier one is looked at again
OWN_ACCOUNT: Final = "the provider's own account"
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
    links: list[tuple[Linked, ...]] = []
    accounts = []
    for article in articles:
        matched = match_one(article, known, service)
        links.append(matched.links)
        accounts.append(matched.account)
    for number, alone in contradictions(accounts).items():
        beside = [one.change for place in alone.against for one in links[place]]
        change = max(set(beside), key=lambda one: (beside.count(one), -one)) if beside else None
        contested = contested_link(articles[number], alone.words, alone.note)
        links[number] = () if change is None else (Linked(change, contested),)
    return tuple(one for found in links for one in found)


@dataclass(frozen=True, slots=True)
class Matched:
    """What became of one article by itself: how it was read, its links, what it claims of events."""

    reading: Reading
    links: tuple[Linked, ...]
    account: Account


def match_one(article: Article, known: Archive, service: ServiceNames) -> Matched:
    """Links one article; whether the others deny what it claims is for the caller to see."""
    reading = read(article, service)
    own = service.own(article)
    found = candidates(reading, article.published, known)
    links = tuple(
        Linked(one.occurrence.change, _link(article, reading, one, role, own=own))
        for one, role in roles(found, reading)
    )
    return Matched(reading, links, Account({}, frozenset()) if own else account(reading))


def with_denial(link: CoverageLink, denial: Sequence[Evidence]) -> CoverageLink:
    """Gives a link with what the texts say against the article beside it."""
    return replace(link, evidence=(*link.evidence[: MOST - len(denial)], *denial)) if denial else link


def contested_link(article: Article, words: str, note: str) -> CoverageLink:
    """Gives the link of an article that stands alone: beside the change the others are about."""
    return CoverageLink(article, Role.CONTESTED, 0.0, (by_sentence(words, note),))


def _link(article: Article, reading: Reading, one: Candidate, role: Role, *, own: bool) -> CoverageLink:
    quoted = one.quote is not None and one.quote.changed and role in {Role.QUOTES, Role.BEFORE_THE_CHANGE}
    evidence = by_quote(one, reading) if quoted else by_retelling(one, reading)
    if own:
        evidence = tuple(replace(each, note=f"{OWN_ACCOUNT}: {each.note}") for each in evidence)
    return CoverageLink(article, role, round(min(1.0, one.score / _FULL), 3), evidence)
