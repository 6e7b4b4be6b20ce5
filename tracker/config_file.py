"""A TOML file being read: knows its name and finds the line of what is wrong in it."""

from __future__ import annotations

import difflib
import re
import tomllib
from typing import TYPE_CHECKING

import msgspec
import msgspec.inspect

from tracker.errors import UsageError

if TYPE_CHECKING:
    from pathlib import Path

_UNKNOWN = re.compile(r"Object contains unknown field `([^`]*)`(?: - at `\$(.*)`)?")
_WHERE = re.compile(r" - at `\$(.*)`$")
_STEP = re.compile(r"\.([\w-]+)|\[(\d+|\.\.\.)\]")


class ConfigFile:
    """A configuration as text, and what it holds."""

    def __init__(self, file: Path) -> None:
        self.file = file
        try:
            self.text = file.read_text(encoding="utf-8-sig")
        except OSError as wrong:
            raise UsageError(f"{file}: cannot be read: {wrong.strerror}") from wrong
        except UnicodeDecodeError as wrong:
            line = wrong.object[: wrong.start].count(b"\n") + 1
            raise UsageError(f"{file}, line {line}: is not written in UTF-8") from wrong
        try:
            self.tables: dict[str, object] = tomllib.loads(self.text)
        except tomllib.TOMLDecodeError as wrong:
            raise UsageError(f"{file}: is no TOML: {wrong}") from wrong

    def wrong(self, path: str, reason: str) -> UsageError:
        """Make the error for what is wrong at a path ("fetch.contact", "subscriptions[1].channel")."""
        line = self.line_of(path)
        return UsageError(f"{self.file}{f', line {line}' if line else ''}: {reason}")

    def explained(self, error: msgspec.ValidationError, known: type[msgspec.Struct]) -> UsageError:
        """Make the error for a table that is not as it should be."""
        message = str(error)
        if unknown := _UNKNOWN.match(message):
            key, at = unknown[1], (unknown[2] or "").lstrip(".")
            near = difflib.get_close_matches(key, sorted(_keys(known)), 1)
            hint = f"; did you mean {near[0]!r}?" if near else "; remove it or correct its name"
            return self.wrong(f"{at}.{key}" if at else key, f"unknown key {key!r}{hint}")
        where = _WHERE.search(message)
        path = where[1].lstrip(".") if where else ""
        reason = message[: where.start()] if where else message
        return self.wrong(path, f"{path}: {reason[:1].lower()}{reason[1:]}" if path else reason)

    def line_of(self, path: str) -> int | None:
        """Give the line on which what a path names begins, or its nearest table; None where it is nowhere."""
        steps: list[tuple[str, str]] = _STEP.findall(f".{path}")
        found: int | None = None
        seen: list[str] = []
        for name, number in steps:
            if number:
                if number.isdigit():
                    found = self._table(".".join(seen), int(number)) or found
            else:
                seen.append(name)
                at = self._table(".".join(seen), 0) or self._key(name, found or 0)
                found = at if at is not None else found
        return found

    def _table(self, name: str, number: int) -> int | None:
        """Give the line of the header of a table, or of the nth of a list of tables."""
        spelt = r"\s*\.\s*".join(rf"[\"']?{re.escape(part)}[\"']?" for part in name.split("."))
        headers = list(re.finditer(rf"^\s*\[\[?\s*{spelt}\s*\]?\]", self.text, re.MULTILINE))
        return self._line(headers[number]) if number < len(headers) else None

    def _key(self, name: str, after: int) -> int | None:
        """Give the line of a key at or behind a line."""
        for match in re.finditer(rf"^\s*[\"']?{re.escape(name)}[\"']?\s*[=.]", self.text, re.MULTILINE):
            if self._line(match) >= after:
                return self._line(match)
        return None

    def _line(self, match: re.Match[str]) -> int:
        start = match.start() + len(match[0]) - len(match[0].lstrip())
        return self.text.count("\n", 0, start) + 1


def _keys(table: type[msgspec.Struct]) -> set[str]:
    """Give the keys of a table and of the tables in it."""
    found: set[str] = set()
    pending: list[object] = [msgspec.inspect.type_info(table)]
    while pending:
        one = pending.pop()
        if isinstance(one, msgspec.inspect.StructType):
            found |= {field.encode_name for field in one.fields}
            pending += [field.type for field in one.fields]
        for name in ("item_type", "value_type"):
            if hasattr(one, name):
                pending.append(getattr(one, name))
        pending += getattr(one, "types", ())
    return found
