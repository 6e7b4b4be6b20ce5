"""`tracker add`: declares a page."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

import click

from tracker.cli.output import note
from tracker.cli.try_ import remarks
from tracker.config import read_config
from tracker.declare.declaring import declare, place_for
from tracker.declare.trying import Tried, declaration, try_page
from tracker.digest.visible import visible
from tracker.errors import UsageError
from tracker.exchange.opening import archive_of

_LINES = 12


@click.command("add")
@click.argument("url")
@click.option("--service", metavar="NAME", help="Who publishes it.")
@click.option("--document", metavar="NAME", help="What it is: Privacy Policy, Terms of Service ...")
@click.option("--select", multiple=True, metavar="CSS", help="What of the page is the document (repeatable).")
@click.option("--remove", multiple=True, metavar="CSS", help="What of that is not (repeatable).")
@click.option("--yes", is_flag=True, help="Ask nothing: take what was named or guessed.")
@click.option("--config", type=click.Path(path_type=Path), metavar="FILE", help="Instead of config.toml.")
def command(
    *,
    url: str,
    service: str | None,
    document: str | None,
    select: tuple[str, ...],
    remove: tuple[str, ...],
    yes: bool,
    config: Path | None,
) -> None:
    """Declare a page that is to be watched.

    The page is fetched once. What is not named is guessed from it and asked for; nothing is written before a yes.

    \b
    Examples:
      tracker add https://example.org/privacy
      tracker add https://example.org/legal --service Example --document "Terms of Service" --select main --yes
    """
    configured = read_config(config)
    archive_of(configured)  # says so where nothing is configured here
    asks = not yes
    if asks and not sys.stdin.isatty():
        raise UsageError("nobody can be asked here: give --yes to take what is named or guessed")
    tried = try_page(url, select, remove, configured, None)
    guess = tried.guess
    if asks:
        service = service or click.prompt("Service", guess.service, err=True)
        document = document or click.prompt("Document", guess.document, err=True)
    tried = replace(tried, guess=replace(guess, service=service or guess.service, document=document or guess.document))
    file = place_for(tried, configured.declarations)
    _show(tried)
    if asks and not click.confirm(f"Write this into {file}?", default=True, err=True):
        note("nothing was written")
        return
    declare(tried, configured.declarations)
    note(f"{file}: {tried.guess.service}, {tried.guess.document} is declared; `tracker check` asks for it")


def _show(tried: Tried) -> None:
    lines = tried.text.splitlines()
    for line in lines[:_LINES]:
        click.echo(visible(line)[:200])
    if len(lines) > _LINES:
        click.echo(f"... {len(lines) - _LINES:,} more lines")
    for line in remarks(tried):
        note(line)
    click.echo("\n" + "\n".join(visible(line) for line in declaration(tried).split("\n")), nl=False)
