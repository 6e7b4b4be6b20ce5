"""`tracker check`: ask for pages now."""

from __future__ import annotations

import signal
import threading
from typing import TYPE_CHECKING

import click
import msgspec

from tracker.cli.archive import AS_JSON, CONFIG, named, watching_archive
from tracker.cli.output import note, write_bytes
from tracker.digest.schema import moment
from tracker.digest.visible import visible
from tracker.errors import UsageError
from tracker.watch.recording import Result
from tracker.watch.recording import accept as accepted
from tracker.watch.rounds import round_of, round_of_due

if TYPE_CHECKING:
    from pathlib import Path

    from tracker.watch.recording import Checked


@click.command("check")
@click.argument("service", required=False)
@click.argument("document", required=False)
@click.option("--accept", is_flag=True, help="Ask nobody; take the last suspect page for what it is.")
@AS_JSON
@CONFIG
def command(*, service: str | None, document: str | None, accept: bool, as_json: bool, config: Path | None) -> int:
    """Ask for pages now, and record what changed.

    Without a name, every document that is due is checked; with names, those, due or not. The first check of a
    document is its first record and tells nobody anything.

    \b
    Examples:
      tracker check
      tracker check Telegram "Privacy Policy"
      tracker check Telegram FAQ --accept
    """
    stopping = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopping.set())
    failed = 0
    with watching_archive(config, stopping.is_set) as setup:
        for (of, name), why in setup.watching.refused.items():
            note(f"{of}, {name} is not watched: {why}")
        store, going = setup.watching.store, setup.going
        if accept:
            if service is None or document is None:
                raise UsageError("--accept needs a service and a document")
            told = accepted(setup.watching, service, document, going.clock())
            if told is None:
                raise UsageError(f"{service}, {document}: there is no suspect page to accept")
            _show(told, as_json=as_json)
            return 0
        watched = tuple(one for one in store.documents() if one.watched)
        round_ = round_of_due(going) if service is None else round_of(going, named(watched, service, document))
        for checked in round_:
            _show(checked, as_json=as_json)
            failed += checked.result in (Result.FAILED, Result.SUSPECT)
    if failed:
        note(f"{failed} of the pages could not be taken; `tracker status` says more")
    return 1 if failed else 0


def _show(checked: Checked, *, as_json: bool) -> None:
    change = checked.change
    if as_json:
        told = {
            "service": checked.service,
            "document": checked.document,
            "at": moment(checked.at),
            "result": checked.result,
            "why": checked.why or None,
            "change": checked.change_id,
            "significance": change.significance if change else None,
            "summary": change.summary if change else None,
            "next_check_at": moment(checked.next_check_at) if checked.next_check_at else None,
        }
        write_bytes([msgspec.json.encode(told) + b"\n"])
        return
    line = f"{checked.service}, {checked.document}: {checked.result}"
    if change is not None and change.significance:
        line += f"  [{change.significance}] {change.summary}  (tracker show {checked.change_id})"
    elif checked.why:
        line += f" ({checked.why})"
    click.echo(visible(line))
