"""What an article says of a text, held against the text: words it quotes that stand nowhere, or that never went.

Only words an article gives as those of the policy are looked at; what people are quoted with is theirs.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from rapidfuzz import fuzz

from tracker.coverage.evidence import MOST, by_sentence
from tracker.coverage.lexicon import lexicon, sense
from tracker.coverage.words import masked

if TYPE_CHECKING:
    from tracker.coverage.reading import Reading
    from tracker.coverage.words import Fragment
    from tracker.model import Evidence

_WORD: Final = re.compile(r"[^\W_]+")
_FEWEST: Final = 5  # words of a quotation that can be looked for
_LONGEST: Final = 1000  # characters
_NOWHERE: Final = 65.0  # best alignment of words that stand nowhere: a translation back scores higher
_STANDS: Final = 92.0  # and of words that stand there
NOWHERE: Final = "quotes words that stand neither in the old text nor in the new one"
STILL: Final = "tells of a removal, but these words stand in the new text as in the old one"


def denied(reading: Reading, before: str | None, after: str | None) -> tuple[Evidence, ...]:
    """Gives what the texts before and after a change say against an article; nothing where one is not at hand."""
    quotes = [quote for quote in reading.quotations if _of_policy(quote, reading)]
    if not quotes or before is None or after is None:
        return ()
    old, new = masked(before), masked(after)
    found: list[Evidence] = []
    for quote in quotes:
        in_new = _stands(quote, new)
        if in_new < _NOWHERE and _stands(quote, old) < _NOWHERE:
            found.append(by_sentence(reading.text[quote.start : quote.end], NOWHERE))
        elif _went(quote, reading) and in_new >= _STANDS and _stands(quote, old) >= _STANDS:
            found.append(by_sentence(reading.text[quote.start : quote.end], STILL))
    return tuple(found[: MOST - 1])


def _stands(quote: Fragment, text: str) -> float:
    return fuzz.partial_ratio(quote.plain[:_LONGEST], text)


def _of_policy(quote: Fragment, reading: Reading) -> bool:
    """Tells whether an article gives words as those of a policy: it names one before them, and nobody who says them."""
    if len(quote.plain.split()) < _FEWEST:
        return False
    around = _WORD.findall(_before(quote, reading))
    return any(sense(word).document for word in around) and lexicon().people.isdisjoint(around)


def _went(quote: Fragment, reading: Reading) -> bool:
    """Tells whether the article says of these words that they went."""
    return not lexicon().removal.isdisjoint(_WORD.findall(_before(quote, reading)))


def _before(quote: Fragment, reading: Reading) -> str:
    """Gives the words of the sentence before the quotation."""
    sentence = next((one for one in reading.sentences if one.start <= quote.start < one.end), None)
    return sentence.plain[: quote.start - sentence.start] if sentence else ""
