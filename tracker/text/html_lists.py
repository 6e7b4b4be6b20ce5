"""The numbers and letters a browser prints before the items of a list."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

_TYPE_OF_STYLE = {
    "lower-alpha": "a",
    "lower-latin": "a",
    "upper-alpha": "A",
    "upper-latin": "A",
    "lower-roman": "i",
    "upper-roman": "I",
    "none": "",
}
_STYLE = re.compile(rf"list-style(?:-type)?\s*:[^;]*?\b({'|'.join(_TYPE_OF_STYLE)})\b")
_ROMAN = (
    (1000, "m"), (900, "cm"), (500, "d"), (400, "cd"), (100, "c"), (90, "xc"), (50, "l"), (40, "xl"),
    (10, "x"), (9, "ix"), (5, "v"), (4, "iv"), (1, "i"),
)  # fmt: skip
_LONGEST_STYLE = 1_000  # characters that are searched; longer ones are no style but an attack on the search
_LAST_ROMAN = 3999
BULLET = "* "


class Numbering:
    """Counts the items of one list."""

    def __init__(self, *, ordered: bool, attributes: Mapping[str, str | None]) -> None:
        style = _STYLE.search((attributes.get("style") or "")[:_LONGEST_STYLE].lower())
        declared = attributes.get("type") or "1"
        self._type = (_TYPE_OF_STYLE[style[1]] if style else declared) if ordered else ""
        self._next = _integer(attributes.get("start"), 1)
        self._step = -1 if "reversed" in attributes else 1

    def marker(self, value: str | None) -> str:
        """Return what is printed before the next item; `value` is the number the item asks for."""
        number = _integer(value, self._next)
        self._next = number + self._step
        return f"{_printed(number, self._type)}. " if self._type else BULLET


def _integer(value: str | None, default: int) -> int:
    hit = re.match(r"\s*([+-]?\d{1,9})", value or "", re.ASCII)
    return int(hit[1]) if hit else default


def _printed(number: int, kind: str) -> str:
    if kind in ("a", "A") and number > 0:
        return _letters(number) if kind == "a" else _letters(number).upper()
    if kind in ("i", "I") and 0 < number <= _LAST_ROMAN:
        return _roman(number) if kind == "i" else _roman(number).upper()
    return str(number)


def _letters(number: int) -> str:
    """Return a, b, ... z, aa, ab, ..."""
    letters = ""
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(ord("a") + rest) + letters
    return letters


def _roman(number: int) -> str:
    numeral = ""
    for worth, sign in _ROMAN:
        times, number = divmod(number, worth)
        numeral += sign * times
    return numeral
