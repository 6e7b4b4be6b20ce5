"""`tracker digest`: what a subscription would be told, shown or sent."""

from __future__ import annotations

import random
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, cast

import click

from tracker.cli.archive import CONFIG, reading_archive
from tracker.cli.output import note, whole_file, write_bytes
from tracker.config import read_config
from tracker.config_tables import duration
from tracker.digest.mail import mail_parts
from tracker.digest.payload import payload
from tracker.digest.visible import visible
from tracker.errors import UsageError
from tracker.store.delivery_list import listed
from tracker.store.outbox import Status
from tracker.store.store import open_store
from tracker.tell.by_hand import previewed, send_now, subscription_of
from tracker.tell.digests import recipients
from tracker.tell.letters import letters
from tracker.tell.outbox import drain
from tracker.tell.ways import ways_out

if TYPE_CHECKING:
    from io import TextIOWrapper

    from tracker.config import Config
    from tracker.config_tables import SubscriptionTable
    from tracker.tell.digests import Composed

_FILE = click.Path(dir_okay=False, path_type=Path)


@click.command("digest")
@click.option("--to", "name", required=True, metavar="SUBSCRIPTION", help="Whose message it is.")
@click.option("--since", required=True, metavar="WHEN", help="A day (2026-11-01, UTC), or so long ago (7d, 12h).")
@click.option("--html", "page", type=_FILE, metavar="FILE", help="Write the HTML of the mail.")
@click.option("--eml", type=_FILE, metavar="FILE", help="Write the whole mail.")
@click.option("--json", "as_json", is_flag=True, help="Print it as a webhook gets it, with whole changes.")
@click.option("--send", is_flag=True, help="Send it; what it tells counts as told.")
@CONFIG
def command(
    *, name: str, since: str, page: Path | None, eml: Path | None, as_json: bool, send: bool, config: Path | None
) -> int:
    """Show what a subscription is told of the changes since a moment.

    What it was told of them before does not matter.

    \b
    Examples:
      tracker digest --to newsroom --since 7d
      tracker digest --to newsroom --since 2026-11-01 --html digest.html
      tracker digest --to newsroom --since 1d --send
    """
    now = datetime.now(UTC)
    configured = read_config(config)
    wanted = subscription_of(configured, name)
    begin = _moment(since, now)
    if send:
        return _send(configured, wanted, begin, now)
    with reading_archive(config) as (_, store):
        composed = previewed(store, configured, wanted, begin, now)
    if composed is None:
        note(f"there is nothing to tell {name!r} since {begin:%Y-%m-%d %H:%M} UTC")
        return 0
    _write(configured, wanted, composed, page=page, eml=eml)
    if as_json:
        write_bytes((payload(composed.digest, full=True) + b"\n",))
    elif page is None and eml is None:
        parts = mail_parts(composed.digest)
        click.echo(f"Subject: {visible(parts.subject)}\n")
        for line in parts.text.splitlines():
            click.echo(visible(line))
    return 0


def _moment(text: str, now: datetime) -> datetime:
    try:
        return now - duration(text)
    except ValueError:
        pass
    try:
        return datetime.strptime(text, "%Y-%m-%d").replace(tzinfo=UTC)
    except ValueError as wrong:
        raise UsageError(f"{text!r} is no day and no time ago; write 2026-11-01, 7d or 12h") from wrong


def _write(
    config: Config, wanted: SubscriptionTable, composed: Composed, *, page: Path | None, eml: Path | None
) -> None:
    if page is not None:
        with whole_file(page) as file:
            file.write(mail_parts(composed.digest).html)
    if eml is not None:
        channel = config.channels[wanted.channel]
        to = next(iter(recipients(channel, wanted.to)), "")
        try:
            mail = letters(channel, composed.digest)(composed.digest.id, to, composed.digest.until)
        except ValueError as wrong:
            raise UsageError(str(wrong)) from wrong
        with whole_file(eml) as file:
            cast("TextIOWrapper", file).buffer.write(mail)


def _send(config: Config, wanted: SubscriptionTable, since: datetime, now: datetime) -> int:
    """Put the message into the outbox and send it; what cannot be sent now is sent by the daemon."""
    with open_store(config.archive) as store:
        composed = previewed(store, config, wanted, since, now)
        if composed is None:
            note(f"there is nothing to tell {wanted.name!r} since {since:%Y-%m-%d %H:%M} UTC")
            return 0
        send_now(store, config, wanted, composed, now)
        way = {wanted.channel: ways_out(config)[wanted.channel]}
        drain(store, way, lambda: datetime.now(UTC), random.random)
        with store.reading() as connection:
            found = [one for one in listed(connection, tuple(Status)) if one.period == composed.period]
    for one in found:
        note(f"{one.recipient or one.channel}: {one.status}" + (f" ({one.why})" if one.why else ""))
    return int(any(one.status is not Status.SENT for one in found))
