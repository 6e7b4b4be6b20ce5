"""Kills the process that writes to an archive, again and again, and looks whether anything it promised is lost.

    python -m tests.store.crash [--count 200] [--seed 0] [--address postgresql://...]

A child records captures, versions, changes and plans, makes backups and lets bodies go, and says on its standard
output what it was promised. The parent kills it with SIGKILL: COUNT times at the named points, each in turn, and COUNT
times at moments drawn at random. After every kill the archive is opened anew; what was promised has to be
there, the chain and all bodies have to be right, and the lock free. It prints figures, and ends with 1 where
anything was lost. Power cuts are another matter: no kill shows what a disk has kept.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import random
import select
import signal
import sys
import tempfile
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING

from tracker.errors import StoreLocked
from tracker.model import Cause, Change, VersionRef
from tracker.store.crash import OUTBOX, Point, go_on
from tracker.store.evidence import Capture, Outcome
from tracker.store.store import open_store

if TYPE_CHECKING:
    from collections.abc import Callable

    from tracker.store.crash import Crash
    from tracker.store.store import Store
    from tracker.store.writing import Writing

START = datetime(2024, 9, 1, tzinfo=UTC)
REACHED = tuple(point for point in Point if point not in OUTBOX | {Point.COPIED})  # copies are made of older schemas
AN_ARCHIVE = 25  # kills; then a new one is begun, so that checking does not take longer and longer
LONGEST = 0.2  # seconds a child lives that is killed at random, once it has begun
PATIENCE = 120.0  # seconds a child has to come to its point; one that does not is counted as killed at random
HELD = 20.0  # seconds to wait for PostgreSQL to notice that its client is gone


@dataclass
class Tally:
    """What came of the kills."""

    at_points: int = 0
    at_random: int = 0
    points: set[Point] = field(default_factory=set)
    promised: int = 0
    lost: int = 0
    broken: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        return (
            f"{self.at_points} kills at {len(self.points)} of {len(REACHED)} named points, {self.at_random} at random; "
            f"{self.promised} captures acknowledged, {self.lost} lost; {len(self.broken)} things broken"
        )


def run(kills: int, folder: Path, seed: int = 0, address: str | None = None) -> Tally:
    """Kill a writer `kills` times at the named points and `kills` times at random."""
    chance, tally = random.Random(seed), Tally()
    points = [point for point in REACHED if address is None or point is not Point.UPGRADED]  # a database is made once
    turns: list[Point | None] = [points[turn % len(points)] for turn in range(kills)] + [None] * kills
    chance.shuffle(turns)
    promised: dict[int, str] = {}
    for turn, point in enumerate(turns):
        archive = address or str(folder / f"{turn // AN_ARCHIVE}.sqlite")
        if not (address or turn % AN_ARCHIVE):
            promised = {}
        if point in (Point.UPGRADED, Point.CREATED) and address is None:
            archive, promised = str(folder / f"new-{turn}.sqlite"), {}
        told, reached = killed(archive, folder, point, chance)
        promised |= told
        tally.promised += len(told)
        tally.at_points += reached is not None
        tally.at_random += reached is None
        tally.points |= {reached} if reached else set()
        check(archive, promised, tally)
    return tally


def killed(
    archive: str, folder: Path, point: Point | None, chance: random.Random
) -> tuple[dict[int, str], Point | None]:
    """Let a child write until it is at the point, or for a while, and kill it; gives what it was promised."""
    after = chance.randint(1, 3) if point not in (Point.CREATED, Point.UPGRADED) else 1
    seed, lives = chance.random(), chance.uniform(0, LONGEST)
    lines, reached = kill(lambda crash: work(archive, folder, crash, seed), point, after, lives)
    told = dict(line.split() for line in lines if line[0].isdigit())
    return {int(number): digest for number, digest in told.items()}, reached


def kill(
    work: Callable[[Crash], None], point: Point | None, after: int, lives: float
) -> tuple[list[str], Point | None]:
    """Let a child work until it is at the point for the given time, or for a while, and kill it.

    Gives the lines it said, and the point where it came there.
    """
    reading, writing = os.pipe()
    child = os.fork()
    if not child:
        os.dup2(writing, 1)
        work(stopping(point, after))
    os.close(writing)
    try:
        said = listen(reading, None if point else lives)
    finally:
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
    with os.fdopen(reading, "rb") as rest:
        said += rest.read()
    lines = said.decode().split("\n")[:-1]  # a line without its end was not told
    return lines, point if "@" in lines else None


def listen(reading: int, lives: float | None) -> bytes:
    """Read what the child says until it stands at its point, has lived long enough, or is gone."""
    said = os.read(reading, 65536)
    ends = time.monotonic() + (PATIENCE if lives is None else lives)
    while b"@" not in said:
        left = max(0.0, ends - time.monotonic())
        if not select.select([reading], [], [], left)[0] or not (more := os.read(reading, 65536)):
            break
        said += more
    return said


def stopping(point: Point | None, after: int) -> Crash:
    """Give what stands still when it comes to the point for the given time."""
    if point is None:
        return go_on
    left = count(after - 1, -1)

    def crash(here: Point) -> None:
        if here is point and next(left) == 0:
            os.write(1, b"@\n")
            signal.pause()

    return crash


def work(archive: str, folder: Path, crash: Crash, seed: float) -> None:
    """Write to the archive until killed; a child that fails says so and ends."""
    try:
        os.write(1, b"!\n")
        with open_store(archive, crash=crash) as store:
            for step in count(store.head()[0]):
                write(store, step, random.Random(f"{seed} {step}"))
                if step % 5 == 4:
                    store.expire(START + timedelta(hours=step - 3), START, clock="test", tool="crash")
                    store.backup(folder / f"{os.getpid()}-{step}.backup")
    except BaseException as wrong:  # noqa: BLE001  whatever it is, this process must not go on as a second parent
        os.write(2, f"{wrong!r}\n".encode())
    os._exit(1)


def write(store: Store, step: int, chance: random.Random) -> None:
    """Record a capture with all that is made of it, and say so once it is promised."""
    words = [f"<p>Clause {number} of {chance.choice('ab')}.</p>" for number in range(80)]
    page = "\n".join([*words[: step % 70], f"<p>{step}</p>", *words[step % 70 :]]).encode()
    taken = Capture("S", f"D{step % 2}", START + timedelta(hours=step), Outcome.CAPTURED, "test", "crash", body=page)
    with store.writing() as writing:
        number = writing.record_capture(taken)
        if step % 4 == 1:
            make(writing, number, page, taken.at)
        writing.checked("S", taken.document, at=taken.at, next_check_at=taken.at + timedelta(hours=1))
    os.write(1, f"{number} {hashlib.sha256(page).hexdigest()}\n".encode())


def make(writing: Writing, number: int, page: bytes, at: datetime) -> None:
    version = writing.record_version(
        number, page.decode(), language="en", fingerprint=str(number), cause=Cause.CHANGE, made_by="crash"
    )
    seen = VersionRef(at, str(number))
    change = Change("S", "D", Cause.CHANGE, None, seen, 1, None, "S changes.", None, "en", ())
    writing.record_change(number, version, change, made_by="crash")


def check(archive: str, promised: dict[int, str], tally: Tally) -> None:
    """Open the archive after a kill; everything promised is there, and nothing is broken."""
    for left in range(int(HELD * 10), -1, -1):
        try:
            with open_store(archive) as store:
                found = {one.number: one.sha256 for one in store.log() if one.capture.outcome is Outcome.CAPTURED}
                tally.lost += sum(found.get(number) != digest for number, digest in promised.items())
                tally.broken += [f"{broken.what}: {broken.why}" for broken in store.verify()]
                tally.broken += [f"{one.document}: {one.failure}" for one in store.documents() if one.failure]
            break
        except StoreLocked:
            if "://" not in archive or not left:
                raise
            time.sleep(0.1)


def main() -> None:
    arguments = argparse.ArgumentParser(description="Kills writers to an archive and looks what is lost.")
    arguments.add_argument("--count", type=int, default=200, help="kills at named points, and as many at random")
    arguments.add_argument("--seed", type=int, default=0)
    arguments.add_argument("--address", help="an empty PostgreSQL database instead of SQLite files")
    chosen = arguments.parse_args()
    with tempfile.TemporaryDirectory(prefix="crash-") as folder:
        tally = run(chosen.count, Path(folder), chosen.seed, chosen.address)
    sys.stdout.write("\n".join([str(tally), *tally.broken[:20], ""]))
    sys.exit(bool(tally.lost or tally.broken))


if __name__ == "__main__":
    main()
