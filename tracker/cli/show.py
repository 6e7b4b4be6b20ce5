"""`tracker show`: one change of the archive."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import click

from tracker.cli.archive import CONFIG, reading_archive
from tracker.cli.output import note, whole_file
from tracker.cli.showing import Shape, show
from tracker.digest.addresses import stored
from tracker.digest.page import single
from tracker.digest.reading import decode
from tracker.errors import UsageError
from tracker.store.coverage import coverage_of


@click.command("show")
@click.argument("change", type=int)
@click.option("--full", is_flag=True, help="Show every clause.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@click.option(
    "--html", "page", type=click.Path(dir_okay=False, path_type=Path), metavar="FILE", help="Write one page to pass on."
)
@CONFIG
def command(*, change: int, full: bool, as_json: bool, page: Path | None, config: Path | None) -> None:
    """Show one change of the archive.

    With its clauses, reasons and coverage. CHANGE is its number.

    \b
    Examples:
      tracker show 17
      tracker show 17 --html change.html
    """
    with reading_archive(config) as (configured, store):
        row = store.change(change)
        if row is None:
            raise UsageError(f"there is no change {change} in the archive; `tracker replay` lists what there is")
        with store.reading() as connection:
            coverage = coverage_of(connection, change)
    told = dataclasses.replace(decode(row.json), coverage=coverage)
    shape = Shape(as_json=as_json, page=None, in_full=full)
    show([shape.encoding(told)], shape, str, "")
    if page is not None:
        found = stored(row.id, told, public_url=configured.told.public_url)
        with whole_file(page) as file:
            file.write(single(found, most=shape.most))
    if not row.is_live:
        note("found in stored history, not while watching: nobody was told of it")
