"""An article as the matcher reads it: sentences, quotations, cues, and whom it speaks of."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from tracker.coverage.lexicon import lexicon, sense
from tracker.coverage.words import Fragment, dates, lower, masked, quotations, sentences, words

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from tracker.coverage.words import Words
    from tracker.model import Article, Span

_WORD: Final = re.compile(r"[^\W_]+")
_DAY: Final = re.compile(
    r"(?i)(\d{1,2})?(?:st|nd|rd|th)?\s*(?:of\s+)?([a-z]{3})[a-z]*\.?\s*(\d{1,2})?(?:st|nd|rd|th)?,?\s+(\d{4})$"
)
_ISO: Final = re.compile(r"(\d{4})-(\d\d)-(\d\d)$")
_MONTHS: Final = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_LONGEST: Final = 100_000  # characters of an article that are read; longer ones are no news
_PASSING: Final = 250  # words; a longer text that names the service once speaks of something else


@dataclass(frozen=True, slots=True)
class ServiceNames:
    """What a service is called: its own name and the others the press uses.

    `given` says that the caller knows the articles to be about the service, whether or not they name it. What stands
    on one of its `sites` is its own account of things.
    """

    name: str
    aliases: tuple[str, ...] = ()
    given: bool = False
    sites: tuple[str, ...] = ()  # hosts

    def own(self, article: Article) -> bool:
        """Tell whether an article is the service's own account."""
        host = (urlsplit(article.url or "").hostname or "").removeprefix("www.")
        sites = (*self.sites, *(alias for alias in self.aliases if "." in alias))
        return any(host == site or host.endswith(f".{site}") for site in (each.removeprefix("www.") for each in sites))


@dataclass(frozen=True, slots=True)
class Reading:
    """What the matcher takes from an article; nothing of it outlives the match."""

    text: str
    sentences: tuple[Fragment, ...]
    quotations: tuple[Fragment, ...]
    cued: tuple[bool, ...]  # per sentence: does it, or one beside it, speak of a changed policy?
    counts: Mapping[str, int]
    places: Mapping[str, Sequence[int]]  # stem -> sentences it stands in
    about_service: bool
    tells_removal: bool
    deeds: frozenset[str]  # words for an arrest, a lawsuit: it speaks of that, and of a text only where it says so
    latest_day: datetime | None  # the last day the text itself names


def read(article: Article, service: ServiceNames) -> Reading:
    """Reads an article once for all targets."""
    text = (f"{article.title}.\n{article.text}" if article.title else article.text)[:_LONGEST]
    plain = masked(text)
    found = words(plain, article.language)
    parts = tuple(_fragment(plain, span, found, quoted=False) for span in sentences(text))
    quotes = tuple(_fragment(plain, span, found, quoted=True) for span in quotations(text))
    said = frozenset(_WORD.findall(plain))
    cues = _cues(plain, parts, said)
    return Reading(
        text,
        parts,
        tuple(quote for quote in quotes if len(quote.stems) > 1),
        tuple(any(cues[max(0, i - 1) : i + 2]) for i in range(len(cues))),
        Counter(found.stems),
        _places(parts),
        is_about(article, service),
        not lexicon().removal.isdisjoint(said),
        frozenset(word for word in said if sense(word).events),
        _latest_day(text),
    )


def _fragment(plain: str, span: Span, found: Words, *, quoted: bool) -> Fragment:
    first, last = bisect_left(found.starts, span[0]), bisect_left(found.starts, span[1])
    return Fragment(*span, quoted, frozenset(found.stems[first:last]), plain[span[0] : span[1]])


def _places(parts: Sequence[Fragment]) -> dict[str, list[int]]:
    places: dict[str, list[int]] = {}
    for number, part in enumerate(parts):
        for root in part.stems:
            places.setdefault(root, []).append(number)
    return places


def _cues(plain: str, parts: Sequence[Fragment], said: frozenset[str]) -> list[bool]:
    """Tells of each sentence whether it says that the text of a policy changed, or retells it openly."""
    known = lexicon()
    documents, changes = {word for word in said if sense(word).document}, {word for word in said if sense(word).change}
    names = [name for name in known.names if name in plain]
    phrases = [phrase for phrase in known.phrases if phrase in plain]
    cues = []
    for part in parts:
        found = _WORD.findall(part.plain)
        is_named = not documents.isdisjoint(found) or any(name in part.plain for name in names)
        says_so = is_named and not changes.isdisjoint(found)
        cues.append(says_so or any(phrase in part.plain for phrase in phrases))
    return cues


def is_about(article: Article, service: ServiceNames) -> bool:
    """Tells whether the title, the address, a short text, or a long one at least twice, names the service."""
    if service.given or service.own(article):
        return True
    names = "|".join(re.escape(lower(name)) for name in (service.name, *service.aliases))
    pattern = re.compile(rf"(?<![^\W_])(?:{names})(?![^\W_])")
    if pattern.search(lower(f"{article.title or ''} {urlsplit(article.url or '').path}")):
        return True
    mentions = len(pattern.findall(lower(article.text)))
    return mentions > 1 or (mentions == 1 and len(article.text.split()) <= _PASSING)


def _latest_day(text: str) -> datetime | None:
    days = [day for day in map(_day, dates(text)) if day]
    return max(days, default=None)


def _day(stamp: str) -> datetime | None:
    """Gives the day a stamp with a year in it names, the first of the month where it names none."""
    if iso := _ISO.match(stamp):
        year, month, day = map(int, iso.groups())
    elif found := _DAY.match(stamp):
        first, name, second, of = found.groups()
        if name.lower() not in _MONTHS:
            return None
        year, month, day = int(of), _MONTHS.index(name.lower()) + 1, int(first or second or 1)
    else:
        return None
    try:
        return datetime(year, month, day, tzinfo=UTC)
    except ValueError:  # the 31st of February
        return None
