"""`tracker init`: writes what ships with the tracker into a folder."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from tracker.cli.output import note
from tracker.errors import SourceError, UsageError
from tracker.package_data import SHIPPED, shipped

if TYPE_CHECKING:
    from collections.abc import Iterator


@click.command("init")
@click.argument("folder", default=".", type=click.Path(path_type=Path))
def command(folder: Path) -> None:
    """Write the configuration, seeds and sample pages into a folder.

    FOLDER is where you are, unless given. Files that are there already stay as they are.

    \b
    Examples:
      tracker init
      tracker init my-archive
    """
    if folder.exists() and not folder.is_dir():
        raise UsageError(f"{folder}: is a file; name a folder to write into")
    written = kept = 0
    for source, name in _files():
        if write_anew(source, folder / name):
            written += 1
        else:
            kept += 1
    note(f"{folder}: {written} files written" + (f", {kept} were there already and stay as they are" if kept else ""))
    click.echo(f"Now: tracker replay {folder / 'snapshots'} --coverage {folder / 'seeds/coverage'}")


def _files() -> Iterator[tuple[Path, Path]]:
    """Give every shipped file and the name it gets."""
    for name in SHIPPED:
        top = shipped(name)
        for path in sorted(top.rglob("*")) if top.is_dir() else [top]:
            if path.is_file():
                yield path, Path(name) / path.relative_to(top)


def write_anew(source: Path, target: Path) -> bool:
    """Copy a file to where none is; tells whether it did."""
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with target.open("xb") as file:
            file.write(source.read_bytes())
    except FileExistsError:
        return False
    except OSError as wrong:
        raise SourceError(f"{target}: cannot be written: {wrong.strerror}") from wrong
    return True
