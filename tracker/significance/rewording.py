"""Whether two wordings say the same: inflections, pronouns and small words apart."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from collections.abc import Set as AbstractSet

_ENDINGS = ("ies", "ing", "ed", "es", "s", "y", "e")
_STEM = 4  # letters that stay when an ending goes
# Words that may come and go and leave the sense as it was.
# fmt: off
_LIGHT = frozenset((
    "a", "an", "the", "of", "about", "to", "in", "on", "for", "with", "by", "at", "as", "and", "or", "that", "this",
    "these", "those", "such", "any", "which", "who", "whom", "our", "your", "their", "its", "his", "her", "us",
    "you", "we", "it", "they", "them", "be", "is", "are", "was", "were", "been", "being", "do", "does", "did",
    "s", "t", "don", "doesn", "isn", "aren", "won", "didn", "please", "note", "also", "however", "therefore",
    "so", "why", "then", "thus", "people", "person", "persons", "individual", "individuals", "age", "years",
    "old", "will", "shall", "own", "has", "have",
))
# fmt: on
_SAME = {"authorit": "agenc", "information": "data"}
_INITIALS = re.compile(r"\b[A-Z]{2,}\b")
_WORD = re.compile(r"\w+")


@lru_cache(maxsize=20_000)
def stem(word: str) -> str:
    """Gives what the forms of a word share: "browse" and "browsing", "agency" and "authorities"."""
    for ending in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= _STEM:
            word = word[: -len(ending)]
            break
    return _SAME.get(word, word)


def bag(words: Iterable[str], names: AbstractSet[str] = frozenset()) -> frozenset[str]:
    """Gives the stems of the words that carry the sense; `names` are those by which the provider speaks of itself."""
    return frozenset([stem(word) for word in words if word not in _LIGHT and word not in names])


def likeness(a: AbstractSet[str], b: AbstractSet[str]) -> float:
    """Tells how much of the smaller of two bags stands in the other."""
    return len(a & b) / (min(len(a), len(b)) or 1)


def stands(said: str, words: Sequence[str], text: str, low: str) -> bool:
    """Tells whether words stand on the other side: as they are, inflected, without their dots, or as their initials.

    `words` are those of `said`; `low` is the text in lower case.
    """
    if said.lower() in low:
        return True
    plain = said.replace(".", "")
    if plain != said and plain.isupper():
        return plain in text
    parts = said.split()
    initials = "".join([part[0] for part in parts])
    if len(parts) > 1 and initials.isupper() and initials in _INITIALS.findall(text):
        return True
    return _inflected(words, low)


def _inflected(words: Sequence[str], low: str) -> bool:
    """Tells whether the stems of some words follow each other in a text."""
    wanted = [stem(word) for word in words]
    held = [stem(word) for word in _WORD.findall(low)]
    return any(held[k : k + len(wanted)] == wanted for k, found in enumerate(held) if found == wanted[0])
