"""`tracker export`: history out of the archive."""

from __future__ import annotations

from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from tracker.cli.archive import CONFIG, reading_archive
from tracker.cli.output import note, whole_file, write_bytes
from tracker.cli.progress import progress_bar
from tracker.errors import SourceError
from tracker.exchange.archive_history import lines_of, shown
from tracker.exchange.exporting import export_changes, export_folder, export_snapshots, export_versions, export_warc
from tracker.replay import chosen

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tracker.formats.history import Line
    from tracker.store.store import Store

_services = click.option("--service", "services", multiple=True, metavar="NAME", help="Only this service (repeatable).")
_documents = click.option(
    "--document", "documents", multiple=True, metavar="NAME", help="Only this document (repeatable)."
)
_folder = click.argument("folder", type=click.Path(path_type=Path))


@click.group("export")
def command() -> None:
    """Write history out of the archive.

    \b
    Examples:
      tracker export folder pages --service Telegram
      tracker export ota repositories
      tracker export jsonl --min-significance 2 > changes.jsonl
    """


@command.command("folder")
@_folder
@_services
@_documents
@CONFIG
def folder(*, folder: Path, services: tuple[str, ...], documents: tuple[str, ...], config: Path | None) -> None:
    """Write every record as a page with a sidecar: what `tracker import folder` reads."""
    with _opened(config, services, documents) as (store, lines):
        with progress_bar(sum(len(line.listed) for line in lines), "writing") as moved:
            count = export_folder(store, lines, folder, moved)
        note(f"{folder}: {count:,} records of {len(lines):,} documents written")


@command.command("ota")
@_folder
@_services
@_documents
@CONFIG
def ota(*, folder: Path, services: tuple[str, ...], documents: tuple[str, ...], config: Path | None) -> None:
    """Write two bare git repositories in Open Terms Archive's layout: FOLDER/snapshots and FOLDER/versions."""
    with _opened(config, services, documents) as (store, lines):
        snapshots = export_snapshots(store, lines, folder / "snapshots")
        versions = export_versions(store, lines, folder / "versions")
        note(f"{folder}: {snapshots:,} snapshots and {versions:,} versions of {len(lines):,} documents written")


@command.command("jsonl")
@click.argument("file", required=False, type=click.Path(dir_okay=False, path_type=Path))
@click.option("--min-significance", type=click.IntRange(0, 3), default=0, help="Only changes graded so or higher.")
@_services
@_documents
@CONFIG
def jsonl(
    *,
    file: Path | None,
    min_significance: int,
    services: tuple[str, ...],
    documents: tuple[str, ...],
    config: Path | None,
) -> None:
    """Write every stored change as JSON, one a line, to FILE or to standard output."""
    with _opened(config, services, documents) as (store, lines):
        changes = export_changes(store, lines, min_significance)
        if file is None:
            write_bytes(changes)
            return
        with whole_file(file) as to:
            for change in changes:
                to.write(change.decode())


@command.command("warc")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@_services
@_documents
@CONFIG
def warc(*, file: Path, services: tuple[str, ...], documents: tuple[str, ...], config: Path | None) -> None:
    """Write everything that was asked for and received as WARC, for web archives and replay tools.

    The file is compressed where its name ends in .gz.
    """
    with _opened(config, services, documents) as (store, lines):
        count = export_warc(store, lines, file, datetime.now(UTC))
        note(f"{file}: {count:,} captures of {len(lines):,} documents written")


@command.command("dossier")
@click.argument("change", type=int)
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@CONFIG
def dossier(*, change: int, file: Path, config: Path | None) -> None:
    """Write what proves one change into a zip file: both pages, how they came, the chain, how to check it.

    CHANGE is its number, as `tracker show` takes it.
    """
    from tracker.exchange.dossier import write_dossier  # noqa: PLC0415  the other exports need nothing of it

    with reading_archive(config) as (_, store):
        try:
            write_dossier(store, change, file)
        except OSError as wrong:
            raise SourceError(f"{file}: cannot be written: {wrong.strerror}") from wrong
    note(f"{file}: the dossier of change {change} is written")


@contextmanager
def _opened(
    config: Path | None, services: tuple[str, ...], documents: tuple[str, ...]
) -> Iterator[tuple[Store, tuple[Line, ...]]]:
    """Open the archive and choose documents of it."""
    with reading_archive(config) as (configured, store):
        lines = lines_of(store)
        if not lines:
            raise SourceError(f"{shown(configured.archive)}: no page was kept in this archive yet")
        yield store, chosen(lines, services, documents)
