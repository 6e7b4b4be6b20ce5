"""`tracker log`: the captures of the archive."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click
import msgspec

from tracker.cli.archive import AS_JSON, CONFIG, named, reading_archive
from tracker.cli.output import write_bytes
from tracker.digest.visible import visible

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tracker.store.evidence import Logged


@click.command("log")
@click.argument("service", required=False)
@click.argument("document", required=False)
@click.option("--last", type=click.IntRange(min=1), metavar="N", help="Only the last N.")
@AS_JSON
@CONFIG
def command(*, service: str | None, document: str | None, last: int | None, as_json: bool, config: Path | None) -> None:
    """List what was asked for and what came of it.

    That is the chained log of captures, oldest first.
    With --json "line" is to the letter what "hash" is the SHA-256 of.

    \b
    Examples:
      tracker log Telegram "Privacy Policy" --last 10
      tracker log --json
    """
    with reading_archive(config) as (_, store):
        if service is not None:
            named(store.documents(), service, document)
        doubts = {number: why for one in store.documents() for number, why in store.suspects(one.service, one.document)}
        logged = store.log(service, document) if document else store.log()
        rows: Iterator[Logged] = (one for one in logged if service in (None, one.capture.service))
        if last is not None:
            rows = iter(list(rows)[-last:])
        for one in rows:
            if as_json:
                write_bytes([msgspec.json.encode({"hash": one.hash, "line": one.line}) + b"\n"])
            else:
                click.echo(visible(_line(one, doubts.get(one.number))))


def _line(one: Logged, doubt: str | None) -> str:
    capture = one.capture
    told = f"{one.number:>7} {capture.at:%Y-%m-%d %H:%M:%S} {capture.outcome:12} {capture.service}, {capture.document}"
    if one.sha256:
        told += f"  {one.sha256[:12]}"
    if capture.note:
        told += f"  {capture.note}"
    return told + (f"  suspect: {doubt}" if doubt else "")
