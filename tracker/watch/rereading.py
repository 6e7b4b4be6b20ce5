"""Makes versions and changes anew from stored snapshots: after new rules, declarations or programs; after an import.

That is a change about us, not about the world: nobody is told.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tracker.episodes import episodes, happening
from tracker.past import Past
from tracker.watch.recording import write_assessed
from tracker.watch.watching import Known

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from tracker.episodes import Happening
    from tracker.watch.watching import Assessed, Watching

_AT_ONCE = 100  # records in a transaction


@dataclass(slots=True)
class Reread:
    """What came of reading a document anew."""

    service: str
    document: str
    records: int = 0
    versions: int = 0
    other_texts: int = 0  # records that now give another text than before
    changes: int = 0  # with significance
    last: int = 0  # capture that was read

    def count(self, one: Assessed, *, is_other: bool) -> None:
        """Count a record."""
        self.last = one.number
        self.records += 1
        self.versions += one.text is not None
        self.other_texts += is_other
        self.changes += one.change.significance > 0


def reread(
    watching: Watching, service: str, *, only: str | None = None, progress: Callable[[int], None] = lambda _: None
) -> tuple[Reread, ...]:
    """Read the stored snapshots of a service anew and write what they give; gives what came of each document.

    `progress` hears how many records are done.
    """
    told: list[Reread] = []
    happened: list[tuple[int, Happening]] = []
    for one in watching.store.documents():
        if one.service == service and only in (None, one.document):
            reading = _Reading(watching, service, one.document, progress)
            told.append(reading.read())
            happened += reading.happened
    episode_of = episodes([happening for _, happening in happened])
    with watching.store.writing() as writing:
        for k, episode in episode_of.items():
            writing.name_episode(happened[k][0], episode)
    return tuple(told)


class _Reading:
    """A document being read anew."""

    def __init__(self, watching: Watching, service: str, document: str, progress: Callable[[int], None]) -> None:
        self.watching, self.progress = watching, progress
        self.tally = Reread(service, document)
        self.happened: list[tuple[int, Happening]] = []  # with the numbers of their changes
        self.made_by = watching.made_by(service, document)
        self.texts = {one.capture: one.fingerprint for one in watching.store.versions(service, document)}

    def read(self) -> Reread:
        """Read all records, and write what they give in transactions of some length."""
        service, document = self.tally.service, self.tally.document
        past = Past()
        waiting: list[Assessed] = []
        self.watching.forget(service, document)
        for one in self.watching.journey(service, document, past):
            waiting.append(one)
            if len(waiting) == _AT_ONCE:
                self._write(waiting)
                waiting.clear()
        self._write(waiting)
        self.watching.remember(service, document, Known(past, self.tally.last, self.made_by))
        return self.tally

    def _write(self, waiting: Sequence[Assessed]) -> None:
        with self.watching.store.writing() as writing:
            for one in waiting:
                before = self.texts.get(one.number)
                is_other = one.text is not None and before not in (None, one.fingerprint)
                change_id = write_assessed(writing, one, self.made_by, is_live=False, anew=is_other)
                self.tally.count(one, is_other=is_other)
                if found := happening(one.change):
                    self.happened.append((change_id, found))
        self.progress(len(waiting))
