"""`tracker verify`: whether the archive is what was recorded."""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING

import click
import msgspec

from tracker.cli.archive import AS_JSON, CONFIG, reading_archive
from tracker.cli.output import note, write_bytes
from tracker.digest.visible import visible
from tracker.exchange.stamping import Checked, broken_stamps, read_trusted

if TYPE_CHECKING:
    from pathlib import Path

    from tracker.store.verify import Broken


@click.command("verify")
@AS_JSON
@CONFIG
def command(*, as_json: bool, config: Path | None) -> int:
    """Check the chain of captures, every body and the time-stamps.

    What is broken is named, and the command ends with 1.

    Every hash of the chain is computed anew and every body is read. Stamps are verified by the certificates of the
    configuration (evidence.certificates); without any, by those that were kept with them, which a forger can have made.

    \b
    Examples:
      tracker verify
      tracker verify --json
    """
    with reading_archive(config) as (configured, store):
        length, head = store.head()
        trusted, checked = read_trusted(configured), Checked()
        found = 0
        for one in chain(store.verify(), broken_stamps(store, trusted, checked)):
            found += 1
            _tell(one, as_json=as_json)
    if checked.by_their_own:
        what = _count(checked.by_their_own, "time-stamp was", "time-stamps were")
        them = "it" if checked.by_their_own == 1 else "them"
        note(f"{what} verified by what was kept with {them} alone: name whom you trust in evidence.certificates")
    wrong = _count(found, "thing is not as it was recorded", "things are not as they were recorded")
    counted = (
        f"{_count(length, 'capture', 'captures')}, head {head}; {_count(checked.stamps, 'time-stamp', 'time-stamps')}"
    )
    note(f"{counted}: {wrong if found else 'all as recorded'}")
    return 1 if found else 0


def _count(number: int, one: str, several: str) -> str:
    return f"{number} {one if number == 1 else several}"


def _tell(one: Broken, *, as_json: bool) -> None:
    if as_json:
        write_bytes((msgspec.json.encode({"what": one.what, "why": one.why}) + b"\n",))
    else:
        click.echo(visible(f"{one.what}: {one.why}"))
