"""The changes of services as the matcher asks them, kept in memory while they stay what they are."""

from __future__ import annotations

from bisect import bisect_right
from collections import OrderedDict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tracker.coverage.archive import archive
from tracker.digest.reading import decode
from tracker.digest.selection import may_be_explained
from tracker.store import linked

if TYPE_CHECKING:
    from datetime import datetime

    from tracker.coverage.archive import Archive
    from tracker.store.store import Store


@dataclass(frozen=True, slots=True)
class Index:
    """The changes of one service: what can be asked of them, the key of each, and when each was recorded."""

    archive: Archive
    ids: tuple[int, ...]
    moments: tuple[datetime, ...]
    last: int  # key of the last change there was, whether or not the press can have spoken of it

    def place_after(self, change: int) -> int:
        """Give the place of the first change behind the one with a key."""
        return bisect_right(self.ids, change)


class Indexes:
    """Indexes of the services asked for last; each is made anew when the changes of its service are others."""

    def __init__(self, most: int = 4) -> None:
        self._most = most
        self._kept: OrderedDict[str, tuple[tuple[int, int, str], Index]] = OrderedDict()

    def of(self, store: Store, service: str) -> Index:
        """Give the index of a service."""
        with store.reading() as connection:
            state = linked.state_of(connection, service)
        kept = self._kept.pop(service, None)
        if kept is None or kept[0] != state:
            kept = (state, _index(store, service, state[0]))
        self._kept[service] = kept
        while len(self._kept) > self._most:
            self._kept.popitem(last=False)
        return kept[1]


def _index(store: Store, service: str, last: int) -> Index:
    rows = [
        (row.id, change)
        for document in store.documents()
        if document.service == service
        for row in store.changes(service, document.document)
        if row.id <= last and may_be_explained(change := decode(row.json))
    ]
    rows.sort(key=lambda one: one[0])
    changes = [change for _, change in rows]
    return Index(archive(changes), tuple(key for key, _ in rows), tuple(one.after.at for one in changes), last)


def texts_of(store: Store, change: int) -> tuple[str | None, str | None]:
    """Give the texts before and after a change, where there were such."""
    row = store.change(change)
    if row is None or row.version is None:
        return None, None
    keys = [version.id for version in store.versions(row.service, row.document)]
    earlier = [key for key in keys if key < row.version]
    return store.text(earlier[-1]) if earlier else None, store.text(row.version)
