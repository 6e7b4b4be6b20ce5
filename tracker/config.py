"""The configuration file: where the archive, the declarations, the coverage and rules lie, and how to ask servers.

Paths in it are relative to the file. Without a file, the pages and seeds that ship with the tracker are used.
"""

from __future__ import annotations

import difflib
import tomllib
from dataclasses import dataclass
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
    rules: Path | None = None  # rules of one's own
    contact: str = ""  # address or page that servers are told, for complaints
    allow: tuple[str, ...] = ()  # local hosts or networks that may be asked all the same


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
    mistakes: list[str] = []
    asking = _checked_fetch(told.pop("fetch", {}), mistakes)
    paths = {name: file.parent / path for name, path in _checked(told, mistakes).items()}
    if mistakes:
        raise UsageError(f"{file}: {'; '.join(mistakes)}")
    contact, allow = asking
    return Config(**paths, contact=contact, allow=allow)


def _checked_fetch(told: object, mistakes: list[str]) -> tuple[str, tuple[str, ...]]:
    """Read the table [fetch]: whom servers may write to, and which local hosts may be asked."""
    table = told if isinstance(told, dict) else {"": told}
    mistakes += [f'unknown key "fetch.{key}"' for key in table if key not in ("contact", "allow")]
    contact, allow = table.get("contact", ""), table.get("allow", [])
    if not isinstance(contact, str):
        mistakes.append('"fetch.contact" has to be an address in quotes')
    if not isinstance(allow, list) or not all(isinstance(entry, str) for entry in allow):
        mistakes.append('"fetch.allow" has to be a list of hosts or networks in quotes')
        allow = []
    return str(contact), tuple(allow)


def _checked(told: dict[str, object], mistakes: list[str]) -> dict[str, str]:
    """Check that every other key is known and its value a path; all mistakes at once."""
    keys = [*_DEFAULTS, "rules", "fetch"]
    known = dict(_DEFAULTS)
    for key, value in told.items():
        if key not in keys:
            near = difflib.get_close_matches(key, keys, 1)
            mistakes.append(f'unknown key "{key}"' + (f' (did you mean "{near[0]}"?)' if near else ""))
        elif key == "rules":
            folder = value.get("folder") if isinstance(value, dict) and len(value) == 1 else None
            if isinstance(folder, str):
                known[key] = folder
            else:
                mistakes.append('"rules" has to be a table [rules] with a path in quotes: folder = "..."')
        elif not isinstance(value, str):
            mistakes.append(f'"{key}" has to be a path in quotes')
        else:
            known[key] = value
    return known


_DEFAULTS = {"snapshots": "snapshots", "declarations": "seeds/services", "coverage": "seeds/coverage"}
