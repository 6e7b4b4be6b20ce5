"""What every source of history gives: the lines of its documents, and the records of a line in their order.

A history is a plain value that can be handed to another process; what it holds open while records are read (a
git process, say) lives in `reading`. Bodies are read one at a time.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from tracker.errors import SourceError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from contextlib import AbstractContextManager
    from datetime import datetime

    from tracker.model import Cause, Format, Record


# Of one body. Pages and texts are a thousand times smaller; what is larger is no policy, or meant to harm.
LARGEST = 50_000_000


class TooLarge(SourceError):
    """One body of a source is larger than any page; the others can still be read."""

    def __init__(self, where: str) -> None:
        super().__init__(f"{where}: is larger than {LARGEST // 1_000_000} MB, which no page is")


@dataclass(frozen=True, slots=True)
class Origin:
    """What a source tells of how a record came about; comparing does not need it, evidence does."""

    clock: str  # what says when it was: "Memento-Datetime", "author date of a commit" ...
    url: str | None = None
    status: int | None = None
    headers: tuple[tuple[str, str], ...] = ()
    note: str | None = None
    charset: str | None = None  # as the server named it


UNTOLD = Origin("not told")


@dataclass(frozen=True, slots=True)
class Listed:
    """A record as its source lists it, before its bytes are read."""

    at: datetime
    id: str  # git blob, or "" where only the bytes tell
    source: str | None  # git commit, or the address asked
    format: Format
    recorded_as: Cause
    where: str = ""  # where the bytes lie, in words of the source
    origin: Origin = UNTOLD
    placed_at: datetime | None = None  # where its order differs from its moments and cannot be seen from the line alone
    more: tuple[Listed, ...] = ()  # the pages after the first, where a document is made of several


@dataclass(frozen=True, slots=True)
class Line:
    """All records of one document, under its latest name, in the order in which they are compared."""

    service: str
    document: str
    listed: tuple[Listed, ...]


class Reader(Protocol):
    """Reads the records of lines, one body at a time."""

    def records(self, line: Line) -> Iterator[Record]:
        """Give the records of a line in its order."""
        ...


class History(Protocol):
    """A source of history, listed and ready to be read."""

    @property
    def lines(self) -> tuple[Line, ...]:
        """The documents of the source, ordered by service and document."""
        ...

    @property
    def remarks(self) -> tuple[str, ...]:
        """What its user should know of the source."""
        ...

    def reading(self) -> AbstractContextManager[Reader]:
        """Open what reading takes; every process that reads opens its own."""
        ...
