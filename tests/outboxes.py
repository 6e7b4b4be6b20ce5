"""Builds what tests of the outbox are about: a clock moved by hand, messages that wait, ways that do as told."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import TYPE_CHECKING, Any  # Any: whatever fields a test wants to be otherwise

import sqlalchemy as sa
from archives import capture
from changes import change, edited, verdict

from tracker.config import read_config
from tracker.deliver.outcome import Failed, Letter, Sent
from tracker.model import JudgedClause, VersionRef
from tracker.store import codec, deliveries, delivery_list, outbox, tellings
from tracker.store.outbox import Status

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tracker.config import Config
    from tracker.store.delivery_list import Listed
    from tracker.store.store import Store

NOON = datetime(2026, 3, 10, 12, tzinfo=UTC)
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


class Clock:
    """Shows what it was set to."""

    def __init__(self, now: datetime = NOON) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now

    def forward(self, by: timedelta) -> datetime:
        self.now += by
        return self.now


class Ids:
    """Gives ids in a row."""

    def __init__(self) -> None:
        self._numbers: Iterator[int] = count(1)

    def __call__(self) -> str:
        return f"id{next(self._numbers)}"


class Told:
    """A way that answers as it is told, the last answer for ever, and keeps what it was given."""

    def __init__(self, *answers: Sent | Failed) -> None:
        self.answers = list(answers) or [Sent("fine")]
        self.letters: list[Letter] = []

    def __call__(self, letter: Letter) -> Sent | Failed:
        self.letters.append(letter)
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]


def no_chance() -> float:
    return 0.0


def post(store: Store, channel: str, *recipients: str, payload: bytes = b"hello", name: str = "newsroom") -> None:
    """Put a message into the outbox."""
    with store.writing() as writing:
        if name not in tellings.subscribed(writing.connection):
            tellings.begin(writing.connection, name, NOON, "UTC", None)
        known = tellings.subscribed(writing.connection)[name]
        number = len(delivery_list.listed(writing.connection, tuple(Status)))
        span = (NOON, NOON)
        digest = tellings.record_digest(
            writing.connection, known.id, f"d{number}", f"period {number}", span, NOON, "News"
        )
        assert digest
        for k, to in enumerate(recipients):
            uid = f"u{number + k}"
            deliveries.add(writing.connection, digest, channel, to, uid=uid, payload=payload, at=NOON)


def listed(store: Store, *states: Status) -> tuple[Listed, ...]:
    with store.reading() as connection:
        return tuple(reversed(delivery_list.listed(connection, states or tuple(Status))))


def states(store: Store) -> list[Status]:
    return [one.status for one in listed(store)]


CHANNELS = """
[channels.mail]
kind = "email"
host = "127.0.0.1"
sender = "Tracker <tracker@example.org>"

[channels.hook]
kind = "webhook"
url = "http://127.0.0.1:9/hook"
secrets_env = ["HOOK_SECRET"]

[channels.phone]
kind = "email"
host = "127.0.0.1"
port = 2525
sender = "tracker@example.org"
"""


def config(folder: Path, *subscriptions: str, more: str = "") -> Config:
    """Write and read a configuration; a subscription is "name key=value ..." with mail to one reader by default."""
    file = folder / "config.toml"
    tables = "".join(f"\n[[subscriptions]]\n{_keys(one)}\n" for one in subscriptions)
    file.write_text(more + CHANNELS + tables, "utf-8")
    return read_config(file)


def _keys(told: str) -> str:
    name, *keys = told.split(";")
    given = [key.strip() for key in keys if key.strip()]
    given += [] if any(key.startswith("channel") for key in given) else ['channel = "mail"']
    given += [] if any(key.startswith("to ") for key in given) else ['to = ["reader@example.org"]']
    return "\n".join([f'name = "{name}"', *given])


def see(store: Store, at: datetime, *, document: str = "Privacy Policy", service: str = "Acme") -> int:
    """Record that a page was asked for and is as it was."""
    return store.record_capture(capture(b"page", at=at, service=service, document=document))


def happen(
    store: Store,
    at: datetime,
    *,
    text: str = "bbbb",
    before: str = "aaaa",
    grade: int = 2,
    document: str = "Privacy Policy",
    service: str = "Acme",
    is_live: bool = True,
    made_by: str = "test",
    capture_number: int | None = None,
    **more: Any,
) -> int:
    """Record a change of a document from one text to another, by a new capture or by one that is there."""
    words = edited(("=", "We may hand over "), ("-", f"{before} data"), ("+", f"{text} data"), ("=", "."))
    judged = JudgedClause(words, verdict(grade, float(grade), topics=("law_enforcement",)))
    told = replace(
        change(judged, service=service, document=document, after=VersionRef(at, text, "https://example.org/privacy")),
        before=VersionRef(at - DAY, before),
        **{"summary": f"Acme changes {before} to {text}."} | more,
    )
    with store.writing() as writing:
        body = f"<p>{text} {at}</p>".encode()
        number = capture_number or writing.record_capture(capture(body, at=at, service=service, document=document))
        return writing.record_change(number, None, told, made_by=made_by, is_live=is_live)


def payloads(store: Store) -> list[bytes]:
    """Give what waits in the outbox, as it will be sent."""
    with store.reading() as connection:
        rows = connection.execute(sa.select(outbox.deliveries.c.payload).order_by(outbox.deliveries.c.id))
        return [codec.unpacked_whole(row.payload, 1 << 24) for row in rows]


def said(store: Store, name: str = "newsroom") -> list[tuple[int, str]]:
    """Give what a subscription was told: changes and what was said of them, in the order of the digests."""
    with store.reading() as connection:
        known = tellings.subscribed(connection)[name].id
        rows = connection.execute(
            sa.select(outbox.tellings)
            .where(outbox.tellings.c.subscription_id == known)
            .order_by(outbox.tellings.c.digest_id, outbox.tellings.c.change_id, outbox.tellings.c.telling)
        )
        return [(row.change_id, row.telling) for row in rows]
