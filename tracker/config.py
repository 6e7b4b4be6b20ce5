"""The configuration file: where the archive, the declarations and the coverage lie.

Paths in it are relative to the file. Without a file, the pages and seeds that ship with the tracker are used.
"""

from __future__ import annotations

import difflib
import tomllib
from dataclasses import dataclass, fields
from pathlib import Path

from tracker.errors import UsageError
from tracker.package_data import shipped

FILE = Path("config.toml")


@dataclass(frozen=True, slots=True)
class Config:
    """What the configuration says, with paths made whole."""

    snapshots: Path
    declarations: Path
    coverage: Path


def read_config(file: Path | None = None) -> Config:
    """Read a configuration: the named file, or `config.toml` where we are, or what ships."""
    if file is None:
        file = FILE if FILE.is_file() else shipped("config.toml")
    try:
        told = tomllib.loads(file.read_text(encoding="utf-8"))
    except OSError as wrong:
        raise UsageError(f"{file}: cannot be read: {wrong.strerror}") from wrong
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as wrong:
        raise UsageError(f"{file}: is no TOML: {wrong}") from wrong
    return Config(**{name: file.parent / path for name, path in _checked(file, told).items()})


def _checked(file: Path, told: dict[str, object]) -> dict[str, str]:
    """Check that every key is known and every value is a path; all mistakes at once."""
    known = {field.name: _DEFAULTS[field.name] for field in fields(Config)}
    mistakes = []
    for key, value in told.items():
        if key not in known:
            near = difflib.get_close_matches(key, known, 1)
            mistakes.append(f'unknown key "{key}"' + (f' (did you mean "{near[0]}"?)' if near else ""))
        elif not isinstance(value, str):
            mistakes.append(f'"{key}" has to be a path in quotes')
        else:
            known[key] = value
    if mistakes:
        raise UsageError(f"{file}: {'; '.join(mistakes)}")
    return known


_DEFAULTS = {"snapshots": "snapshots", "declarations": "seeds/services", "coverage": "seeds/coverage"}
