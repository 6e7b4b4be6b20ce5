"""Puts together what watching takes, from a configuration: declarations, rules, the gate, the reader of pages."""

from __future__ import annotations

import hashlib
import random
import time
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tracker import __version__
from tracker.errors import UsageError
from tracker.fetch.browser import render
from tracker.fetch.http import Fetcher, user_agent, utc_now
from tracker.fetch.robots import RobotsBook
from tracker.net.address import allow_list
from tracker.net.session import Gate
from tracker.rule_folders import read_rules
from tracker.seeds import read_declarations
from tracker.watch.extracting import Extractor
from tracker.watch.rounds import Going
from tracker.watch.visiting import Visitor
from tracker.watch.watching import Watching, sync

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime
    from pathlib import Path

    from tracker.assess import Reading
    from tracker.config import Config
    from tracker.store.store import Store


@dataclass(frozen=True, slots=True)
class Outside:
    """What a program cannot choose: the clock, chance, sleep."""

    clock: Callable[[], datetime] = utc_now
    dice: Callable[[], float] = random.random
    sleep: Callable[[float], None] = time.sleep


@dataclass(frozen=True, slots=True)
class Setup:
    """What one reading of the configuration gives."""

    config: Config
    gate: Gate
    going: Going

    @property
    def watching(self) -> Watching:
        """What a check needs but the network."""
        return self.going.watching


@contextmanager
def reading_pages() -> Iterator[Reading]:
    """Start what reads pages of strangers: a process of its own."""
    with Extractor() as extractor:
        yield extractor.read


def set_up(config: Config, store: Store, read: Reading, outside: Outside, stopped: Callable[[], bool] = bool) -> Setup:
    """Read what the configuration names and watch what is declared.

    Raises:
        UsageError: a declaration, a rule or an address in it cannot be used; nothing was changed.
    """
    services = read_declarations(config.declarations)
    rules = read_rules(config.rules)
    gate = Gate(user_agent(__version__, config.fetch.contact), allow_list(config.fetch.allow))
    fetcher = Fetcher(gate, RobotsBook(), clock=outside.clock)
    browse = (lambda request: render(request, fetcher)) if config.fetch.browser else None
    visitor = Visitor(fetcher, outside.sleep, outside.dice, browse=browse)
    watching = Watching(store, services, rules, config.told.watch, _digest(config.rules), read)
    sync(watching, outside.clock())
    return Setup(config, gate, Going(watching, visitor, outside.clock, outside.dice, config.fetch.at_once, stopped))


def _digest(folder: Path | None) -> str:
    """Give a short name of rules of one's own, by what is in their files."""
    if folder is None:
        return ""
    told = hashlib.sha256()
    for file in sorted(folder.glob("*.toml")):
        try:
            told.update(file.name.encode() + b"\0" + file.read_bytes())
        except OSError as wrong:
            raise UsageError(f"{file}: cannot be read: {wrong.strerror}") from wrong
    return told.hexdigest()[:16]
