"""Lives: what happened to each clause of a document, and how one is asked for."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tracker.model import BlockKind

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tracker.model import Cause, JudgedClause, VersionRef
    from tracker.text.version import Version

BORN, RETURNED = "born", "returned"
_WORDS_CHANGED = frozenset({"edited", "split", "merged", "removed", RETURNED})


@dataclass(frozen=True, slots=True)
class Event:
    """What one record did to a clause; `kind` is that of the change, or "born" or "returned"."""

    place: int  # of the record in the history
    version: VersionRef
    cause: Cause
    kind: str
    judged: JudgedClause | None = None  # None where nothing was compared
    words: str | None = None  # of a clause born or returned
    others: tuple[int, ...] = ()  # clauses it was split into or merged from

    @property
    def is_change(self) -> bool:
        """Whether words came or went, and not the place or the number alone."""
        return self.kind in _WORDS_CHANGED or (self.judged is not None and bool(self.judged.change.edits))

    @property
    def significance(self) -> int:
        """What the judge says of it; 0 where nothing was judged."""
        return self.judged.verdict.significance if self.judged else 0


@dataclass(slots=True)
class Life:
    """One clause through all versions: what happened to it, and where it stood last."""

    id: int
    kind: BlockKind
    path: tuple[str, ...]
    number: str | None
    text: str
    is_there: bool = True  # in the last text, or in that of another face
    events: list[Event] = field(default_factory=list)

    @property
    def changes(self) -> list[Event]:
        """The events after its birth by which words came or went."""
        return [event for event in self.events[1:] if event.is_change]

    @property
    def heading(self) -> str:
        """The heading it is, or stands under."""
        if self.kind is BlockKind.HEADING:
            return f"{self.number}. {self.text}" if self.number else self.text
        return self.path[-1] if self.path else ""

    def stands_at(self, version: Version, index: int) -> None:
        """Note where it stands now."""
        block = version.blocks[index]
        self.kind, self.text = block.kind, block.text
        self.path, self.number = version.path(index), version.number(index)


def most_changed_first(lives: Iterable[Life]) -> list[Life]:
    """Order lives by how often their words changed, then by the highest grade they had."""
    return sorted(
        lives,
        key=lambda life: (-len(life.changes), -max((event.significance for event in life.events), default=0), life.id),
    )


def named(lives: Iterable[Life], name: str) -> list[Life]:
    """Give the lives a name means: a printed number, or words of a heading; those that are still there come first.

    A number means the heading that bears it and the clauses under it. Where it was given to others in the course of
    time, those are meant that bear it now.
    """
    wanted = name.strip().rstrip(".").casefold()
    words = wanted.split()
    lives = list(lives)
    for there in (True, False):
        among = [life for life in lives if life.is_there is there]
        found = [life for life in among if life.number and life.number.casefold() == wanted]
        found = found or [life for life in among if words and all(word in life.heading.casefold() for word in words)]
        if found:
            return found
    return []


def numbers_and_headings(lives: Iterable[Life]) -> list[str]:
    """Give the names that clauses have, for whoever looks for one."""
    lives = list(lives)
    return sorted({life.heading for life in lives if life.heading} | {life.number for life in lives if life.number})
