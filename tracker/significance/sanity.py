"""Tells pages that are no version of their document: walls, empty pages, pages that lost their text."""

from __future__ import annotations

import itertools
import re

from tracker.model import Noise
from tracker.significance.garbled import is_garbled
from tracker.significance.language import language_of
from tracker.significance.walls import is_wall

_EMPTY = 3  # words a text needs
_COLLAPSE = 0.4  # of the last good length
_REMNANT = 0.12  # of the last good length: so little is left that new words do not make it a version
_OWN = 0.3  # share of new lines from which a much shorter text is a rewritten one
_KEPT = 0.02  # share of new lines up to which a text only lost something
_SHORTENED = 0.97
_LEAST = 600  # code points a good text has
_ITEMS = 10
_ORPHANS = 2
_WORD = re.compile(r"[^\W\d_]{2,}")
_LINK = re.compile(r"\]\([^)]*\)")
_ITEM = re.compile(r"(?:[*+•-]|\d+\\?[.)]|[a-z]\\?[.)])\s")


def suspect(
    text: str, last_good: str | None, *, language: str | None = None, last_language: str | None = None
) -> Noise | None:
    """Says why a text is no version of its document, or None where it may be one.

    `last_good` is the text of the last version that was none of this; languages not given are found out.
    """
    if is_garbled(text, last_good):
        return Noise.CAPTURE_LOSS
    if next(itertools.islice(_WORD.finditer(text, 0, 2000), _EMPTY - 1, None), None) is None:
        return Noise.EMPTY
    if is_wall(text, last_good):
        return Noise.WALL
    if last_good is None or len(last_good) < _LEAST:
        return None
    if len(text) < _SHORTENED * len(last_good) and _lost(text, last_good):
        return Noise.CAPTURE_LOSS
    was, now = last_language or language_of(last_good), language or language_of(text)
    return Noise.LANGUAGE if was and now and was != now else None


def _lost(text: str, last_good: str) -> bool:
    ratio = len(text) / len(last_good)
    if ratio <= _REMNANT:
        return True
    old, new = _lines(last_good), _lines(text)
    known, size = set(old), sum(map(len, new)) or 1
    own = sum(len(line) for line in new if line not in known) / size
    if ratio <= _COLLAPSE:
        return own <= _OWN
    return own <= _KEPT and (_items_gone(old, new) or len(_led(old) & _orphaned(new)) >= _ORPHANS)


def _lines(text: str) -> list[str]:
    return [stripped for line in _LINK.sub("]", text).splitlines() if (stripped := line.strip())]


def _items_gone(old: list[str], new: list[str]) -> bool:
    before = sum(1 for line in old if _ITEM.match(line))
    return before >= _ITEMS and sum(1 for line in new if _ITEM.match(line)) <= before / 10


def _led(lines: list[str]) -> set[str]:
    """Gives the lines that lead in to a list."""
    return {a for a, b in itertools.pairwise(lines) if a.rstrip("*_ ").endswith(":") and _ITEM.match(b)}


def _orphaned(lines: list[str]) -> set[str]:
    """Gives the lines that lead in to nothing."""
    return {a for a, b in itertools.pairwise(lines) if a.rstrip("*_ ").endswith(":") and not _ITEM.match(b)}
