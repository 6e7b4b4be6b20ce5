"""What the kinds of `tracker import` share: the archive they write to, and what is done when the captures are there."""

from __future__ import annotations

from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import click

from tracker.cli.output import note
from tracker.cli.progress import progress_bar
from tracker.config import read_config
from tracker.exchange.archive_history import lines_of
from tracker.exchange.importing import Archive, import_history
from tracker.exchange.opening import archive_of, has_archive
from tracker.replay import chosen
from tracker.store.store import open_store

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from contextlib import AbstractContextManager
    from pathlib import Path

    from tracker.config import Config
    from tracker.exchange.importing import Imported
    from tracker.formats.history import History, Line
    from tracker.store.store import Store

DRY_RUN = click.option("--dry-run", is_flag=True, help="Say what would come, and write nothing.")
_SHOWN = 10


def import_lines(
    opening: AbstractContextManager[History],
    services: tuple[str, ...],
    documents: tuple[str, ...],
    config: Path | None,
    *,
    dry_run: bool,
    wanted: Callable[[Line], bool] = lambda _: True,
) -> None:
    """Import the chosen lines of a history, make versions and changes of them, and say what came of it."""
    configured = read_config(config)
    with ExitStack() as stack:
        history = stack.enter_context(opening)
        for remark in history.remarks:
            note(remark)
        found = chosen(history.lines, services, documents)
        lines = tuple(line for line in found if wanted(line))
        if passed := len(found) - len(lines):
            note(f"{passed:,} documents of the source are not declared and not taken")
        archive = stack.enter_context(opened(configured, writes=not dry_run))
        with progress_bar(sum(len(line.listed) for line in lines), "importing") as moved:
            done = import_history(archive, history, lines, datetime.now(UTC), moved)
        tell(done, dry_run=dry_run)
        if archive.store is not None and archive.writes:
            read_anew(configured, archive.store, [(line.service, line.document) for line in lines])


def read_anew(config: Config, store: Store, documents: Sequence[tuple[str, str]]) -> None:
    """Make versions and changes of what came, as `tracker rebuild` does; nobody is told of any.

    What a run that was killed did not come to is made by the next: a document has a change for each of its records.
    """
    from tracker.watch.rereading import reread  # noqa: PLC0415  a dry run reads nothing
    from tracker.watch.setting_up import Outside, reading_pages, set_up  # noqa: PLC0415  as above

    records = {(line.service, line.document): len(line.listed) for line in lines_of(store)}
    due = {key for key in documents if sum(1 for _ in store.changes(*key)) < records.get(key, 0)}
    if not due:
        return
    with reading_pages() as read:
        watching = set_up(config, store, read, Outside()).watching
        for service in sorted({service for service, _ in due}):
            reread(watching, service)  # all its documents: an episode may reach over them


@contextmanager
def opened(config: Config, *, writes: bool) -> Iterator[Archive]:
    """Open the archive; one that is only looked at need not be there."""
    address = archive_of(config)
    if not writes and not has_archive(address):
        yield Archive(None, writes=False)
        return
    with open_store(address, writes=writes) as store:
        yield Archive(store, writes=writes)


def tell(done: Imported, *, dry_run: bool) -> None:
    """Say what came of an import."""
    for refused in done.refused[:_SHOWN]:
        note(f"left out: {refused}")
    more = len(done.refused) - _SHOWN
    if more > 0:
        note(f"left out: {more:,} more")
    verb = "would be added" if dry_run else "added"
    note(f"{done.added:,} records of {len(done.documents):,} documents {verb}, {done.known:,} were there already")
