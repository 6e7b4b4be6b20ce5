"""Composing what is due: for each subscription whose period is over, one message with all it was not told yet.

What is due follows from rows alone, so that nothing is lost when a process dies after it recorded a change. A digest,
what it tells and its deliveries are written in one transaction, together with how far the subscription was told; from
then on they are the outbox's. A subscription that is new starts where it is: history is never told.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from tracker.config_tables import AT_ONCE, EmailTable, between, zone
from tracker.digest.compose import compose, tellings, waiting
from tracker.digest.message import Telling
from tracker.periods import is_quiet, last_boundary
from tracker.store import deliveries
from tracker.store import tellings as told
from tracker.store.crash import Point
from tracker.tell.gathering import gathered, wants_of
from tracker.tell.letters import letters, rendered, title_of
from tracker.tell.operating import OPERATOR, tell_operator

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime

    from tracker.config import Config
    from tracker.config_tables import Channel, SubscriptionTable
    from tracker.digest.message import Digest
    from tracker.store.deliveries import Waiting
    from tracker.store.store import Store
    from tracker.store.tellings import Subscription
    from tracker.tell.gathering import Gathered

_AHEAD = timedelta(days=1)  # a subscription told further into the future than that was told by a clock gone wrong


def new_id() -> str:
    """Give an id that nothing else has."""
    return uuid.uuid4().hex


def compose_due(store: Store, config: Config, now: datetime, ids: Callable[[], str] = new_id) -> int:
    """Compose what is due now; gives how many digests there are. Run again at once it does nothing."""
    keep_subscriptions(store, config, now)
    made, wrong = 0, list[Exception]()
    for wanted in config.subscriptions:
        try:
            made += _compose(store, config, wanted, now, ids)
        except Exception as raised:  # noqa: BLE001  whatever it is, the others get theirs; it is raised below
            wrong.append(raised)
    tell_operator(store, config, now, ids)
    if wrong:
        raise wrong[0]
    return made


def keep_subscriptions(store: Store, config: Config, now: datetime) -> None:
    """Begin subscriptions that are new, end those that are gone, and cancel what has nobody to go to any more."""
    with store.reading() as connection:
        known = told.subscribed(connection)
        stale = tuple(_stale(config, known))
        cancelled = tuple(_without_a_goal(config, deliveries.waiting(connection)))
    names = {one.name for one in config.subscriptions} | ({OPERATOR} if config.operator else set())
    ended = [one for one in known.values() if one.name not in names and one.removed_at is None]
    if not (stale or ended or cancelled):
        return
    with store.writing() as writing:
        for wanted in stale:
            row = known.get(wanted.name)
            if row is None or row.removed_at is not None:
                told.begin(writing.connection, wanted.name, now, wanted.timezone, wanted.quiet_hours)
            else:
                told.change_hours(writing.connection, row.id, wanted.timezone, wanted.quiet_hours)
        for one in ended:
            told.remove(writing.connection, one.id, now)
        for delivery, why in cancelled:
            deliveries.cancel(writing.connection, delivery, why, now)


def _stale(config: Config, known: dict[str, Subscription]) -> Iterator[SubscriptionTable]:
    """Give the subscriptions of the configuration that the archive does not know, or not so."""
    for one in config.subscriptions:
        row = known.get(one.name)
        if row is None or row.removed_at or (row.timezone, row.quiet_hours) != (one.timezone, one.quiet_hours):
            yield one


def _without_a_goal(config: Config, waiting: tuple[Waiting, ...]) -> Iterator[tuple[int, str]]:
    """Give the deliveries that nobody is to have any more, and why."""
    goals = {one.name: (one.channel, one.to) for one in config.subscriptions}
    if config.operator is not None:
        goals[OPERATOR] = (config.operator.channel, config.operator.to)
    for one in waiting:
        if one.subscription not in goals:
            yield one.id, f"there is no subscription {one.subscription!r} in the configuration any more"
            continue
        channel, to = goals[one.subscription]
        if one.channel != channel:
            yield one.id, f"what is for {one.subscription!r} goes by the channel {channel!r} now"
        elif one.recipient not in recipients(config.channels[channel], to):
            yield one.id, f"{one.recipient!r} is not among the recipients of {one.subscription!r} any more"


def recipients(channel: Channel, to: tuple[str, ...]) -> tuple[str, ...]:
    """Give to whom a channel sends: mail to each of several, everything else to where it leads."""
    return tuple(dict.fromkeys(to)) if isinstance(channel, EmailTable) else ("",)


def _compose(store: Store, config: Config, wanted: SubscriptionTable, now: datetime, ids: Callable[[], str]) -> bool:
    """Compose the message of one subscription, where its period is over; tells whether there is one."""
    where = zone(wanted.timezone)
    if is_quiet(now, where, None if wanted.quiet_hours is None else between(wanted.quiet_hours)):
        return False
    with store.reading() as connection:
        known = told.subscribed(connection)[wanted.name]
        if wanted.period == AT_ONCE:
            period, is_due = "", told.has_news(connection, known)
        else:
            period, at = last_boundary(wanted.period, where, now)
            is_due = at > known.composed_to or known.composed_to > now + _AHEAD
        if not is_due:
            return False
        found = gathered(connection, config, wanted, known, now)
        has_period = told.has_digest(connection, known.id, period)
    digest = None if has_period else compose(ids(), wants_of(wanted), found.news)
    held = waiting(wants_of(wanted), found.news.changes)
    if has_period:  # the clock went back: what there is to tell waits for the next period
        return _moved(store, known, (known.after_change, known.after_link), now, found.held)
    if digest is None:
        is_as_before = found.last == (known.after_change, known.after_link) and held == found.held
        return False if is_as_before and not period else _moved(store, known, found.last, now, held)
    return record(store, config, wanted, Composed(digest, period or f"at once, {digest.id}", found, held), now, ids)


def _moved(store: Store, known: Subscription, last: tuple[int, int], now: datetime, held: frozenset[int]) -> bool:
    """Note how far a subscription was told, where there is no message; gives False, as there is none."""
    with store.writing() as writing:
        told.advance(writing.connection, known, last, now, held)
    return False


@dataclass(frozen=True, slots=True)
class Composed:
    """A message that is to be written down, with what it rests on."""

    digest: Digest
    period: str
    found: Gathered
    held: frozenset[int] | None  # None: how far the subscription was told stays as it is


def record(
    store: Store,
    config: Config,
    wanted: SubscriptionTable,
    composed: Composed,
    now: datetime,
    ids: Callable[[], str],
) -> bool:
    """Write a message down with what it tells and its deliveries, all or nothing."""
    channel = config.channels[wanted.channel]
    made = letters(channel, composed.digest)
    named = [(to, ids()) for to in recipients(channel, wanted.to)]
    payloads = [(to, uid, *rendered(made, uid, to, now)) for to, uid in named]
    known, digest = composed.found.known, composed.digest
    with store.writing() as writing:
        if composed.held is not None and not told.advance(
            writing.connection, known, composed.found.last, now, composed.held
        ):
            return False
        span = (digest.since, digest.until)
        row = told.record_digest(writing.connection, known.id, digest.id, composed.period, span, now, title_of(digest))
        if row is None:
            return False
        told.record_tellings(writing.connection, known.id, row, _said(digest, composed.found))
        for to, uid, payload, refused in payloads:
            deliveries.add(
                writing.connection, row, wanted.channel, to, uid=uid, payload=payload, at=now, refused=refused
            )
        writing.reached(Point.COMPOSED)
    return True


def _said(digest: Digest, found: Gathered) -> Iterator[tuple[int, str, int]]:
    for change, telling in tellings(digest):
        for link in found.links.get(change, ()) if telling is Telling.FOLLOW_UP else (0,):
            yield change, telling, link
