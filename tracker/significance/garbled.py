"""Tells texts that are damaged: read in the wrong charset, or no text at all."""

from __future__ import annotations

import re
from enum import Enum, auto

_SAMPLE = 2000  # code points at each of three places
_LEAST = 4  # signs of a damage
_REPLACED = 0.002  # of the code points of a text
_CONTROLS = 0.01  # of the sampled code points
_PAIRED = 0.5  # of the letters beyond ASCII
_ALIEN = 1 / 3  # of the sampled code points that are no space
_RUNS = 0.5  # of the text

_PROSE = 1 / 12  # of the text are spaces, at least, where half of it is words

_CONTROL = bytes([*range(9), *range(0x0E, 0x20), 0x7F])
_ASCII = bytes(range(0x80))
_RUN = re.compile(r"(?<![A-Za-z0-9+/])[A-Za-z0-9+/]{60,}")
_LINK = re.compile(r"\]\([^)]*\)")
_BEYOND = re.compile(r"[^\x00-\x7f]{2,}")
_CAPITAL_FIRST = re.compile(r"\b[\u0410-\u042f][\u0430-\u044f]{2,}")
_CAPITALS_LAST = re.compile(r"\b[\u0430-\u044f][\u0410-\u042f]{2,}")


def _letters(charset: str, first: int, last: int) -> str:
    """Gives the letters that a charset has for some bytes; for a byte it does not know, that of Latin-1."""
    known = [bytes([byte]).decode(charset, "ignore") or chr(byte) for byte in range(first, last + 1)]
    return re.escape("".join([*known, *map(chr, range(first, min(last, 0x9F) + 1))]))


def _pair(charset: str) -> str:
    """Gives the pattern of UTF-8 that was read byte by byte in a charset."""
    next_byte = f"[{_letters(charset, 0x80, 0xBF)}\ufffd]"
    two, three, four = (_letters(charset, *lead) for lead in ((0xC2, 0xDF), (0xE0, 0xEF), (0xF0, 0xF4)))
    return f"[{two}]{next_byte}|[{three}]{next_byte}{{2}}|[{four}]{next_byte}{{3}}"


_PAIRS = tuple(re.compile(_pair(charset)) for charset in ("cp1252", "cp1251"))
_ALIENS = (
    re.compile(
        "[\u0080-\u009f\u00c0-\u00ff\u0152\u0153\u0160\u0161\u0178\u017d\u017e\u0192\u02c6\u02dc\u201a\u2020\u2021\u2030]"
    ),
    re.compile("[\u2500-\u259f]"),  # what code page 866 has between its letters
)


class _Damage(Enum):
    REPLACED = auto()
    PAIRED = auto()
    ALIEN = auto()
    EXCHANGED = auto()
    BINARY = auto()


def is_garbled(text: str, last_good: str | None) -> bool:
    """Tells whether a text is damaged in a way in which the last good text is not: what both have is the page's own."""
    damage = _damage(text)
    return bool(damage) and (last_good is None or not damage <= _damage(last_good))


def _damage(text: str) -> frozenset[_Damage]:
    sample = _sample(text)
    coded = sample.encode("utf-8", "replace")
    found = {_Damage.BINARY} if _is_binary(text, sample, coded) else set()
    if text.count("\ufffd") >= max(_LEAST, _REPLACED * len(text)):
        found.add(_Damage.REPLACED)
    if not sample.isascii():
        found |= _misread(sample, coded.translate(None, _ASCII).decode("utf-8"))
    return frozenset(found)


def _is_binary(text: str, sample: str, coded: bytes) -> bool:
    if len(coded) - len(coded.translate(None, _CONTROL)) >= max(_LEAST, _CONTROLS * len(coded)):
        return True
    if len(coded) - len(coded.translate(None, b" ")) > _PROSE * len(coded):
        return False
    return all(sum(map(len, _RUN.findall(words))) > _RUNS * len(words) for words in (sample, _LINK.sub("]", text)))


def _misread(sample: str, beyond: str) -> set[_Damage]:
    """Says which signs of a wrong charset a sample has, given its letters beyond ASCII, one behind the other."""
    found = {_Damage.PAIRED} if any(_is_paired(pattern, sample, beyond) for pattern in _PAIRS) else set()
    if len(beyond) < len(sample) / 10:
        return found
    visible = len("".join(sample.split()))
    if any(len(alien.findall(beyond)) > _ALIEN * visible for alien in _ALIENS):
        found.add(_Damage.ALIEN)
    if len(_CAPITALS_LAST.findall(sample)) >= max(_LEAST, len(_CAPITAL_FIRST.findall(sample))):
        found.add(_Damage.EXCHANGED)
    return found


def _is_paired(pattern: re.Pattern[str], sample: str, beyond: str) -> bool:
    """Tells whether most letters beyond ASCII stand in pairs; looks at the places of all only where they may."""
    least = max(_PAIRED * len(beyond), 2 * _LEAST)
    if sum(map(len, pattern.findall(beyond))) <= least:
        return False
    return sum(map(len, pattern.findall(" ".join(_BEYOND.findall(sample))))) > least


def _sample(text: str) -> str:
    if len(text) <= 3 * _SAMPLE:
        return text
    starts = (0, len(text) // 2 - _SAMPLE // 2, len(text) - _SAMPLE)
    return "".join([text[start : start + _SAMPLE] for start in starts])
