"""`tracker rebuild`: versions and changes from stored snapshots, anew."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from tracker.cli.archive import CONFIG, named, watching_archive
from tracker.cli.output import note
from tracker.cli.progress import progress_bar
from tracker.explain.news import relink
from tracker.watch.rereading import reread

if TYPE_CHECKING:
    from pathlib import Path


@click.command("rebuild")
@click.argument("service", required=False)
@click.argument("document", required=False)
@CONFIG
def command(*, service: str | None, document: str | None, config: Path | None) -> None:
    """Read stored snapshots anew, and tell nobody.

    That is for after a change of declarations, of rules, or of the tracker itself.
    Where a snapshot now gives another text, that is recorded as a technical upgrade. Changes keep their numbers, and
    nobody is told of any.

    \b
    Examples:
      tracker rebuild
      tracker rebuild Telegram "Privacy Policy"
    """
    with watching_archive(config) as setup:
        store = setup.watching.store
        chosen = named(store.documents(), service, document)
        services = sorted({one.service for one in chosen})
        total = sum(1 for one in chosen for _ in store.log(one.service, one.document))
        done = 0
        with progress_bar(total, "reading") as moved:

            def progress(count: int) -> None:
                nonlocal done
                done += count
                moved(done)

            for name in services:
                for told in reread(setup.watching, name, only=document, progress=progress):
                    click.echo(
                        f"{told.service}, {told.document}: {told.records} records, {told.versions} versions, "
                        f"{told.changes} changes of significance; {told.other_texts} with another text than before"
                    )
            relink(store)
    if not chosen:
        note("the archive is empty")
