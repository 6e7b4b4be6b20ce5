"""Whether a value that came or went is news: it plays its part, and the other side and the other version lack it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tracker.significance.lexicon import SHORT, Lexicon
from tracker.significance.roles import plays
from tracker.significance.sentences import after, before
from tracker.significance.standing import UNKNOWN, Others

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tracker.significance.reading import Found, Reading, Side

LISTED = frozenset({"data_element", "recipient", "party"})  # "not shared with advertisers" names no recipient
_ELSEWHERE = LISTED | {"transparency_report", "history_claim"}  # asked for in the other version
_ALIKE = frozenset({"user_notice", "consent", "legal_basis", "place"})  # ... where it says the same of them
_BARE = frozenset(("group", "other", "our", "corporate", "own"))
_AROUND = 8  # words to each side of a value that say what is said of it


@dataclass(frozen=True, slots=True)
class Known:
    """What there is to know beside the clause: the terms of the language, and the version the clause is not in."""

    lexicon: Lexicon
    classes: Mapping[str, frozenset[str]]
    others: Others = UNKNOWN


def is_qualified(found: Found, side: Side) -> bool:
    """Tells whether nothing changed of a recipient but a word that tells nobody apart: "group companies"."""
    changed = [side.words[n] for n in range(found.first, found.last) if side.changed[n]]
    return found.meaning.name == "recipient" and len(changed) < found.last - found.first and _BARE.issuperset(changed)


def is_told(found: Found, side: Side, other: Side, reading: Reading, known: Known) -> bool:
    """Tells whether a value plays its part in the clause and stands nowhere on the other side, in no other words.

    Of a long clause only the neighbourhood of a change was read.
    """
    name, value = found.meaning.name, found.meaning.value
    if not plays(found, side, reading, known.classes):
        return False
    if name not in _ELSEWHERE or len(other.text) <= SHORT:
        return True
    return (name, value) not in known.lexicon.values_in(other.text)


def is_news(found: Found, side: Side, reading: Reading, known: Known) -> bool:
    """Tells whether the other version lacks a value that only came or went.

    Of a clause that came or went as a whole nothing there may name it; of an edited one, no clause of the section.
    Companies are looked for everywhere; what a clause may say of many things, in sentences like its own.
    """
    name, value = found.meaning.name, found.meaning.value
    other = known.others.of(gone=side is reading.before)
    if other is None or (name not in _ELSEWHERE and name not in _ALIKE):
        return True
    if name in _ALIKE:
        return not other.holds_alike(name, value, (*before(found, side)[:_AROUND], *after(found, side)[:_AROUND]))
    if name == "party" or not (reading.before.text and reading.after.text):
        return not other.holds(name, value)
    return name not in LISTED or not other.holds_near(name, value)
