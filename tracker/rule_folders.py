"""Rules from a folder: a user's own, added to those of the tracker, or a whole set in their place."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from tracker.errors import UsageError
from tracker.significance.rules import load_rules

if TYPE_CHECKING:
    from tracker.significance.rules import Rules

BUILT_IN = "built-in"
# Files of a whole set that hold no rules of the judge: they tell pages, not changes.
_OTHERS = frozenset({"furniture.toml", "languages.toml", "walls.toml"})


def read_rules(folder: str | Path | None) -> Rules:
    """Read the rules of a folder; those of the tracker where it is "built-in" or none is named.

    A folder adds to the rules of the tracker, unless there is a `scores.toml` in it: then it is a whole set.
    """
    if folder is None or str(folder) == BUILT_IN:
        return load_rules()
    folder = Path(folder)
    if not folder.is_dir():
        raise UsageError(f"{folder}: there is no such folder of rules")
    files = sorted(file for file in folder.glob("*.toml") if file.name not in _OTHERS)
    if not files:
        raise UsageError(f"{folder}: holds no rules (files that end in .toml)")
    return load_rules((str(file), _text(file)) for file in files)


def _text(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except OSError as wrong:
        raise UsageError(f"{file}: cannot be read: {wrong.strerror}") from wrong
    except UnicodeDecodeError as wrong:
        line = wrong.object[: wrong.start].count(b"\n") + 1
        raise UsageError(f"{file}, line {line}: is not written in UTF-8") from wrong
