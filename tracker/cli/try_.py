"""`tracker try`: what would be taken of a page."""

from __future__ import annotations

import json
import time
from pathlib import Path

import click

from tracker.cli.output import note
from tracker.config import read_config
from tracker.declare.trying import Tried, declaration, try_page
from tracker.digest.visible import visible

_PAUSE = 3.0


@click.command("try")
@click.argument("url")
@click.option("--select", multiple=True, metavar="CSS", help="What of the page is the document (repeatable).")
@click.option("--remove", multiple=True, metavar="CSS", help="What of that is not (repeatable).")
@click.option("--pause", type=click.FloatRange(0, 600), default=_PAUSE, help="Seconds between the two fetches.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@click.option("--config", type=click.Path(path_type=Path), metavar="FILE", help="Instead of config.toml.")
def command(
    *, url: str, select: tuple[str, ...], remove: tuple[str, ...], pause: float, as_json: bool, config: Path | None
) -> None:
    """Show what would be taken of a page, and whether it stays the same.

    The page is fetched twice. What differs between two fetches would be told as a change every time: take it out with
    --remove. Without --select, the part is taken that holds most of the words.

    \b
    Examples:
      tracker try https://example.org/privacy
      tracker try https://example.org/privacy --select main --remove ".share-buttons"
    """
    tried = try_page(url, select, remove, read_config(config), lambda: time.sleep(pause))
    if as_json:
        click.echo(json.dumps(_object(tried), ensure_ascii=False))
        return
    click.echo("\n".join(visible(line) for line in tried.text.splitlines()))
    for line in remarks(tried):
        note(line)
    click.echo(f"\nTo declare it:\n\n{_shown(declaration(tried))}", nl=False)


def remarks(tried: Tried) -> list[str]:
    """Say what is to be known of a tried page."""
    chosen = ", ".join(tried.guess.select)
    told = [f"{tried.words:,} words in {chosen or 'the whole page'}"]
    if tried.guess.why:
        told[0] += f" ({tried.guess.why})"
    if tried.differing:
        told.append("two fetches differ; these lines would be told as changes again and again:")
        told += [f"  {line}" for line in tried.differing]
    elif tried.differing is not None:
        told.append("two fetches agree to the letter")
    return told


def _shown(text: str) -> str:
    return "\n".join(visible(line) for line in text.split("\n"))


def _object(tried: Tried) -> dict[str, object]:
    guess = tried.guess
    return {
        "url": tried.page.url,
        "service": guess.service,
        "document": guess.document,
        "type": guess.type,
        "language": guess.language,
        "select": guess.select,
        "remove": tuple(map(str, tried.page.remove)),
        "words": tried.words,
        "agrees": not tried.differing,
        "differing": tried.differing,
        "text": tried.text,
        "declaration": declaration(tried),
    }
