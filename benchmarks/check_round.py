"""One round of checks in a process of its own: `check.py` starts it and reads what it prints.

    python benchmarks/check_round.py KIND FOLDER PORTS DOCUMENTS

Every round but the first of an archive comes after one that is not measured: as in a daemon that runs, each host's
robots.txt is known then. Being polite takes no time, for the clock is ours.
"""

from __future__ import annotations

import json
import resource
import sys
from collections import Counter
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from check_pages import addresses, hosts, move
from watched import RULES, START

from tracker.config_tables import WatchTable
from tracker.fetch.http import Fetcher
from tracker.fetch.robots import RobotsBook
from tracker.net.address import allow_list
from tracker.net.session import Gate
from tracker.store.database import PAGE
from tracker.store.store import open_store
from tracker.text.declaration import Declaration, Page, ServiceDeclaration
from tracker.watch.rounds import Going, round_of_due
from tracker.watch.setting_up import reading_pages
from tracker.watch.visiting import Visitor
from tracker.watch.watching import Watching, sync

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tracker.store.store import Store

MOVES = {"new": "", "unchanged": "", "rendered anew": "token", "changed": "step"}
RESULTS = {"new": "first record", "unchanged": "unchanged", "rendered anew": "unchanged", "changed": "changed"}


def check_round(kind: str, folder: Path, ports: Sequence[int], documents: int) -> None:
    """Check every document; print the processor time of it, and the bytes a page by which the archive grew."""
    pages = [Page(url, ("main",)) for url in addresses(ports, documents)]
    service = ServiceDeclaration("Acme", tuple(Declaration(f"Terms {n}", (one,)) for n, one in enumerate(pages)))
    now = START + timedelta(days=365) * len(list(folder.glob("*.round")))
    (folder / f"{kind}.round").touch()

    def sleep(seconds: float) -> None:
        nonlocal now
        now += timedelta(seconds=seconds)

    with open_store(folder / "archive.sqlite") as store, reading_pages() as read:
        watching = Watching(store, {"Acme": service}, RULES, WatchTable(every="12h", jitter=0), read=read)
        sync(watching, now)
        gate = Gate("policy-tracker/0 (+benchmark)", allow_list(tuple(hosts(ports))))
        fetcher = Fetcher(gate, RobotsBook(), clock=lambda: now)
        going = Going(watching, Visitor(fetcher, sleep, lambda: 0.0), lambda: now, lambda: 0.0)
        if kind != "new":
            _expect(going, "unchanged", documents)
            now += timedelta(hours=13)
            move(ports, MOVES[kind])
        size, began = _size(store), _processor()
        _expect(going, RESULTS[kind], documents)
        grown = _size(store) - size
    spent = _processor() - began  # with the process that reads pages, which has ended
    print(json.dumps({"seconds": spent, "bytes": grown / documents}))


def _expect(going: Going, result: str, documents: int) -> None:
    found = Counter(str(one.result) for one in round_of_due(going))
    if found != {result: documents}:
        raise SystemExit(f"expected {documents} times {result!r}, found {found}")


def _size(store: Store) -> int:
    with store.reading() as connection:
        return PAGE * int(connection.exec_driver_sql("PRAGMA page_count").scalar_one())


def _processor() -> float:
    of = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(one.ru_utime + one.ru_stime for one in of)


if __name__ == "__main__":
    check_round(sys.argv[1], Path(sys.argv[2]), json.loads(sys.argv[3]), int(sys.argv[4]))
