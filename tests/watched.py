"""A service on loopback that is watched: its pages are what a test says, and time goes as the test says."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from scripted_server import Asked, ScriptedServer, page

from tracker.config_tables import WatchTable
from tracker.digest.reading import decode
from tracker.fetch.http import Fetcher
from tracker.fetch.robots import RobotsBook
from tracker.net.address import allow_list
from tracker.net.outcome import Limits
from tracker.net.session import Gate, verified_tls
from tracker.significance.rules import load_rules
from tracker.text.declaration import Declaration, Page, ServiceDeclaration
from tracker.watch.rounds import Going, round_of_due
from tracker.watch.visiting import Visitor
from tracker.watch.watching import Watching, sync

if TYPE_CHECKING:
    from tracker.model import Change
    from tracker.store.store import Store
    from tracker.watch.recording import Checked

START = datetime(2024, 9, 1, 6, tzinfo=UTC)
RULES = load_rules()
TLS = verified_tls()
Answer = bytes | Callable[[Asked], Iterator[bytes]]


def html(*clauses: str, title: str = "Privacy Policy", extra: str = "") -> bytes:
    """Write a page as a service would, with a menu around the document."""
    paragraphs = "\n".join(f"<p>{clause}</p>" for clause in clauses)
    return (
        f"<!doctype html><html lang=en><head><title>{title}</title>{extra}</head><body><nav><a href=/>Home</a></nav>"
        f"<main><h1>{title}</h1>\n{paragraphs}</main></body></html>"
    ).encode()


FILLER = tuple(
    f"Clause {number} of this policy says how the service handles part {number} of what it keeps for its users."
    for number in range(1, 16)
)


def policy(sentence: str, *, extra: str = "") -> bytes:
    """Write a policy of some length of which one sentence is told."""
    return html(*FILLER[:8], sentence, *FILLER[8:], extra=extra)


@dataclass
class Watched:
    """The service, its server, its archive and the clock."""

    store: Store
    server: ScriptedServer
    pages: dict[str, Answer]
    now: datetime = START
    watch: WatchTable = field(default_factory=lambda: WatchTable(every="12h", jitter=0, confirm_after="30m"))
    services: dict[str, ServiceDeclaration] = field(default_factory=dict)
    seconds: float = 10.0  # that a server has

    def declare(self, service: str, **documents: tuple[str, ...]) -> None:
        """Declare documents by the paths of their pages."""
        declared = tuple(
            Declaration(name.replace("_", " "), tuple(Page(self.server.url(path), ("main",)) for path in paths))
            for name, paths in documents.items()
        )
        self.services[service] = ServiceDeclaration(service, declared)
        self.renew()

    def renew(self) -> None:
        """Start the tracker anew: what it knows, it has from the archive."""
        self.watching = Watching(self.store, self.services, RULES, self.watch)
        sync(self.watching, self.now)
        gate = Gate("policy-tracker/0 (+test)", allow_list((f"127.0.0.1:{self.server.port}",)), tls=TLS)
        fetcher = Fetcher(gate, RobotsBook(), Limits(seconds=self.seconds, size=1_000_000), lambda: self.now)
        self.visitor = Visitor(fetcher, self._sleep, lambda: 0.0)

    def _sleep(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)

    def going(self) -> Going:
        return Going(self.watching, self.visitor, lambda: self.now, lambda: 0.0, at_once=2)

    def later(self, **time: float) -> list[Checked]:
        """Let time pass and check what is due."""
        self.now += timedelta(**time)
        return list(round_of_due(self.going()))

    def told(self) -> list[Change]:
        """Give the changes that are there to be told."""
        return [decode(row.json) for row in self.store.changes(least=1) if row.is_live]


@contextlib.contextmanager
def watching(store: Store) -> Iterator[Watched]:
    """Start the service."""
    pages: dict[str, Answer] = {"/robots.txt": b""}

    def script(asked: Asked) -> Iterator[bytes]:
        told = pages.get(asked.target)
        if told is None:
            return page(b"<p>There is no such page.</p>", "404 Not Found")
        return page(told, Content_Type="text/html; charset=utf-8") if isinstance(told, bytes) else told(asked)

    with ScriptedServer(script) as server:
        yield Watched(store, server, pages)
