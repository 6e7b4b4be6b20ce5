"""Replaying a history: every record of every chosen document through the same core as a live check.

Documents are independent of each other. What is to be printed of each waits in a file of its own, so that
memory does not grow with the history and the answer comes in the same order however the work was shared.
"""

from __future__ import annotations

import difflib
import gc
import tempfile
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING

from tracker.assess import assess
from tracker.digest.tally import Tally
from tracker.episodes import Happening, episodes, happening
from tracker.errors import UsageError
from tracker.past import Past
from tracker.sharing import in_order, processes_for
from tracker.text.declaration import Page

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping

    from tracker.digest.selection import Selection
    from tracker.formats.history import History, Line, Reader
    from tracker.model import Change, Record
    from tracker.significance.rules import Rules
    from tracker.text.declaration import ServiceDeclaration

# Under this many records a second process costs more than it saves.
_WORTH_SHARING = 400
_YOUNG_OBJECTS = 200_000
# Which part of a page is the document is for a declaration to say; where none does, nothing is.
_UNDECLARED = Page(url="", select=(":not(*)",))


@dataclass(frozen=True, slots=True)
class Rival:
    """Other rules, and how what both say of a record is encoded."""

    rules: Rules
    encode: Callable[[Change, Change], bytes]


@dataclass(frozen=True, slots=True)
class Play:
    """How each document of a history is played and what becomes of its changes.

    `keep` tells which changes are spooled beside the shown ones: coverage may explain one a filter hides.
    `in_full` asks for the clauses of returns to an earlier text too. With a `rival`, each document is played by its
    rules as well, and it encodes what both say.
    """

    pages: Callable[[Record], tuple[Page, ...]]
    rules: Rules
    selection: Selection
    encode: Callable[[Change], bytes]
    keep: Callable[[Change], bool] | None = None
    in_full: bool = False
    rival: Rival | None = None


@dataclass(frozen=True, slots=True)
class Kept:
    """Where an encoded change lies in the spool of its document, and what it is worth."""

    start: int
    size: int
    is_shown: bool
    worth: tuple[int, float]  # its significance, and the score of its best clause
    happening: int | None  # which of its document's it is


@dataclass(slots=True)
class Played:
    """One document, played: what was counted, and its encoded changes in a file."""

    line: Line
    spool: Path
    tally: Tally = field(default_factory=Tally)
    kept: list[Kept] = field(default_factory=list)
    happenings: list[Happening] = field(default_factory=list)  # also of changes that are not kept

    def encoded(self, which: Iterable[Kept]) -> Iterator[bytes]:
        """Read encoded changes back from the file."""
        with self.spool.open("rb") as file:
            for one in which:
                file.seek(one.start)
                yield file.read(one.size)


def changes(records: Iterable[Record], past: Past, play: Play) -> Iterator[Change]:
    """Give the change that each record of one document makes, in order."""
    for record in records:
        yield assess(record, past, play.pages(record), play.rules, full=play.in_full)


def _encodings(records: Iterable[Record], past: Past, play: Play) -> Iterator[tuple[Change, Callable[[], bytes]]]:
    """Give each change of one document with what encodes it; by itself, or beside what the rival says."""
    other = Past()
    for record in records:
        (change,) = changes((record,), past, play)
        if play.rival is None:
            yield change, partial(play.encode, change)
        else:
            said = assess(record, other, play.pages(record), play.rival.rules, full=play.in_full)
            yield change, partial(play.rival.encode, change, said)


def pages_of(services: Mapping[str, ServiceDeclaration]) -> Callable[[Record], tuple[Page, ...]]:
    """Give the lookup of the declared pages of a record; one that holds a single page shows the first of them."""

    def pages(record: Record) -> tuple[Page, ...]:
        service = services.get(record.service)
        declared = service and service.document(record.document)
        return (declared and declared.at(record.at)) or (_UNDECLARED,)

    return pages


@contextmanager
def replaying(
    history: History,
    lines: tuple[Line, ...],
    play: Play,
    *,
    progress: Callable[[int], None] = lambda _: None,
) -> Iterator[Iterator[Played]]:
    """Play lines of a history; gives them in their order, each as soon as it and those before it are done.

    `progress` hears how many records are done. The files live as long as the block.
    """
    records = sum(len(line.listed) for line in lines)
    processes = processes_for(len(lines)) if records >= _WORTH_SHARING else 1
    with tempfile.TemporaryDirectory(prefix="tracker-") as folder:

        @contextmanager
        def desk(tick: Callable[[], None]) -> Iterator[Callable[[tuple[int, Line]], Played]]:
            with history.reading() as reader:
                yield lambda piece: _play(Played(piece[1], Path(folder) / str(piece[0])), reader, play, tick)

        with in_order(
            desk,
            tuple(enumerate(lines)),
            weight=lambda piece: len(piece[1].listed),
            processes=processes,
            progress=progress,
        ) as played:
            yield played


def _play(played: Played, reader: Reader, play: Play, tick: Callable[[], None]) -> Played:
    """Play one document into its file."""
    gc.set_threshold(_YOUNG_OBJECTS)  # hardly anything here is in a cycle, and looking for one is a tenth of the work
    past = Past()
    with played.spool.open("wb") as spool:
        for change, encoded in _encodings(reader.records(played.line), past, play):
            is_shown = play.selection.shows(change)
            played.tally.count(change, is_shown=is_shown)
            happened = happening(change)
            if happened:
                played.happenings.append(happened)
            if is_shown or (play.keep and play.keep(change)):
                score = max((clause.verdict.score for clause in change.clauses), default=0.0)
                start = spool.tell()
                size = spool.write(encoded())
                number = len(played.happenings) - 1 if happened else None
                played.kept.append(Kept(start, size, is_shown, (change.significance, score), number))
            tick()
    played.tally.versions = len(past.faces)
    return played


def in_episodes(played: Iterable[Played], mark: Callable[[bytes, str], bytes]) -> Iterator[Played]:
    """Give documents whose kept changes name the episode they belong to; `mark` writes it into an encoded change.

    The documents of a service come together: an edit may be in any of them.
    """
    for _, documents in groupby(played, key=lambda one: one.line.service):
        group = tuple(documents)
        found = episodes([one for document in group for one in document.happenings])
        first = 0
        for one in group:
            _mark(one, {k - first: found[k] for k in range(first, first + len(one.happenings)) if k in found}, mark)
            first += len(one.happenings)
            one.happenings.clear()
            yield one


def _mark(played: Played, found: Mapping[int, str], mark: Callable[[bytes, str], bytes]) -> None:
    """Write those changes of a document anew, at the end of its file, that belong to an episode."""
    marked = [k for k, one in enumerate(played.kept) if one.happening in found]
    if not marked:
        return
    anew = played.encoded([played.kept[k] for k in marked])
    with played.spool.open("ab") as spool:
        for k, encoded in zip(marked, anew, strict=True):
            one = played.kept[k]
            start = spool.tell()
            size = spool.write(mark(encoded, found[one.happening or 0]))
            played.kept[k] = replace(one, start=start, size=size)


def in_history_order(played: Iterable[Played]) -> Iterator[bytes]:
    """Give the encoded changes that are shown, document by document, as they happened."""
    for one in played:
        yield from one.encoded(kept for kept in one.kept if kept.is_shown)


def most_significant_first(played: Iterable[Played]) -> Iterator[bytes]:
    """Give the encoded changes that are shown, those that matter most first."""
    ranked = [(kept, one) for one in played for kept in one.kept if kept.is_shown]
    ranked.sort(key=lambda pair: pair[0].worth, reverse=True)
    for kept, one in ranked:
        yield from one.encoded((kept,))


def chosen(lines: Iterable[Line], services: Collection[str], documents: Collection[str]) -> tuple[Line, ...]:
    """Choose lines by the exact names asked for; UsageError with near names for one that is not there."""
    lines = tuple(lines)
    _known("service", services, {line.service for line in lines})
    of_services = tuple(line for line in lines if not services or line.service in services)
    _known("document", documents, {line.document for line in of_services})
    return tuple(line for line in of_services if not documents or line.document in documents)


def _known(kind: str, asked: Collection[str], there: set[str]) -> None:
    for name in asked:
        if name not in there:
            folded = {known.casefold(): known for known in sorted(there)}
            near = difflib.get_close_matches(name.casefold(), folded, 3, 0.5)
            hint = " or ".join(f'"{folded[one]}"' for one in near)
            there_are = hint and f"; did you mean {hint}?"
            raise UsageError(f'the history has no {kind} "{name}"{there_are or "; it has " + _some(there)}')


def _some(names: set[str]) -> str:
    first = sorted(names)[:10]
    more = len(names) - len(first)
    return ", ".join(f'"{name}"' for name in first) + (f" and {more} more" if more else "")
