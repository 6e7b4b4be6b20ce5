"""The words of a text in lower case, with their offsets."""

from __future__ import annotations

import re
from itertools import accumulate
from typing import NamedTuple

_SPLIT = re.compile(r"(\w+)")


class Words(NamedTuple):
    """The words of a text in lower case, and where each begins and ends."""

    words: list[str]
    starts: list[int]
    ends: list[int]


def words_of(text: str, offset: int = 0) -> Words:
    """Gives the words of a text with their offsets, counted from `offset`."""
    low = text.lower()
    if len(low) != len(text):  # "İ" grows when lowered; offsets must not move
        low = "".join(c.lower() if len(c.lower()) == 1 else c for c in text)
    parts = _SPLIT.split(low)
    offsets = list(accumulate(map(len, parts), initial=offset))
    return Words(parts[1::2], offsets[1:-1:2], offsets[2::2])
