"""`tracker restore`: an archive from its backup."""

from __future__ import annotations

from pathlib import Path

import click

from tracker.cli.archive import CONFIG
from tracker.cli.output import note
from tracker.config import read_config
from tracker.store.backup import restore


@click.command("restore")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@CONFIG
def command(*, file: Path, config: Path | None) -> None:
    """Make the archive what a backup holds.

    Every body and the chain are checked first.

    A SQLite archive that is there already is kept beside it as .before-restore; a PostgreSQL database has to be empty.

    \b
    Examples:
      tracker restore archive-2026-01-31.sqlite
    """
    archive = read_config(config).archive
    restore(file, archive)
    note(f"restored {file}")
