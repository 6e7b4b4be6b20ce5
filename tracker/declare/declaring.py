"""Writes declarations into the folder of the configuration: a new file, or one more document of a service."""

from __future__ import annotations

import os
import re
import tempfile
import unicodedata
from pathlib import Path
from typing import TYPE_CHECKING

from tracker.declare.trying import declaration
from tracker.errors import SourceError, UsageError
from tracker.exchange.importing import unfit
from tracker.seeds import read_declaration, read_declarations

if TYPE_CHECKING:
    from tracker.declare.trying import Tried


def place_for(tried: Tried, folder: Path) -> Path:
    """Say which file a declaration goes into.

    Raises:
        UsageError: the document is declared already, or its service in a file that is not ours to write.
    """
    service, document = tried.guess.service, tried.guess.document
    if wrong := unfit(service, document):
        raise UsageError(wrong)
    known = read_declarations(folder) if folder.is_dir() and any(folder.iterdir()) else {}
    if service not in known:
        file = folder / f"{_slug(service)}.toml"
        if file.exists():
            raise UsageError(f"{file}: is there already and declares another service; give another name with --service")
        return file
    told = known[service]
    if told.document(document) is not None:
        raise UsageError(
            f"{told.origin}: declares {document} already; change it there, or name another with --document"
        )
    if not told.origin.endswith(".toml"):
        raise UsageError(
            f"{told.origin}: {service} is declared in a file that is not written here; add it there by hand"
        )
    return Path(told.origin)


def declare(tried: Tried, folder: Path) -> Path:
    """Write a declaration; gives the file. What stands in it already stays to the letter.

    Raises:
        UsageError: see `place_for`.
        SourceError: the file cannot be written.
    """
    file = place_for(tried, folder)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        before = file.read_text("utf-8") if file.exists() else ""
        added = declaration(tried, with_service=not before)
        _replace(file, f"{before.rstrip()}\n\n{added}" if before else added)
    except OSError as wrong:
        raise SourceError(f"{file}: cannot be written: {wrong.strerror}") from wrong
    return file


def _replace(file: Path, text: str) -> None:
    """Write a file that is read once before it gets its name."""
    descriptor, name = tempfile.mkstemp(prefix=".", suffix=".toml", dir=file.parent)
    unfinished = Path(name)
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as to:
            to.write(text)
        read_declaration(unfinished)
        mode = file.stat().st_mode & 0o777 if file.exists() else 0o644
        unfinished.chmod(mode)
        unfinished.replace(file)
    finally:
        unfinished.unlink(missing_ok=True)


def _slug(service: str) -> str:
    plain = unicodedata.normalize("NFKD", service).encode("ascii", "ignore").decode().casefold()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:60] or "service"
