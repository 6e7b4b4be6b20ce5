"""Writes the feeds to a folder: of everything, each service, each topic. A file is touched only when it changes."""

from __future__ import annotations

import hashlib
import heapq
import os
import re
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

from tracker.digest.feed import NEWEST, Feed, atom, is_for_feeds, json_feed
from tracker.digest.visible import brief
from tracker.errors import SourceError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime

    from tracker.digest.message import Stored

LEAST = 1  # significance
_LONGEST_NAME = 150  # bytes of a file name
_DOTS = re.compile(r"^\.+")


@dataclass(slots=True)
class _Shelf:
    """The newest changes of one feed, as they come in."""

    feed: Feed
    held: list[tuple[datetime, int, Stored]] = field(default_factory=list)

    def take(self, stored: Stored) -> None:
        if any(number == stored.id for _, number, _ in self.held):
            return
        item = (stored.recorded_at or stored.change.after.at, stored.id, stored)
        (heapq.heappush if len(self.held) < NEWEST else heapq.heappushpop)(self.held, item)


def write_feeds(
    stored: Iterable[Stored], folder: Path, *, public_url: str | None = None, least: int = LEAST
) -> tuple[Path, ...]:
    """Write the feeds of changes, which may come in any order; gives the files that were not so before.

    Raises:
        SourceError: the folder or a file in it cannot be written.
    """
    shelves = {"all": _Shelf(Feed("all", "Changes of policies", "all", public_url))}
    for one in stored:
        if is_for_feeds(one.change, least):
            for feed in _feeds_of(one, public_url):
                shelves.setdefault(feed.name, _Shelf(feed)).take(one)
    written = (path for shelf in shelves.values() for path in _write(shelf, folder))
    return tuple(written)


def _feeds_of(stored: Stored, public_url: str | None) -> Iterator[Feed]:
    change = stored.change
    yield Feed("all", "Changes of policies", "all", public_url)
    if change.service:
        name = brief(change.service, _LONGEST_NAME)
        yield Feed(f"service/{change.service}", f"Changes of {name}", f"services/{_file(change.service)}", public_url)
    topics = {topic for one in change.clauses if one.verdict.significance for topic in one.verdict.topics}
    for topic in sorted(topics):
        name = brief(topic.replace("_", " "), _LONGEST_NAME)
        yield Feed(f"topic/{topic}", f"Changes about {name}", f"topics/{_file(topic)}", public_url)


def _file(name: str) -> str:
    """Give a name as one that every file system takes: what is neither letter nor digit is percent-encoded."""
    encoded = _DOTS.sub(lambda dots: "%2E" * len(dots[0]), quote(name, safe=" -_.", errors="replace"))
    if len(encoded) <= _LONGEST_NAME:
        return encoded
    return f"{encoded[: _LONGEST_NAME - 20]}~{hashlib.sha256(encoded.encode()).hexdigest()[:16]}"


def _write(shelf: _Shelf, folder: Path) -> Iterator[Path]:
    chosen = [stored for *_, stored in shelf.held]
    for ending, body in ((".atom", atom(shelf.feed, chosen)), (".json", json_feed(shelf.feed, chosen))):
        path = folder / f"{shelf.feed.path}{ending}"
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            if path.is_file() and path.read_bytes() == body:
                continue
            _replace(path, body)
        except OSError as wrong:
            raise SourceError(f"{path}: cannot be written: {wrong.strerror}") from wrong
        yield path


def _replace(path: Path, body: bytes) -> None:
    """Write a file so that whoever reads it meanwhile gets the old one or the new one."""
    descriptor, name = tempfile.mkstemp(prefix=f".{path.name[:40]}.", dir=path.parent)
    unfinished = Path(name)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(body)
        unfinished.chmod(0o644)
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)
