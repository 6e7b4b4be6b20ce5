"""`tracker import`: history from elsewhere into the archive."""

from __future__ import annotations

from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING

import click

from tracker.cli.archive import CONFIG
from tracker.cli.import_wayback import wayback
from tracker.cli.importing import DRY_RUN, import_lines
from tracker.config import read_config
from tracker.errors import SourceError
from tracker.exchange.opening import addresses
from tracker.seeds import read_declarations

if TYPE_CHECKING:
    from tracker.formats.history import Line

_source = click.argument("source", type=click.Path(exists=True, path_type=Path))
_services = click.option("--service", "services", multiple=True, metavar="NAME", help="Only this service (repeatable).")
_documents = click.option(
    "--document", "documents", multiple=True, metavar="NAME", help="Only this document (repeatable)."
)


@click.group("import")
def command() -> None:
    """Take history from elsewhere into the archive.

    What is there already is left as it is: an import that was interrupted goes on where it stood. Nobody is told of
    what is found so.

    \b
    Examples:
      tracker import folder snapshots
      tracker import ota history.bundle --service Telegram --dry-run
      tracker import wayback Telegram "Privacy Policy" --since 2015-01-01
    """


@command.command("folder")
@_source
@_services
@_documents
@DRY_RUN
@CONFIG
def folder(
    *, source: Path, services: tuple[str, ...], documents: tuple[str, ...], dry_run: bool, config: Path | None
) -> None:
    """Take pages from a folder: SERVICE/DOCUMENT/YYYYMMDDTHHMMSSZ.html, with sidecars."""
    from tracker.formats.folder import read_folder  # noqa: PLC0415  each kind of source loads what it needs

    import_lines(nullcontext(read_folder(source)), services, documents, config, dry_run=dry_run)


@command.command("ota")
@_source
@_services
@_documents
@DRY_RUN
@CONFIG
def ota(
    *, source: Path, services: tuple[str, ...], documents: tuple[str, ...], dry_run: bool, config: Path | None
) -> None:
    """Take snapshots or versions from a git repository or bundle of Open Terms Archive."""
    from tracker.formats.ota import is_bundle, is_repository, open_bundle, read_repository  # noqa: PLC0415  as above

    if source.is_dir() and is_repository(source):
        import_lines(nullcontext(read_repository(source)), services, documents, config, dry_run=dry_run)
    elif source.is_file() and is_bundle(source):
        import_lines(open_bundle(source), services, documents, config, dry_run=dry_run)
    else:
        raise SourceError(f"{source}: is neither a git repository nor a git bundle")


@command.command("warc")
@_source
@_services
@_documents
@click.option("--undeclared", is_flag=True, help="Take pages too that no declaration names.")
@DRY_RUN
@CONFIG
def warc(
    *,
    source: Path,
    services: tuple[str, ...],
    documents: tuple[str, ...],
    undeclared: bool,
    dry_run: bool,
    config: Path | None,
) -> None:
    """Take pages from a WARC file: those whose addresses are declared."""
    from tracker.formats.warc_history import is_warc, open_warc  # noqa: PLC0415  as above

    declared = read_declarations(read_config(config).declarations)
    if not source.is_file() or not is_warc(source):
        raise SourceError(f"{source}: is no WARC file")

    def wanted(line: Line) -> bool:
        service = declared.get(line.service)
        return undeclared or (service is not None and service.document(line.document) is not None)

    import_lines(open_warc(source, addresses(declared)), services, documents, config, dry_run=dry_run, wanted=wanted)


command.add_command(wayback)
