"""Changes that are no news: of a clause (dates, spelling, order, furniture of the page) and of a page."""

from __future__ import annotations

import re
import tomllib
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING

from tracker.model import BlockKind, Noise
from tracker.significance.dates import DATE, PIECE, STAMP, YEAR_OR_DIGITS

if TYPE_CHECKING:
    from tracker.model import ClauseChange
    from tracker.significance.reading import Reading, Side
    from tracker.significance.terms import Meaning


_DIGIT = re.compile(r"\d")
_COPYRIGHT = re.compile(r"©|\bcopyright\b", re.IGNORECASE)
_AGO = re.compile(r"\b(?:second|minute|hour|day|week|month|year)s? ago\b", re.IGNORECASE)
_UNIT = re.compile(r"\b(?:an?|one|\d+)?\s*(?:second|minute|hour|day|week|month|year)s?\b", re.IGNORECASE)
_WORD = re.compile(r"\w+")
_ALPHA = re.compile(r"[^\W\d_]")
_COUNTED = re.compile(
    r"\d+ (?:languages?|comments?|replies|likes|views|votes?|min(?:utes?)? read)|page \d+(?: of \d+)?"
)
_LETTER = re.compile(r"\w")
_STAMP_WORD = re.compile(rf"(?:{STAMP.pattern})\w*", re.IGNORECASE)
_FOOTER = 200  # characters: longer clauses are no furniture
_SHORT = 8  # words of a clause that says little but its date
_STAMP_WORDS = 25  # words of a clause that can be a date stamp
_SPELLING = 6  # letters a word needs before a slip of one letter is a slip


def clause_noise(change: ClauseChange, reading: Reading) -> Noise | None:
    """Says why a changed clause is no news, or None where it may be."""
    if not reading.changed_words:
        return Noise.ORDER if reading.moved_words else Noise.COSMETIC
    if (change.before and change.after) or reading.moved_words:
        return _noise(change, reading)
    side, is_heading = reading.after if change.after else reading.before, change.block is BlockKind.HEADING
    if is_heading not in side.noise:  # a clause that came or went as a whole: told by its words alone
        side.noise[is_heading] = _noise(change, reading)
    return side.noise[is_heading]


def _noise(change: ClauseChange, reading: Reading) -> Noise | None:
    if _is_stamp(reading) and all(_only_dates(text, change) for text in _changed_text(change, reading)):
        return Noise.DATES
    if change.before is None or change.after is None:
        return Noise.COSMETIC if _is_furniture(change, reading) else None
    if all(_is_slip(a, b) for a, b in _pairs(change, reading)) and _means(reading.before) == _means(reading.after):
        return Noise.COSMETIC
    return Noise.COSMETIC if _is_furniture(change, reading) else None


def _changed_text(change: ClauseChange, reading: Reading) -> tuple[str, str]:
    before = " ".join((change.before or "")[slice(*h.before)] for h in reading.hunks)
    after = " ".join((change.after or "")[slice(*h.after)] for h in reading.hunks)
    return before, after


def _only_dates(text: str, change: ClauseChange) -> bool:
    if _AGO.search(change.after or change.before or ""):
        text = _UNIT.sub(" ", text)
    return not _LETTER.search(_STAMP_WORD.sub(" ", PIECE.sub(" ", text)))


def _is_stamp(reading: Reading) -> bool:
    """Tells whether a clause is there to carry a date: short, with a date or a word such as "updated" in it."""
    sides = [side for side in (reading.after, reading.before) if side.text]
    if any(len(s.words) > _STAMP_WORDS for s in sides) or not any(_DIGIT.search(side.text) for side in sides):
        return False
    return any(_carries_date(side.text, len(side.words)) for side in sides)


def _carries_date(text: str, words: int) -> bool:
    if _COPYRIGHT.search(text) or _AGO.search(text):
        return True
    if not YEAR_OR_DIGITS.search(text):  # every date has one, and they are quickly found
        return False
    return bool(DATE.search(text)) and (words <= _SHORT or bool(STAMP.search(text)))


def _is_furniture(change: ClauseChange, reading: Reading) -> bool:
    if change.block is BlockKind.HEADING:
        return False
    return all(_furniture(side) for side in (reading.before, reading.after) if side.text)


def _furniture(side: Side) -> bool:
    if len(side.text) > _FOOTER:
        return False
    whole, begins = _phrases()
    words = " ".join(side.words)
    if words in whole or words.startswith(begins) or side.text.startswith("©") or not _ALPHA.search(words):
        return True
    return bool(_COUNTED.fullmatch(words))


@cache
def _phrases() -> tuple[frozenset[str], tuple[str, ...]]:
    """Gives the words that are furniture as a whole, and those that furniture begins with."""
    text = (resources.files("tracker.significance") / "rules" / "furniture.toml").read_text(encoding="utf-8")
    whole, begins = (
        [" ".join(_WORD.findall(phrase)) for phrase in re.split(r"[,\n]", value) if phrase.strip()]
        for value in map(str, tomllib.loads(text).values())
    )
    return frozenset(whole), tuple(begins)


def _pairs(change: ClauseChange, reading: Reading) -> list[tuple[str, str]]:
    return [((change.before or "")[slice(*h.before)], (change.after or "")[slice(*h.after)]) for h in reading.hunks]


def _means(side: Side) -> set[Meaning]:
    """Gives what the changed words mean: "content" is one letter from "consent", and no slip."""
    terms = [*side.topics, *(found for values in side.values.values() for found in values)]
    return {found.meaning for found in terms if found.changed}


def _is_slip(old: str, new: str) -> bool:
    """Tells whether one word was only spelt otherwise: a letter more, less or other, or two letters swapped."""
    a, b = old.strip().lower(), new.strip().lower()
    if min(len(a), len(b)) < _SPELLING or not a.isalpha() or not b.isalpha() or a[0] != b[0]:
        return False
    if len(a) == len(b):
        different = [k for k in range(len(a)) if a[k] != b[k]]
        return len(different) == 1 or (
            len(different) == 2 and different[1] == different[0] + 1 and sorted(a) == sorted(b)
        )
    short, long = sorted((a, b), key=len)
    return len(long) == len(short) + 1 and any(long[:k] + long[k + 1 :] == short for k in range(len(long)))
