"""Kills the process that composes and sends digests, again and again, and looks whether one is lost or told twice.

    python -m tests.outbox_crash [--count 200] [--seed 0]

A child records changes, composes digests and sends them by mail and by webhook. The parent kills it with SIGKILL: COUNT
times at the named points, each in turn, and COUNT times at moments drawn at random. A real mail server and a webhook
receiver, in a process of their own that nobody kills, write down all that reaches them. In the end what is left is
sent, and counted is what came over the wire: every change has to have reached every reader in exactly one message,
repeats known by their id left out, and repeats have to be the same message byte for byte.
"""

# ruff: noqa: E402  its neighbours are found only after their place is named

from __future__ import annotations

import argparse
import base64
import json
import os
import random
import re
import signal
import sys
import tempfile
import threading
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.policy import default
from functools import partial
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING

sys.path[:0] = [str(Path(__file__).parent), str(Path(__file__).parent / "store")]  # where its neighbours are

from crash import kill
from mail_server import MailServer
from outboxes import config, happen, listed, no_chance
from scripted_server import Asked, ScriptedServer, page

from tracker.deliver import email, webhook
from tracker.net.address import allow_list
from tracker.net.session import Gate
from tracker.store.crash import OUTBOX, Point, go_on
from tracker.store.outbox import Status
from tracker.store.store import Store, open_store
from tracker.tell.digests import compose_due
from tracker.tell.outbox import drain

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tracker.config import Config
    from tracker.deliver.outcome import Way
    from tracker.store.crash import Crash

START = datetime(2026, 3, 10, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
POINTS = (*sorted(OUTBOX), Point.BEGUN, Point.WRITTEN, Point.COMMITTED)
AN_ARCHIVE = 25  # kills; then a new one is begun, so that it does not grow and grow
LONGEST = 0.4  # seconds a child lives that is killed at random, once it has begun
_MARK = re.compile(r"mark(\d+)mark")


@dataclass
class Tally:
    """What came of the kills."""

    at_points: int = 0
    at_random: int = 0
    points: set[Point] = field(default_factory=set)
    changes: int = 0  # recorded, and acknowledged as such
    messages: Counter[str] = field(default_factory=Counter)  # by channel and kind of kill, each once
    repeats: Counter[str] = field(default_factory=Counter)  # of the same message over the wire
    lost: int = 0
    doubled: int = 0
    broken: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        wire = ", ".join(
            f"{self.repeats[way]} of {self.messages[way] + self.repeats[way]} ({way}: "
            f"{self.repeats[way] / max(1, self.messages[way] + self.repeats[way]):.1%})"
            for way in sorted(self.messages)
        )
        return (
            f"{self.at_points} kills at {len(self.points)} of {len(POINTS)} named points, {self.at_random} at random; "
            f"{self.changes} changes acknowledged, {self.lost} times not told, {self.doubled} times told twice; "
            f"repeats over the wire: {wire}; {len(self.broken)} things broken"
        )


def run(kills: int, folder: Path, seed: int = 0) -> Tally:
    """Kill a sender `kills` times at the named points and `kills` times at random."""
    chance, tally = random.Random(seed), Tally()
    named: list[Point | None] = [POINTS[turn % len(POINTS)] for turn in range(kills)]
    chance.shuffle(named)
    at_random: list[Point | None] = [None] * kills
    for how, turns in (("named points", named), ("random", at_random)):
        for begin in range(0, kills, AN_ARCHIVE):
            place = folder / f"{how} {begin}"
            place.mkdir()
            with Receivers(place) as receivers:
                told = kill_all(turns[begin : begin + AN_ARCHIVE], place, receivers, chance, tally)
                finish(place, receivers, tally)
            count_up(place, told, tally, how)
    return tally


def kill_all(
    turns: list[Point | None], place: Path, receivers: Receivers, chance: random.Random, tally: Tally
) -> set[int]:
    """Kill one child after another; gives the changes that were acknowledged."""
    told: set[int] = set()
    for point in turns:
        work = partial(child, place, receivers)
        lines, reached = kill(work, point, chance.randint(1, 6), chance.uniform(0.05, LONGEST))
        told |= {int(line) for line in lines if line.isdigit()}
        tally.broken += [line for line in lines if line.startswith("#")]
        tally.at_points += reached is not None
        tally.at_random += reached is None
        tally.points |= {reached} if reached else set()
    return told


class Receivers:
    """A mail server and a webhook receiver, in a process that is not killed until the end."""

    def __init__(self, place: Path) -> None:
        self.place = place
        self.mail_port = self.hook_port = self._process = 0

    def __enter__(self) -> Receivers:
        reading, writing = os.pipe()
        self._process = os.fork()
        if not self._process:
            receive(self.place / "wire.jsonl", writing)
        os.close(writing)
        with os.fdopen(reading) as told:
            self.mail_port, self.hook_port = map(int, told.readline().split())
        return self

    def __exit__(self, *_: object) -> None:
        os.kill(self._process, signal.SIGKILL)
        os.waitpid(self._process, 0)

    def ways(self) -> dict[str, Way]:
        relay = email.Relay("127.0.0.1", self.mail_port, "tracker@example.org", security="none", seconds=20)
        gate = Gate("test/1", allow_list((f"127.0.0.1:{self.hook_port}",)))
        receiver = webhook.Receiver(f"http://127.0.0.1:{self.hook_port}/", (b"s" * 32,))
        return {"mail": partial(email.send, relay), "hook": partial(webhook.send, receiver, gate)}


def receive(file: Path, writing: int) -> None:
    """Take all that comes and write it down before saying so; never returns."""
    writes = threading.Lock()
    wire = file.open("a")

    def note(way: str, uid: str, body: bytes) -> None:
        with writes:
            wire.write(json.dumps([way, uid, base64.b64encode(body).decode()]) + "\n")
            wire.flush()

    class Mail(MailServer):
        async def handle_DATA(self, server: object, session: object, envelope: object) -> str:  # noqa: N802
            answer = await super().handle_DATA(server, session, envelope)
            body = self.taken.pop().content
            note("mail", str(message_from_bytes(body)["Message-ID"]), body)
            return answer

    def hook(asked: Asked) -> Iterator[bytes]:
        note("webhook", asked.headers["webhook-id"], asked.body)
        yield from page(b"")

    try:
        with Mail(None) as mail, ScriptedServer(hook) as server:
            os.write(writing, f"{mail.port} {server.port}\n".encode())
            threading.Event().wait()
    finally:
        os._exit(1)


def configured(place: Path) -> Config:
    return config(
        place,
        'by mail; period = "at_once"; to = ["a@example.org", "b@example.org"]',
        'by webhook; period = "at_once"; channel = "hook"',
    )


def child(place: Path, receivers: Receivers, crash: Crash) -> None:
    """Record, compose and send until killed; a child that fails says so and ends."""
    try:
        told, ways = configured(place), receivers.ways()
        os.write(1, b"!\n")
        with open_store(place / "archive.sqlite", crash=crash) as store:
            for step in count(store.head()[0]):
                now = START + step * HOUR  # so that a lease of a dead process has run out
                compose_due(store, told, now)
                number = happen(store, now, text=f"mark{step}mark", before="old", summary=f"Acme: mark{step}mark.")
                os.write(1, f"{number}\n".encode())
                compose_due(store, told, now)
                drain(store, ways, lambda now=now: now, no_chance)  # type: ignore[misc]  # bound now, not later
    except BaseException as wrong:  # noqa: BLE001  whatever it is, this process must not go on as a second parent
        os.write(1, f"# {wrong!r}\n".replace("\n", " ").encode() + b"\n")
    os._exit(1)


def finish(place: Path, receivers: Receivers, tally: Tally) -> None:
    """Send what is left, as a process would that nobody kills."""
    told, ways = configured(place), receivers.ways()
    with open_store(place / "archive.sqlite", crash=go_on) as store:
        now = START + store.head()[0] * HOUR
        for step in range(4):
            later = now + step * HOUR
            compose_due(store, told, later)
            drain(store, ways, lambda later=later: later, no_chance)  # type: ignore[misc]
        left = [one for one in listed(store) if one.status is not Status.SENT]
        tally.broken += [f"delivery {one.id} is {one.status}: {one.why}" for one in left]
        tally.broken += [f"{broken.what}: {broken.why}" for broken in store.verify()]
        marked = recorded(store)
    (place / "marks.json").write_text(json.dumps(marked))


def recorded(store: Store) -> dict[int, int]:
    """Give the mark of every change in the archive, by its number."""
    return {row.id: int(found[1]) for row in store.changes() if (found := _MARK.search(row.json.decode()))}


def count_up(place: Path, told: set[int], tally: Tally, how: str) -> None:
    """Compare what was acknowledged with what came over the wire."""
    marks = {int(key): value for key, value in json.loads((place / "marks.json").read_text()).items()}
    messages: dict[tuple[str, str], bytes] = {}
    for line in (place / "wire.jsonl").read_text().splitlines():
        way, uid, packed = json.loads(line)
        body = base64.b64decode(packed)
        tally.repeats[f"{way}, killed at {how}"] += (way, uid) in messages
        if messages.setdefault((way, uid), body) != body:
            tally.broken.append(f"{way} {uid} was sent again as another message")
    tally.messages.update(f"{way}, killed at {how}" for way, _ in messages)
    readers = Counter(reader for (way, _), body in messages.items() for reader in reached(way, body))
    tally.changes += len(told)
    tally.broken += [f"change {number} was acknowledged and is not in the archive" for number in told - marks.keys()]
    for mark in marks.values():
        times = [readers[reader, mark] for reader in ("a@example.org", "b@example.org", "hook")]
        tally.lost += times.count(0)
        tally.doubled += sum(number > 1 for number in times)


def reached(way: str, body: bytes) -> Iterator[tuple[str, int]]:
    """Give which reader was told of which change by a message."""
    if way == "mail":
        mail = message_from_bytes(body, policy=default)
        part = mail.get_body(("plain",))
        to, text = str(mail["To"]), "" if part is None else str(part.get_content())
    else:
        to, text = "hook", body.decode()
    yield from {(to, int(mark)) for mark in _MARK.findall(text)}


def main() -> None:
    arguments = argparse.ArgumentParser(description="Kills senders of digests and looks what is lost or told twice.")
    arguments.add_argument("--count", type=int, default=200, help="kills at named points, and as many at random")
    arguments.add_argument("--seed", type=int, default=0)
    chosen = arguments.parse_args()
    with tempfile.TemporaryDirectory(prefix="outbox-crash-") as folder:
        tally = run(chosen.count, Path(folder), chosen.seed)
    sys.stdout.write("\n".join([str(tally), *tally.broken[:20], ""]))
    sys.exit(bool(tally.lost or tally.doubled or tally.broken))


if __name__ == "__main__":
    main()
