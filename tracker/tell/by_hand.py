"""What a person asks for beside the schedule.

A message composed and shown or sent now, a test of a channel, dead letters put back.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from tracker.deliver.outcome import Failed, Letter
from tracker.digest.compose import compose
from tracker.digest.message import Digest, Foot
from tracker.errors import UsageError
from tracker.store import channels, deliveries
from tracker.store import tellings as told
from tracker.store.delivery_list import listed
from tracker.store.outbox import Status
from tracker.tell.digests import Composed, keep_subscriptions, new_id, recipients, record
from tracker.tell.gathering import gathered_since, wants_of
from tracker.tell.letters import letters
from tracker.tell.ways import ways_out

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from tracker.config import Config
    from tracker.config_tables import SubscriptionTable
    from tracker.deliver.outcome import Sent
    from tracker.store.store import Store


def subscription_of(config: Config, name: str) -> SubscriptionTable:
    """Give a subscription by its name; UsageError where there is none."""
    for one in config.subscriptions:
        if one.name == name:
            return one
    there = ", ".join(repr(one.name) for one in config.subscriptions) or "none"
    raise UsageError(f"there is no subscription {name!r} in {config.file}; there is {there}")


def previewed(
    store: Store, config: Config, wanted: SubscriptionTable, since: datetime, now: datetime
) -> Composed | None:
    """Compose what a subscription is told of the changes since a moment, whatever it was told of them already."""
    with store.reading() as connection:
        known = told.subscribed(connection).get(wanted.name)
        known = known or told.Subscription(0, wanted.name, now, 0, 0, now, wanted.timezone, wanted.quiet_hours, None)
        found = gathered_since(connection, config, wanted, known, since, now)
    digest = compose(new_id(), wants_of(wanted), found.news)
    return None if digest is None else Composed(digest, f"by hand, {digest.id}", found, None)


def send_now(store: Store, config: Config, wanted: SubscriptionTable, composed: Composed, now: datetime) -> None:
    """Put a message into the outbox; what it tells counts as told."""
    keep_subscriptions(store, config, now)
    with store.reading() as connection:
        known = told.subscribed(connection)[wanted.name]
    record(store, config, wanted, replace(composed, found=replace(composed.found, known=known)), now, new_id)


def tested(config: Config, name: str, to: Sequence[str], now: datetime) -> list[tuple[str, Sent | Failed]]:
    """Send a message that says it is a test by a channel; gives what came of it for each recipient.

    Nothing of it is kept in the archive, so that it can be done while a daemon runs.
    """
    if name not in config.channels:
        there = ", ".join(map(repr, config.channels)) or "none"
        raise UsageError(f"there is no channel {name!r} in {config.file}; there is {there}")
    channel = config.channels[name]
    found = recipients(channel, tuple(to) or _readers(config, name))
    if not found:
        raise UsageError(f"nobody is told by the channel {name!r} yet; name a recipient with --to")
    digest = Digest(new_id(), "test", now, now, (), Foot(), is_test=True)
    made, way = letters(channel, digest), ways_out(config)[name]
    outcomes: list[tuple[str, Sent | Failed]] = []
    for one in found:
        uid = new_id()
        try:
            payload = made(uid, one, now)
        except ValueError as wrong:
            outcomes.append((one, Failed(str(wrong), is_permanent=True)))
            continue
        outcomes.append((one, way(Letter(uid, one, payload, now))))
    return outcomes


def _readers(config: Config, channel: str) -> tuple[str, ...]:
    """Give the first reader of a channel: a test is no message to all."""
    readers = [one.to for one in config.subscriptions if one.channel == channel]
    if config.operator is not None and config.operator.channel == channel:
        readers.append(config.operator.to)
    return next((to[:1] for to in readers if to), ())


def put_back(store: Store, numbers: Sequence[int], channel: str | None, now: datetime) -> int:
    """Put dead letters back into the outbox, and let their channels be tried; gives how many.

    Raises:
        UsageError: a delivery is not there, or is neither dead nor waiting; nothing is put back then.
    """
    with store.writing() as writing:
        dead = listed(writing.connection, (Status.DEAD,)) if channel is not None else ()
        chosen = [*numbers, *(one.id for one in dead if one.channel == channel and one.attempts)]
        for number in dict.fromkeys(chosen):
            name = deliveries.put_back(writing.connection, number, now)
            if name is None:
                raise UsageError(f"there is no delivery {number} that could be sent; `tracker deliveries` lists them")
            channels.enable(writing.connection, name)
        if channel is not None:
            channels.enable(writing.connection, channel)
    return len(set(chosen))
