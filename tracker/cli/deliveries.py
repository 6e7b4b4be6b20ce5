"""`tracker deliveries`: the messages that wait, were sent or could not be."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import click
import msgspec

from tracker.cli.archive import AS_JSON, CONFIG, reading_archive
from tracker.cli.output import note, write_bytes
from tracker.config import read_config
from tracker.digest.schema import moment
from tracker.digest.visible import visible
from tracker.errors import UsageError
from tracker.store import channels
from tracker.store.delivery_list import listed
from tracker.store.outbox import Status
from tracker.store.store import open_store
from tracker.tell.by_hand import put_back

if TYPE_CHECKING:
    from pathlib import Path

    from tracker.store.channels import ChannelState
    from tracker.store.delivery_list import Attempt, Listed

_OPEN = (Status.WAITING, Status.LEASED, Status.DEAD)
_MOST = 200


@click.group("deliveries", invoke_without_command=True)
@click.option("--all", "everything", is_flag=True, help="List those that were sent or cancelled, too.")
@click.option("--most", default=_MOST, show_default=True, type=click.IntRange(min=1), help="List no more than these.")
@AS_JSON
@CONFIG
@click.pass_context
def command(context: click.Context, *, everything: bool, most: int, as_json: bool, config: Path | None) -> None:
    """List the messages that wait and those that were given up.

    The newest come first.

    \b
    Examples:
      tracker deliveries
      tracker deliveries --all --json
      tracker deliveries retry 17
      tracker deliveries retry --channel newsdesk
    """
    if context.invoked_subcommand is not None:
        return
    with reading_archive(config) as (_, store), store.reading() as connection:
        found = listed(connection, tuple(Status) if everything else _OPEN, most)
        states = channels.states(connection)
    for one in found:
        if as_json:
            write_bytes((msgspec.json.encode(_told(one)) + b"\n",))
        else:
            _print(one)
    for state in states:
        _remark(state)
    if not found:
        note("nothing waits, and nothing was given up")


def _told(one: Listed) -> dict[str, object]:
    return {
        "id": one.id,
        "message": one.uid,
        "status": one.status,
        "subscription": one.subscription or None,
        "period": one.period,
        "title": one.title,
        "channel": one.channel,
        "recipient": one.recipient or None,
        "created_at": moment(one.created_at),
        "next_attempt_at": None if one.next_attempt_at is None else moment(one.next_attempt_at),
        "ended_at": None if one.ended_at is None else moment(one.ended_at),
        "why": one.why,
        "attempts": [_attempt(attempt) for attempt in one.attempts],
    }


def _attempt(one: Attempt) -> dict[str, object]:
    return {
        "at": moment(one.at),
        "seconds": one.seconds,
        "outcome": one.outcome,
        "may_have_arrived": one.may_have_arrived,
        "code": one.code,
        "detail": one.detail,
    }


def _print(one: Listed) -> None:
    way = visible(" to ".join(filter(None, (one.channel, one.recipient))))
    who = visible(one.subscription) or "operator"
    click.echo(f"{one.id:>6}  {one.status:<9}  {way}  ({who}: {visible(one.title)})")
    tried = len(one.attempts)
    if tried or one.why:
        times = f"tried {tried} time{'' if tried == 1 else 's'}"
        after = f", next at {one.next_attempt_at:%Y-%m-%d %H:%M} UTC" if one.next_attempt_at else ""
        click.echo(f"        {times}{after}" + (f"; {visible(one.why)}" if one.why else ""))


def _remark(state: ChannelState) -> None:
    if state.disabled_at is not None:
        note(
            f"channel {state.name}: nothing is sent since {state.disabled_at:%Y-%m-%d %H:%M} UTC ({state.disabled_why})"
        )
    elif state.failing_since is not None:
        note(f"channel {state.name}: failing since {state.failing_since:%Y-%m-%d %H:%M} UTC ({state.failure})")


@command.command("retry")
@click.argument("numbers", metavar="[ID]...", nargs=-1, type=int)
@click.option("--channel", metavar="NAME", help="All that were given up on a channel.")
@CONFIG
def retry(numbers: tuple[int, ...], *, channel: str | None, config: Path | None) -> None:
    """Put messages that were given up back into the outbox, and let their channels be tried again.

    They are sent by the next run of the daemon.

    \b
    Examples:
      tracker deliveries retry 17 18
      tracker deliveries retry --channel newsdesk
    """
    if not numbers and channel is None:
        raise UsageError("name a delivery, or a channel with --channel")
    with open_store(read_config(config).archive) as store:
        count = put_back(store, numbers, channel, datetime.now(UTC))
    note(f"{count} put back")
