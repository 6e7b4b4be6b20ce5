"""Draining the outbox: what is due is leased, sent outside any transaction, and what came of it is written down.

Each channel is drained in a thread of its own, so that one that fails or hangs holds up none of the others. A process
that dies while it sends leaves a lease that runs out: the message is then sent again, and it is the same message.
"""

from __future__ import annotations

import time
import uuid
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import TYPE_CHECKING

import sqlalchemy as sa

from tracker.config_tables import between, zone
from tracker.deliver.outcome import Failed, Letter
from tracker.net.pace import LONGEST_RETRY_AFTER
from tracker.periods import is_quiet
from tracker.store import channels, deliveries
from tracker.store.crash import Point
from tracker.store.deliveries import Ended
from tracker.store.outbox import Tried, subscriptions

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from sqlalchemy import Connection

    from tracker.deliver.outcome import Sent, Way
    from tracker.store.deliveries import Leased
    from tracker.store.store import Store

# After each try that failed; some three days and three hours in all, as Standard Webhooks proposes.
PAUSES = tuple(
    timedelta(minutes=minutes) for minutes in (0.5, 5, 30, 2 * 60, 5 * 60, 10 * 60, 14 * 60, 20 * 60, 24 * 60)
)
JITTER = 0.1  # of a pause, added by chance: never sooner than told
LEASE = timedelta(minutes=5)  # longer than any way takes to send one message
LONGEST_DRAIN = timedelta(minutes=2)  # of one channel; what is left is due the next time
_CHANNEL_PAUSE = timedelta(minutes=1)  # before the next message is tried on a channel that fails
_REFUSED_PAUSE = timedelta(hours=1)  # and on one that refuses whatever comes
_MOST_UNCLEAR = 1  # repeats of what may have arrived, where the receiver cannot tell repeats


def drain(store: Store, ways: Mapping[str, Way], clock: Callable[[], datetime], dice: Callable[[], float]) -> int:
    """Send what is due now; gives how many messages were taken. `dice` gives numbers from 0 to 1."""
    now = clock()
    with store.reading() as connection:
        due = [name for name in deliveries.due_channels(connection, now, now + LEASE) if name in ways]
    if not due:
        return 0
    with ThreadPoolExecutor(len(due), thread_name_prefix="channel") as threads:
        turns = [threads.submit(_drain_channel, store, name, ways[name], clock, dice) for name in due]
    return sum(turn.result() for turn in turns)


def _drain_channel(store: Store, name: str, way: Way, clock: Callable[[], datetime], dice: Callable[[], float]) -> int:
    """Send what is due on a channel, until it fails as a whole."""
    sent, ends = 0, clock() + LONGEST_DRAIN
    while clock() < ends and (leased := _lease(store, name, clock())) is not None:
        store.reached(Point.LEASED)
        began = time.monotonic()
        outcome = way(Letter(leased.uid, leased.recipient, leased.payload, clock()))
        seconds = time.monotonic() - began
        store.reached(Point.SENT)
        _write_down(store, leased, outcome, judged(leased, outcome, clock(), dice(), seconds), clock())
        if not isinstance(outcome, Failed):
            sent += 1
        elif outcome.is_of_channel:
            break
    return sent


def _lease(store: Store, channel: str, now: datetime) -> Leased | None:
    with store.writing() as writing:
        if not channels.state_of(writing.connection, channel).may_send(now, LONGEST_RETRY_AFTER):
            return None
        quiet = _quiet(writing.connection, now)
        return deliveries.lease(writing.connection, channel, now, now + LEASE, uuid.uuid4().hex, quiet)


def _quiet(connection: Connection, now: datetime) -> tuple[int, ...]:
    """Give the subscriptions that want to hear nothing at this hour."""
    asked = sa.select(subscriptions).where(subscriptions.c.quiet_hours.is_not(None))
    rows = connection.execute(asked).all()
    return tuple(row.id for row in rows if is_quiet(now, zone(row.timezone), between(row.quiet_hours)))


def judged(leased: Leased, outcome: Sent | Failed, now: datetime, chance: float, seconds: float) -> Ended:
    """Say what is to become of a delivery after a try."""
    if not isinstance(outcome, Failed):
        return Ended(Tried.SENT, seconds, outcome.code, outcome.detail)
    detail, is_dead = outcome.detail, outcome.is_permanent
    if outcome.may_have_arrived:
        detail += "; it may have arrived"
        is_dead = is_dead or (not outcome.is_told_apart and leased.unclear >= _MOST_UNCLEAR)
    if leased.tries > len(PAUSES) and not is_dead:
        detail, is_dead = f"{detail}; given up after {leased.tries} tries", True
    if is_dead:
        return Ended(Tried.DEAD, seconds, outcome.code, detail, outcome.may_have_arrived)
    pause = PAUSES[leased.tries - 1] * (1 + JITTER * chance)
    wait = max(pause, outcome.retry_after or timedelta(0))
    return Ended(Tried.AGAIN, seconds, outcome.code, detail, outcome.may_have_arrived, now + wait)


def _write_down(store: Store, leased: Leased, outcome: Sent | Failed, ended: Ended, now: datetime) -> None:
    with store.writing() as writing:
        deliveries.finish(writing.connection, leased, ended, now)
        if not isinstance(outcome, Failed):
            channels.works(writing.connection, leased.channel)
        elif outcome.is_of_channel or not outcome.is_permanent:
            pause = _REFUSED_PAUSE if outcome.is_permanent else _CHANNEL_PAUSE
            ready_at = now + (outcome.retry_after or pause) if outcome.is_of_channel else None
            channels.fails(
                writing.connection,
                leased.channel,
                now,
                outcome.detail,
                ready_at=ready_at,
                is_gone=outcome.is_gone,
            )
        writing.reached(Point.RECORDED)
