"""Telling the operator, by another channel, that one has been failing for long or that messages were given up."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from tracker.store import channels, deliveries
from tracker.store import tellings as told
from tracker.tell.letters import Notice, letters, rendered

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from sqlalchemy import Connection

    from tracker.config import Config
    from tracker.config_tables import OperatorTable
    from tracker.store.channels import ChannelState
    from tracker.store.store import Store

OPERATOR = ""  # the name of the operator's own subscription; no other can have it
OUTAGE = timedelta(hours=6)
_BETWEEN = timedelta(days=1)  # two notices of dead letters on a channel


def tell_operator(store: Store, config: Config, now: datetime, ids: Callable[[], str]) -> None:
    """Put a notice into the outbox for each channel whose outage nobody was told of yet."""
    if config.operator is None:
        return
    with store.reading() as connection:
        others = (name for name in config.channels if name != config.operator.channel)
        states = [channels.state_of(connection, name) for name in others]
        notices = [(one.name, lines) for one in states if (lines := trouble_of(connection, one, now))]
    for name, lines in notices:
        _tell(store, config, config.operator, name, Notice(ids(), f"Channel {name}: {lines[0]}", lines, now), ids)


def trouble_of(connection: Connection, state: ChannelState, now: datetime) -> tuple[str, ...]:
    """Say what the operator should know of a channel, the first line in short; nothing where all was told."""
    since = state.failing_since
    was_told = state.told_at is not None and since is not None and state.told_at >= since
    if was_told:
        return ()
    dead = channels.dead_since(connection, state.name, state.told_at)
    is_time = state.told_at is None or now - state.told_at >= _BETWEEN
    lines = []
    if since is not None and (state.disabled_at is not None or now - since >= OUTAGE):
        lines = [f"failing since {since:%Y-%m-%d %H:%M} UTC", state.failure or ""]
        if state.disabled_at is not None:
            lines.append("Its receiver says that it is gone: nothing is sent to it any more, and messages wait.")
    elif dead and is_time:
        lines = ["messages were given up"]
    if lines and dead:
        lines.append(f"{dead} messages were given up. `tracker deliveries` lists them, `tracker deliveries retry ID`")
        lines.append("puts one back.")
    return tuple(lines)


def _tell(
    store: Store, config: Config, operator: OperatorTable, name: str, notice: Notice, ids: Callable[[], str]
) -> None:
    channel = config.channels[operator.channel]
    made = letters(channel, notice)
    named = [(to, ids()) for to in operator.to or ("",)]
    payloads = [(to, uid, *rendered(made, uid, to, notice.at)) for to, uid in named]
    with store.writing() as writing:
        if OPERATOR not in told.subscribed(writing.connection):
            told.begin(writing.connection, OPERATOR, notice.at, "UTC", None)
        own = told.subscribed(writing.connection)[OPERATOR].id
        period = f"{name}, {notice.id}"
        span = (notice.at, notice.at)
        row = told.record_digest(writing.connection, own, notice.id, period, span, notice.at, notice.title)
        if row is None:
            return
        for one, uid, payload, refused in payloads:
            deliveries.add(
                writing.connection,
                row,
                operator.channel,
                one,
                uid=uid,
                payload=payload,
                at=notice.at,
                refused=refused,
            )
        channels.told(writing.connection, name, notice.at)
