"""`tracker backup`: the whole archive in one file."""

from __future__ import annotations

from pathlib import Path

import click

from tracker.cli.archive import CONFIG, reading_archive
from tracker.cli.output import note


@click.command("backup")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@CONFIG
def command(*, file: Path, config: Path | None) -> None:
    """Write the whole archive into one file.

    It is a new SQLite file that holds the archive as it is now, also while the daemon runs.

    \b
    Examples:
      tracker backup archive-2026-01-31.sqlite
    """
    with reading_archive(config) as (_, store):
        store.backup(file)
    note(f"wrote {file}")
