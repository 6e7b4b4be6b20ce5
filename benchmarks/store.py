"""Measures the archive on real histories: bytes against git, speed of writing and reading, and that nothing differs.

    python benchmarks/store.py [--packs FOLDER] HISTORY.git ...

Each history is imported whole into a SQLite archive. In the same run git packs the same blobs with what `git gc
--aggressive` uses (window 250, depth 50, nothing reused), and a copy of the repository is repacked by that command.
That takes minutes of processor time; `--packs` keeps what git made, and its sizes are used again the next time.

Seconds and milliseconds are of processor time, but for the captures recorded one by one, which wait for the disk.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import random
import subprocess
import sys
import tempfile
import time
from contextlib import closing
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

import sqlalchemy as sa

from tracker.formats.source import open_history
from tracker.store.blobs import Cache, body_of
from tracker.store.database import database
from tracker.store.evidence import Capture, Outcome
from tracker.store.schema import blobs
from tracker.store.store import open_store

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tracker.model import Record
    from tracker.store.store import Store

AT_ONCE = 200  # captures a transaction
ONE_BY_ONE = 300


def main() -> None:
    """Measure every history given."""
    arguments = argparse.ArgumentParser(description="Measures the archive on real histories.")
    arguments.add_argument("histories", nargs="+", type=Path)
    arguments.add_argument("--packs", type=Path, help="keep what git makes here, and use it again")
    chosen = arguments.parse_args()
    with tempfile.TemporaryDirectory(prefix="store-") as folder:
        for history in chosen.histories:
            measure(history, Path(folder), chosen.packs or Path(folder))


def measure(history: Path, folder: Path, packs: Path) -> None:
    """Print the figures of one history."""
    print(f"\n== {history.name}")
    file = folder / f"{history.stem}.sqlite"
    ids = import_all(history, file)
    stored = report_archive(file)
    alone, whole = packed_sizes(history, packs)
    print(f"git pack of the same blobs alone   {alone:12,} bytes: stored bodies are {stored / alone:.2f} of it")
    print(f"the whole repository, repacked     {whole:12,} bytes: stored bodies are {stored / whole:.2f} of it")
    read_all(file, ids)
    one_by_one(history, folder / f"{history.stem}-singly.sqlite")


def import_all(history: Path, file: Path) -> dict[str, str]:
    """Import a history; gives the git blob of every distinct body by its SHA-256."""
    ids: dict[str, str] = {}
    taken, count, size = 0.0, 0, 0
    with open_store(file) as store:
        records = all_records(history)
        while batch := list(islice(records, AT_ONCE)):
            ids |= {hashlib.sha256(record.body).hexdigest(): record.id for record in batch}
            count, size = count + len(batch), size + sum(len(record.body) for record in batch)
            taken += timed(lambda batch=batch: record_all(store, batch))  # type: ignore[misc]
    print(f"{count} captures, {len(ids)} distinct bodies, {size / 1e6:,.0f} MB recorded")
    print(f"written in {taken:.1f} s: {count / taken:,.0f} captures/s, {size / taken / 1e6:,.0f} MB/s")
    return ids


def all_records(history: Path) -> Iterator[Record]:
    """Give all records of a history, document by document."""
    with open_history(history) as source, source.reading() as reader:
        for line in source.lines:
            yield from reader.records(line)


def record_all(store: Store, records: list[Record]) -> None:
    """Record captures in one transaction."""
    with store.writing() as writing:
        for record in records:
            writing.record_capture(as_capture(record))


def as_capture(record: Record) -> Capture:
    """Give a record as if it had been captured."""
    return Capture(
        record.service,
        record.document,
        record.at,
        Outcome.CAPTURED,
        clock="author date",
        tool="benchmark",
        body=record.body,
        format=record.format,
        source=record.source,
        recorded_as=record.recorded_as,
    )


def timed(work: Callable[[], object]) -> float:
    """Give the seconds of processor time that some work takes."""
    start = time.process_time()
    work()
    return time.process_time() - start


def report_archive(file: Path) -> int:
    """Print what lies in the archive; gives the bytes of the stored bodies."""
    with closing(database(file)) as opened, opened.reading() as connection:
        asked = sa.select(
            sa.func.sum(sa.func.length(blobs.c.data)),
            sa.func.sum(blobs.c.length),
            sa.func.count().filter(blobs.c.base_id.is_(None)),
            sa.func.max(blobs.c.depth),
        )
        stored, raw, alone, deepest = connection.execute(asked).one()
    print(f"distinct bodies                    {raw:12,} bytes")
    print(f"stored bodies                      {stored:12,} bytes: {raw / stored:.0f} times smaller; "
          f"{alone} stand alone, the deepest needs {deepest}")  # fmt: skip
    print(f"database file                      {file.stat().st_size:12,} bytes")
    return int(stored)


def packed_sizes(history: Path, packs: Path) -> tuple[int, int]:
    """Give the size of git's pack of the blobs alone, and of the pack of a repacked copy."""
    packs.mkdir(parents=True, exist_ok=True)
    alone, copy = packs / f"{history.stem}-alone", packs / f"{history.stem}-copy.git"
    if not list(packs.glob(f"{alone.name}-*.pack")):
        window = ("--window=250", "--depth=50", "--no-reuse-delta", "--no-reuse-object", "--threads=1")
        git(history, "pack-objects", "-q", *window, str(alone), stdin=blob_list(history))
    if not copy.exists():
        git(Path.cwd(), "clone", "-q", "--bare", "--no-local", str(history.resolve()), str(copy))
        git(copy, "-c", "pack.threads=1", "gc", "-q", "--aggressive", "--prune=now")
    of_blobs = next(packs.glob(f"{alone.name}-*.pack"))
    return of_blobs.stat().st_size, sum(pack.stat().st_size for pack in copy.glob("objects/pack/*.pack"))


def blob_list(history: Path) -> bytes:
    """List the blobs with the paths they had: git packs what has one name together."""
    listed = git(history, "rev-list", "--objects", "--all")
    kinds = git(history, "cat-file", "--batch-check=%(objecttype) %(objectname) %(rest)", stdin=listed)
    return b"".join(kind[5:] + b"\n" for kind in kinds.splitlines() if kind.startswith(b"blob "))


def git(repository: Path, *arguments: str, stdin: bytes = b"") -> bytes:
    """Run git at low priority and give its answer."""
    called = ["nice", "-n", "19", "git", "-C", str(repository.resolve()), *arguments]
    return subprocess.run(called, input=stdin, stdout=subprocess.PIPE, check=True).stdout


def read_all(file: Path, ids: dict[str, str]) -> None:
    """Read every body in an order without order, each as if it were the first, and compare it with git's."""
    with closing(database(file)) as opened, opened.reading() as connection:
        order = sorted(connection.scalars(sa.select(blobs.c.id)))
        random.Random(0).shuffle(order)
        times, wrong = [], 0
        for blob in order:
            start = time.process_time()
            body = body_of(connection, blob, Cache(0))
            times.append(time.process_time() - start)
            wrong += ids[hashlib.sha256(body).hexdigest()] != git_id(body)
    times.sort()
    p50, p99 = (times[int(len(times) * share)] * 1000 for share in (0.5, 0.99))
    print(f"read at random: p50 {p50:.2f} ms, p99 {p99:.2f} ms")
    print(f"identical: {len(order) - wrong} of {len(ids)}")
    if wrong or len(order) != len(ids):
        sys.exit("bodies differ")


def git_id(body: bytes) -> str:
    """Give the name git has for a body."""
    return hashlib.sha1(b"blob %d\0" % len(body) + body).hexdigest()


def one_by_one(history: Path, file: Path) -> None:
    """Record captures in a transaction each, as a check does, every one on the disk before the next."""
    with open_store(file) as store:
        records = list(islice(all_records(history), ONE_BY_ONE))
        start, cpu = time.perf_counter(), time.process_time()
        for record in records:
            store.record_capture(as_capture(record))
        wall, cpu = time.perf_counter() - start, time.process_time() - cpu
    each = 1000 / len(records)
    print(f"one by one: {wall * each:.1f} ms each on the clock, {cpu * each:.1f} ms of processor time")


if __name__ == "__main__":
    os.environ.setdefault("LC_ALL", "C.UTF-8")
    main()
