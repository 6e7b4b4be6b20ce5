"""`tracker import wayback`: what web archives remember of a declared document."""

from __future__ import annotations

import time
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import click

from tracker.cli.archive import CONFIG
from tracker.cli.importing import DRY_RUN, opened, read_anew, tell
from tracker.cli.output import note
from tracker.cli.progress import progress_bar
from tracker.config import read_config
from tracker.errors import UsageError
from tracker.exchange.importing import Imported
from tracker.seeds import read_declarations

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from tracker.config import Config
    from tracker.exchange.importing_wayback import Wanted
    from tracker.text.declaration import Declaration

_DAY = click.DateTime(["%Y-%m-%d"])
_FIRST_DAY = datetime(1996, 1, 1, tzinfo=UTC)  # nobody archived the web before


@click.command("wayback")
@click.argument("service")
@click.argument("document")
@click.option("--since", type=_DAY, metavar="YYYY-MM-DD", help="Only captures of this day (UTC) or later.")
@click.option("--until", type=_DAY, metavar="YYYY-MM-DD", help="Only captures of this day (UTC) or earlier.")
@click.option("--archive", "base", default=None, metavar="URL", help="Another archive with a CDX server.")
@click.option(
    "--timemap", metavar="URL", help="Another Memento archive: what its TimeMaps begin with, before the address."
)
@click.option("--pause", default=None, type=click.FloatRange(0.0, 600.0), metavar="SECONDS", help="Between requests.")
@DRY_RUN
@CONFIG
def wayback(
    *,
    service: str,
    document: str,
    since: datetime | None,
    until: datetime | None,
    base: str | None,
    timemap: str | None,
    pause: float | None,
    dry_run: bool,
    config: Path | None,
) -> None:
    """Take what the Wayback Machine remembers of a declared document.

    The declared addresses are asked for, each for the time in which it was declared; fifteen requests a minute at most.
    """
    from tracker.asking import gate_of  # noqa: PLC0415  each kind of source loads what it needs
    from tracker.exchange.importing_wayback import import_wayback, listed  # noqa: PLC0415  as above
    from tracker.fetch.wayback import PAUSE, WAYBACK, Patience, WebArchive  # noqa: PLC0415  as above

    configured = read_config(config)
    declared = _declared(configured, service, document)
    patience = Patience(lambda: datetime.now(UTC), time.sleep, note, PAUSE if pause is None else pause)
    web = WebArchive(gate_of(configured), patience, base or WAYBACK, timemap)
    first = since.replace(tzinfo=UTC) if since else _FIRST_DAY
    last = until.replace(tzinfo=UTC) + timedelta(days=1, microseconds=-1) if until else datetime.now(UTC)
    with ExitStack() as stack:
        archive = stack.enter_context(opened(configured, writes=not dry_run))
        wanted = listed(web, declared, first, last)
        note(f"{len(wanted):,} captures listed that may differ{_span(wanted)}")
        if dry_run:
            return
        moved = stack.enter_context(progress_bar(len(wanted), "asking", least=1))
        done = Imported()
        try:
            import_wayback(archive, web, service, document, wanted, done, moved)
        finally:
            tell(done, dry_run=False)
        if archive.store is not None:
            read_anew(configured, archive.store, [(service, document)])


def _declared(config: Config, service: str, document: str) -> Declaration:
    """Give the declaration of a document; UsageError with the names there are where it is none of them."""
    services = read_declarations(config.declarations)
    if service not in services:
        raise UsageError(f'no declaration of "{service}" in {config.declarations}; there is {", ".join(services)}')
    declared = services[service].document(document)
    if declared is None:
        names = ", ".join(one.document for one in services[service].documents)
        raise UsageError(f'{services[service].origin} declares no "{document}"; it has {names}')
    return declared


def _span(wanted: Sequence[Wanted]) -> str:
    if not wanted:
        return ""
    return f", {wanted[0].memento.at:%Y-%m-%d} to {wanted[-1].memento.at:%Y-%m-%d}"
