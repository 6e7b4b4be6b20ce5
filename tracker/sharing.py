"""Shares work among processes: heaviest piece first, answers in the order of the pieces.

A *desk* is what a process needs to do a piece of work (an open git process, say): a callable that is told how
to report progress and gives a context with the function that does the work. Every process opens its own.
"""

from __future__ import annotations

import gc
import multiprocessing
import os
import signal
import traceback
from collections import deque
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from multiprocessing import connection
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from tracker.errors import TrackerError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from contextlib import AbstractContextManager
    from ctypes import c_ulong
    from multiprocessing.context import ForkProcess

Piece = TypeVar("Piece")
Answer = TypeVar("Answer")
Piece_contra = TypeVar("Piece_contra", contravariant=True)
Answer_co = TypeVar("Answer_co", covariant=True)


class Desk(Protocol[Piece_contra, Answer_co]):
    """Opens what a process needs, and gives the function that does one piece of work."""

    def __call__(self, tick: Callable[[], None]) -> AbstractContextManager[Callable[[Piece_contra], Answer_co]]:
        """Open the desk; the work calls `tick` as it goes on."""
        ...


# Each process holds the rules and a document; the limit keeps them together in the memory of a small machine.
_MOST_PROCESSES = 4
_SECONDS_BETWEEN_REPORTS = 0.2
_ENDING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def processes_for(pieces: int) -> int:
    """Tell how many processes may share the work; one where processes cannot be forked."""
    if "fork" not in multiprocessing.get_all_start_methods():
        return 1
    free = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return max(1, min(free, pieces, _MOST_PROCESSES))


@contextmanager
def in_order(
    desk: Desk[Piece, Answer],
    pieces: Sequence[Piece],
    *,
    weight: Callable[[Piece], int],
    processes: int,
    progress: Callable[[int], None],
) -> Iterator[Iterator[Answer]]:
    """Do every piece; gives the answers in their order. `progress` hears the sum of all reports."""
    if processes == 1:
        yield _alone(desk, pieces, progress)
        return
    workers: list[_Worker] = []
    heaviest_first = sorted(range(len(pieces)), key=lambda number: -weight(pieces[number]))
    # A signal that came while a process is being started would leave one nobody knows of: it has to wait.
    waiting = signal.pthread_sigmask(signal.SIG_BLOCK, _ENDING)
    try:
        # What is there before the processes part is shared until somebody writes to it; the collector would.
        gc.freeze()
        for _ in range(processes):
            workers.append(_started(desk, pieces, workers))
        signal.pthread_sigmask(signal.SIG_SETMASK, waiting)
        yield _gathered(workers, deque(heaviest_first), progress)
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, waiting)
        gc.unfreeze()
        for worker in workers:
            worker.end()


def _alone(desk: Desk[Piece, Answer], pieces: Sequence[Piece], progress: Callable[[int], None]) -> Iterator[Answer]:
    done = 0

    def tick() -> None:
        nonlocal done
        done += 1
        progress(done)

    with desk(tick) as work:
        for piece in pieces:
            yield work(piece)


@dataclass(frozen=True, slots=True)
class _Worker:
    """A process that works, the wire to it, and how many reports it has made (it alone writes there)."""

    process: ForkProcess
    wire: connection.Connection
    reports: c_ulong

    def end(self) -> None:
        """End the process, whatever it is doing; closing the wire ends one that waits."""
        self.process.terminate()
        self.wire.close()
        self.process.join()


def _started(desk: Desk[Piece, Answer], pieces: Sequence[Piece], others: Sequence[_Worker]) -> _Worker:
    context = multiprocessing.get_context("fork")
    ours, theirs = context.Pipe()
    reports = context.RawValue("L", 0)
    not_theirs = [ours, *(other.wire for other in others)]
    process = context.Process(target=_work, args=(desk, pieces, theirs, not_theirs, reports), daemon=True)
    process.start()
    theirs.close()
    return _Worker(process, ours, reports)


def _work(
    desk: Desk[Piece, Answer],
    pieces: Sequence[Piece],
    wire: connection.Connection,
    not_ours: Sequence[connection.Connection],
    reports: c_ulong,
) -> None:
    """Do pieces as long as somebody asks for them; the life of a worker process.

    An interrupt is for the process that started it, which then ends its workers.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, _ENDING)
    for other in not_ours:
        other.close()

    def tick() -> None:
        reports.value += 1

    with suppress(EOFError), desk(tick) as work:
        while True:
            number: int = wire.recv()
            try:
                wire.send((number, work(pieces[number]), None))
            except Exception as failure:  # noqa: BLE001  it is raised again where the answer is awaited
                failure.add_note(traceback.format_exc())
                wire.send((number, None, failure))


def _gathered(workers: Sequence[_Worker], waiting: deque[int], progress: Callable[[int], None]) -> Iterator[Answer]:
    """Hand out the pieces and give the answers in order, as soon as each is there."""
    pieces = len(waiting)
    answers: dict[int, Answer] = {}
    busy = [worker.wire for worker in workers]
    for wire in busy:
        wire.send(waiting.popleft())
    for number in range(pieces):
        while number not in answers:
            ready = connection.wait(busy, _SECONDS_BETWEEN_REPORTS)
            for wire in [wire for wire in busy if wire in ready]:
                done, answer = _received(wire)
                answers[done] = answer
                if waiting:
                    wire.send(waiting.popleft())
                else:
                    busy.remove(wire)
            progress(sum(worker.reports.value for worker in workers))
        yield answers.pop(number)


def _received(wire: connection.Connection) -> tuple[int, Any]:
    try:
        number, answer, failure = wire.recv()
    except (EOFError, ConnectionError) as broken:
        raise TrackerError(
            "a process that shared the work was ended from outside (out of memory?): run it again"
        ) from broken
    if failure is not None:
        raise failure
    return number, answer
