"""The words of an article that a link rests on: short enough to keep, with the clause they point at."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tracker.model import Evidence

if TYPE_CHECKING:
    from tracker.coverage.candidates import Candidate
    from tracker.coverage.reading import Reading
    from tracker.coverage.words import Fragment

LONGEST: Final = 300
MOST: Final = 3
_SUBJECT: Final = "speaks of the same subject"


def by_quote(one: Candidate, reading: Reading) -> tuple[Evidence, ...]:
    """Gives the quoted words."""
    if not one.quote:
        return ()
    quote = one.quote
    if not quote.changed:
        note = "quotes words that did not change"
    elif one.target.moved and reading.tells_removal:
        note = "tells of a removal, but these words only moved; they still stand in the document"
    elif one.target.moved:
        note = "quotes words that only moved; they still stand in the document"
    else:
        note = f"quotes the {'new' if quote.side == 'after' else 'old'} wording"
    return (Evidence(_words(reading, quote.fragment), one.occurrence.clause, quote.side, note),)


def by_retelling(one: Candidate, reading: Reading) -> tuple[Evidence, ...]:
    """Gives the sentences that tell of the clause in other words."""
    found = by_quote(one, reading) if one.quote and not one.quote.changed else ()
    if one.told:
        side = one.target.sides[0].name
        note = "tells of the change in other words" if one.told.cued else _SUBJECT
        found += tuple(
            Evidence(_words(reading, part), one.occurrence.clause, side, note) for part in one.told.fragments
        )
    return found[:MOST] or (_nearest(one, reading),)


def _nearest(one: Candidate, reading: Reading) -> Evidence:
    """Gives the sentence that shares most words with the clause, where no sentence shares a changed one."""
    sentence = max(reading.sentences, key=lambda part: len(part.stems & one.target.clause))
    return Evidence(_words(reading, sentence), one.occurrence.clause, one.target.sides[0].name, _SUBJECT)


def by_sentence(words: str, note: str) -> Evidence:
    """Gives a sentence that is evidence by itself, whatever clause it stands beside."""
    return Evidence(cut(words), None, None, note)


def cut(text: str, longest: int = LONGEST) -> str:
    """Gives a text in one line, at most 300 characters of it, cut between words."""
    words = " ".join(text.split())
    if len(words) <= longest:
        return words
    kept = words[: longest - 1]
    return (kept.rsplit(" ", 1)[0] if " " in kept else kept) + "\u2026"


def _words(reading: Reading, fragment: Fragment) -> str:
    return cut(reading.text[fragment.start : fragment.end])
