"""Tells pages that stand in front of a document, or in its place: logins, consents, challenges, errors."""

from __future__ import annotations

import re
import tomllib
from functools import cache
from importlib import resources
from typing import NamedTuple

_LONGEST = 20_000  # code points of a page that may be a wall
_TINY = 60  # words; so short a page is a wall when it says any of them
_FEW = 30, 300  # words, and code points with links; so short a first page is a wall when it says any word of one
_SHORT = 250  # words; a page so short is one when it speaks like one, a longer one never is the first page seen
_MOST = 1000  # words; a longer page is no wall
_SHARE = 0.5  # of the last good text; a longer page is no wall
_BEGINNING = 30  # words
_SEVERAL = 3
_HINTS = 2
_LINK = re.compile(r"\]\([^)]*\)")
_WORD = re.compile(r"[^\W_]+")


class _Walls(NamedTuple):
    plain: tuple[str, ...]
    hints: tuple[str, ...]
    tiny: tuple[str, ...]
    words: tuple[str, ...]


@cache
def _walls() -> _Walls:
    """Gives what walls say, in all languages: a wall need not speak that of the document behind it."""
    text = (resources.files("tracker.significance") / "rules" / "walls.toml").read_text(encoding="utf-8")
    languages = tomllib.loads(text).values()
    return _Walls(
        *(tuple(sorted({_spoken(str(said)) for one in languages for said in one[key]})) for key in _Walls._fields)
    )


def is_wall(text: str, last_good: str | None) -> bool:
    """Tells whether a text is a wall: its words are few, and they are those of walls."""
    if len(text) > _LONGEST or (last_good is not None and len(text) > _SHARE * len(last_good)):
        return False
    spoken = _spoken(_LINK.sub("]", text))
    words = spoken.count(" ") - 1
    if words > (_SHORT if last_good is None else _MOST):
        return False
    plain = _said(_walls().plain, spoken)
    if words > _SHORT:
        beginning = " ".join(spoken.split(" ", _BEGINNING + 1)[:-1]) + " "
        return plain >= _SEVERAL or bool(_said(_walls().plain, beginning))
    if plain or _said(_walls().hints, spoken) >= _HINTS:
        return True
    if last_good is None and words <= _FEW[0] and len(text) <= _FEW[1] and _said(_walls().words, spoken):
        return True
    return words <= _TINY and bool(_said(_walls().hints, spoken) or _said(_walls().tiny, spoken))


def _said(walls: tuple[str, ...], spoken: str) -> int:
    return sum(1 for wall in walls if wall in spoken)


def _spoken(text: str) -> str:
    """Gives the words of a text between spaces, so that a phrase is found in it as whole words."""
    words = _WORD.findall(text.lower().replace("\u0451", "\u0435"))
    return f" {' '.join(words)} "
