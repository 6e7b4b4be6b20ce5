"""A file of rules being read, and the line of what is wrong in it."""

from __future__ import annotations

import tomllib
from typing import TYPE_CHECKING, cast

from tracker.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping

_TABLE_KEYS = {
    "topic": frozenset({"id", "weight", "strong", "weak", "patterns"}),
    "value": frozenset({"fact", "id", "rank", "terms", "also", "each"}),
    "cue": frozenset({"id", "terms"}),
    "scene": frozenset({"id", "terms"}),
}


class RulesFile:
    """A rules file being read: knows its name and finds the line of what is wrong.

    Attributes:
        name: its name, as its user knows it.
        tables: what it holds.
    """

    def __init__(self, name: str, text: str) -> None:
        self.name, self._text = name, text
        try:
            self.tables: dict[str, object] = tomllib.loads(text)
        except tomllib.TOMLDecodeError as error:
            raise UsageError(f"{name}: {error}") from error

    def wrong(self, needle: str, reason: str, *, behind: str = "") -> UsageError:
        """Makes the error for what is wrong: at the first `needle`, or the first one behind other words."""
        start = max(0, self._text.find(behind))
        at = self._text.find(needle, start)
        line = self._text.count("\n", 0, at + 1 if at >= 0 else start) + 1
        return UsageError(f"{self.name}, line {line}: {reason}")

    def tables_of(self, key: str) -> list[dict[str, object]]:
        """Gives the tables written [[key]], their keys checked."""
        found = self.tables.get(key, [])
        if not isinstance(found, list) or not all(isinstance(t, dict) for t in found):
            raise self.wrong(key, f"{key} is a list of tables: write [[{key}]]")
        known = _TABLE_KEYS[key]
        for name in (name for table in found for name in table if name not in known):
            raise self.wrong(f"\n{name}", f"unknown key {name!r} in a {key}; known are {', '.join(sorted(known))}")
        return cast("list[dict[str, object]]", found)

    def text_of(self, table: Mapping[str, object], key: str, where: str) -> str:
        """Gives a text of a table; "" where it has none."""
        value = table.get(key, "")
        if not isinstance(value, str):
            raise self.wrong(key, f"{key} of {where} is not text in quotes", behind=f'"{where}"')
        return value

    def texts_of(self, table: Mapping[str, object], key: str, where: str) -> list[str]:
        """Gives a list of texts of a table; an empty one where it has none."""
        found = table.get(key, [])
        if not isinstance(found, list) or not all(isinstance(text, str) for text in found):
            raise self.wrong(key, f"{key} of {where} is not a list of texts in quotes", behind=f'"{where}"')
        return cast("list[str]", found)

    def number_of(self, table: Mapping[str, object], key: str, where: str, default: float) -> float:
        """Gives a number of a table, or what is given where it has none."""
        value = table.get(key, default)
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise self.wrong(key, f"{key} of {where} is not a number", behind=f'"{where}"')
        return float(value)
