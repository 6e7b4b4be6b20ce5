"""`tracker seeds`: what can be said of declarations without asking anybody."""

from __future__ import annotations

import json
from pathlib import Path

import click

from tracker.cli.output import note
from tracker.config import read_config
from tracker.declare.seed_checking import check_declarations
from tracker.digest.visible import visible
from tracker.errors import SourceError
from tracker.exchange.opening import has_archive
from tracker.net.address import allow_list

_NAMED = 5  # documents that a remark names


@click.group("seeds")
def command() -> None:
    """Check declarations without asking anybody.

    \b
    Examples:
      tracker seeds check
      tracker seeds check my-declarations --json
    """


@command.command("check")
@click.argument("folder", required=False, type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object a line.")
@click.option("--config", type=click.Path(path_type=Path), metavar="FILE", help="Instead of config.toml.")
def check(*, folder: Path | None, as_json: bool, config: Path | None) -> None:
    """Check the declarations of a folder, without asking anybody.

    They are read, their addresses and selectors looked at, and tried on the pages that are stored: the sample pages
    and the last captured page of each document.
    """
    configured = read_config(config)
    snapshots = configured.snapshots if any(configured.snapshots.glob("*/*/*")) else None
    archive = configured.archive if has_archive(configured.archive) else None
    folder = folder or configured.declarations
    found = check_declarations(folder, allow_list(configured.fetch.allow), snapshots, archive)
    for one in found.problems:
        if as_json:
            click.echo(json.dumps({"where": one.where, "reason": one.reason}, ensure_ascii=False))
        else:
            click.echo(visible(f"{one.where}: {one.reason}"))
    if found.untried:
        more = f" and {len(found.untried) - _NAMED} more" if len(found.untried) > _NAMED else ""
        note(f"no page is stored of {'; '.join(found.untried[:_NAMED])}{more}: selectors of these were not tried")
    note(f"{found.documents} documents of {found.services} services, tried on {found.pages_tried} stored pages")
    if found.problems:
        raise SourceError(f"{folder}: {len(found.problems)} things are wrong in these declarations")
