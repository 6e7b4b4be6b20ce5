"""`tracker status`: what is watched and how it fares."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import click
import msgspec

from tracker.cli.archive import AS_JSON, CONFIG, reading_archive
from tracker.cli.output import note, write_bytes
from tracker.config_tables import duration
from tracker.digest.schema import moment
from tracker.digest.visible import visible

if TYPE_CHECKING:
    from pathlib import Path

    from tracker.store.documents import Watched

_OVERDUE = timedelta(days=1)  # behind its time: nobody is watching


@click.command("status")
@AS_JSON
@CONFIG
def command(*, as_json: bool, config: Path | None) -> int:
    """Tell what is watched and how it fares.

    A line says when a document was last good, since when and why it fails, and when it is asked for next.
    Ends with 1 when something has been failing, or has not been asked for, for too long: fit for cron and monitors.

    \b
    Examples:
      tracker status
      tracker status --json
    """
    with reading_archive(config) as (configured, store):
        now = datetime.now(UTC)
        patience = duration(configured.told.watch.failing_after)
        rows = [one for one in store.documents() if one.watched]
        doubts = {(one.service, one.document): len(store.suspects(one.service, one.document)) for one in rows}
        remarks = store.remarks()
    wrong = [one for one in rows if _state(one, now, patience) in ("failing", "overdue")]
    for one in rows:
        _show(one, _state(one, now, patience), doubts[one.service, one.document], as_json=as_json)
    for remark in remarks:
        note(remark)
    if not rows:
        note("nothing is watched yet; `tracker check` begins with what is declared")
    return 1 if wrong else 0


def _state(one: Watched, now: datetime, patience: timedelta) -> str:
    """Name how a document fares: good, troubled for a while, failing for long, overdue, or not asked for yet."""
    if one.next_check_at is not None and now - one.next_check_at > _OVERDUE:
        return "overdue"
    if one.failing_since is not None:
        return "failing" if now - one.failing_since >= patience else "troubled"
    return "good" if one.checked_at is not None else "new"


def _show(one: Watched, state: str, doubts: int, *, as_json: bool) -> None:
    if as_json:
        told = {
            "service": one.service,
            "document": one.document,
            "state": state,
            "host": one.host,
            "checked_at": _moment(one.checked_at),
            "last_good_at": _moment(one.last_good_at),
            "failing_since": _moment(one.failing_since),
            "failure": one.failure,
            "suspect_captures": doubts,
            "next_check_at": _moment(one.next_check_at),
        }
        write_bytes([msgspec.json.encode(told) + b"\n"])
        return
    click.echo(visible(f"{state:9} {one.service}, {one.document}"))
    click.echo(f"          last good {_words(one.last_good_at)}, next check {_words(one.next_check_at)}")
    if one.failure:
        click.echo(visible(f"          failing since {_words(one.failing_since)}: {one.failure}"))
    if doubts:
        click.echo(
            f"          {doubts} suspect page{'s' if doubts > 1 else ''}: see `tracker log`, `tracker check --accept`"
        )


def _moment(at: datetime | None) -> str | None:
    return None if at is None else moment(at)


def _words(at: datetime | None) -> str:
    return "never" if at is None else f"{at:%Y-%m-%d %H:%M} UTC"
