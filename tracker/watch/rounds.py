"""A round: every document that is due is visited and concluded, hosts beside each other, documents of a host in turn.

Threads only ask servers. What they bring is read, judged and written here, in the thread that asked for the round.
"""

from __future__ import annotations

from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tracker.watch.check import Moment, conclude
from tracker.watch.visiting import host_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from datetime import datetime

    from tracker.store.documents import Watched
    from tracker.watch.recording import Checked
    from tracker.watch.visiting import Visit, Visitor
    from tracker.watch.watching import Watching

_TICK = 1.0  # seconds between two looks whether to stop


@dataclass(frozen=True, slots=True)
class Going:
    """What a round goes by."""

    watching: Watching
    visitor: Visitor
    clock: Callable[[], datetime]
    dice: Callable[[], float]
    at_once: int = 4
    stopped: Callable[[], bool] = bool  # by default never


def round_of_due(going: Going) -> Iterator[Checked]:
    """Check every document that is due; when told to stop, what was begun is still brought to its end."""
    done: set[tuple[str, str]] = set()
    waiting: list[Watched] = []  # one of a host; what else is due is asked for when all of these have been begun

    def due(busy: set[str]) -> Sequence[Watched]:
        if not waiting:
            found = going.watching.store.due(going.clock())
            waiting.extend(one for one in found if one.host not in busy and (one.service, one.document) not in done)
        return waiting

    for checked in _round(going, due, waiting.remove):
        done.add((checked.service, checked.document))
        yield checked


def round_of(going: Going, chosen: Sequence[Watched]) -> Iterator[Checked]:
    """Check the documents named, due or not."""
    left = list(chosen)

    def next_of_each_host(busy: set[str]) -> Sequence[Watched]:
        hosts, found = set(busy), []
        for one in left:
            if _host(one, going) not in hosts:
                hosts.add(_host(one, going))
                found.append(one)
        return found

    def begun(one: Watched) -> None:
        left.remove(one)

    yield from _round(going, next_of_each_host, begun)


def _round(
    going: Going, choose: Callable[[set[str]], Sequence[Watched]], begun: Callable[[Watched], None] = lambda _: None
) -> Iterator[Checked]:
    """Visit what is chosen, at most so many hosts at once, and conclude each visit as it ends."""
    running: dict[Future[Visit], Watched] = {}
    with ThreadPoolExecutor(going.at_once, thread_name_prefix="visit") as threads:
        while True:
            if not going.stopped():
                busy = {_host(one, going) for one in running.values()}
                for one in choose(busy)[: going.at_once - len(running)]:
                    errand = going.watching.errand(one, going.clock())
                    running[threads.submit(going.visitor.visit, errand)] = one
                    begun(one)
            if not running:
                return
            ended, _ = wait(running, timeout=_TICK, return_when=FIRST_COMPLETED)
            for future in ended:
                watched = running.pop(future)
                moment = Moment(going.clock(), going.dice())
                yield conclude(going.watching, watched, future.result(), moment)


def _host(one: Watched, going: Going) -> str:
    declared = going.watching.declared(one.service, one.document)
    return host_of(declared.pages[0].url) if declared.pages else ""
