"""Which changed wordings an article may be about, and what speaks for each: quotes, words, time."""

from __future__ import annotations

from heapq import nlargest
from math import exp
from operator import itemgetter
from typing import TYPE_CHECKING, Final, NamedTuple

from tracker.coverage.quotes import quotation, retelling, weighed
from tracker.coverage.words import stem

if TYPE_CHECKING:
    from datetime import datetime

    from tracker.coverage.archive import Archive
    from tracker.coverage.quotes import Quotation, Retelling
    from tracker.coverage.reading import Reading
    from tracker.coverage.targets import Occurrence, Target

# Days from the recorded change to the article, and what a change of that age counts. News comes late: Zoom's
# terms were reported after 128 days, TikTok's after 180. Records come late too, so an article can be ahead.
_AGES: Final = ((-14.5, 0.0), (-7.0, 0.7), (30.0, 1.0), (60.0, 0.7), (180.0, 0.4), (365.0, 0.2))
_UNDATED: Final = 0.8
_OFF: Final = 0.25  # of an undated article that names days a year away from the change
_A_YEAR: Final = 365
_LOOKED_AT: Final = 40
_BY_WORDS: Final = 6
_BY_QUOTES: Final = 4
_RETOLD: Final = 0.6
_SHARED: Final = 0.4
_ENOUGH: Final = 40.0  # BM25 score that says about as much as can be said by words alone
_OTHER_DOCUMENT: Final = 0.85
_UNSAID: Final = 0.75  # words that went, where the article says of nothing that it went
_UNNAMED_DOCUMENT: Final = 0.9
# Words that name the documents everybody has; the others in a name ("Developer Terms") tell it from these.
_KINDS: Final = frozenset(map(stem, ("terms", "conditions", "agreement", "privacy", "policy", "guidelines", "faq")))
_EVERYWHERE: Final = _KINDS | frozenset(map(stem, ("service", "services", "use", "community")))


class Candidate(NamedTuple):
    """A changed wording and what ties an article to it."""

    target: Target
    occurrence: Occurrence
    time: float  # 0 to 1; 0 where the article is too old or too young
    ahead: bool  # the article is older than the change by more than a late record explains
    quote: Quotation | None
    told: Retelling | None
    words: float
    score: float

    @property
    def quoted(self) -> float:
        """Gives how strongly the article quotes changed words."""
        return self.quote.score if self.quote and self.quote.changed else 0.0


def candidates(reading: Reading, published: datetime | None, known: Archive) -> tuple[Candidate, ...]:
    """Gives the wordings an article may be about, the likeliest first."""
    scores = known.by_words(reading.counts)
    looked_at = [one for one, _ in nlargest(_LOOKED_AT, scores.items(), key=itemgetter(1))]
    timed = {one: _occurrence(known.targets[one], reading, published) for one in looked_at}
    chosen = nlargest(_BY_WORDS, looked_at, key=lambda one: scores[one] * timed[one][0])
    quoting = known.by_changed_words(root for quote in reading.quotations for root in quote.stems)
    chosen += (one for one, _ in nlargest(_BY_QUOTES, quoting.items(), key=itemgetter(1)))
    article = weighed(reading, known.rarity)
    found = [
        _candidate(
            known.targets[one],
            timed.get(one) or _occurrence(known.targets[one], reading, published),
            words=scores.get(one, 0.0),
            quote=quotation(article, known.targets[one]),
            told=retelling(article, known.targets[one]),
            reading=reading,
            published=published,
        )
        for one in dict.fromkeys(chosen)
    ]
    return tuple(sorted(found, key=lambda one: (-one.score, one.occurrence.change, one.occurrence.clause)))


def _candidate(
    target: Target,
    timed: tuple[float, float, Occurrence],
    *,
    words: float,
    quote: Quotation | None,
    told: Retelling | None,
    reading: Reading,
    published: datetime | None,
) -> Candidate:
    _, time, occurrence = timed
    ahead = published is not None and _days(published, occurrence) < _AGES[0][0]
    evidence = time**0.5 * (quote.score if quote and quote.changed else 0.0) + time * (
        _RETOLD * (told.score if told else 0.0) + _SHARED * (1 - exp(-words / _ENOUGH))
    )
    gone = target.sides[0].name == "before" and not reading.tells_removal
    score = evidence * occurrence.prior * _names(occurrence.document, reading) * (_UNSAID if gone else 1.0)
    return Candidate(target, occurrence, time, ahead, quote, told, words, score)


def _occurrence(target: Target, reading: Reading, published: datetime | None) -> tuple[float, float, Occurrence]:
    """Gives the occurrence that fits the time of the article best, the first of equals, with its weight."""
    if len(target.occurrences) == 1:
        best = target.occurrences[0]
    else:
        best = max(target.occurrences, key=lambda one: _fits(one, reading, published) * one.prior)
    time = _fits(best, reading, published)
    return time * best.prior, time, best


def _fits(one: Occurrence, reading: Reading, published: datetime | None) -> float:
    """Weighs the time between a change and an article; of an undated one, the days it names."""
    if published:
        days = _days(published, one)
        return next((counts for last, counts in _AGES if days <= last), 0.0)
    if reading.latest_day and abs((reading.latest_day - one.at).days) > _A_YEAR:
        return _OFF
    return _UNDATED


def _days(published: datetime, occurrence: Occurrence) -> float:
    return (published - occurrence.at).total_seconds() / 86_400


def _names(document: str | None, reading: Reading) -> float:
    """Gives less for a document whose name the article does not use, or of a kind it does not speak of."""
    name = {root for word in (document or "").lower().split() if (root := stem(word))}
    said = reading.counts.keys()
    if not name - _EVERYWHERE <= said:
        return _OTHER_DOCUMENT
    return _UNNAMED_DOCUMENT if name & _KINDS and _KINDS & said and not name & _KINDS & said else 1.0
