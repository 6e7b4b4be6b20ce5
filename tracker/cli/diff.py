"""`tracker diff`: two versions of a text side by side."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click
import msgspec

from tracker.cli.output import note, write_bytes
from tracker.cli.showing import Shape, show
from tracker.comparing import compare_sides, read_side
from tracker.config import read_config
from tracker.digest.schema import as_object
from tracker.errors import TrackerError, UsageError
from tracker.model import Format
from tracker.rule_folders import read_rules
from tracker.seeds import read_declarations
from tracker.text.declaration import Page

if TYPE_CHECKING:
    from tracker.comparing import Compared, Side

_SAME, _DIFFERENT, _TROUBLE = 0, 1, 2


@click.command("diff")
@click.argument("old")
@click.argument("new")
@click.option("--select", "selectors", multiple=True, metavar="CSS", help="The part of an HTML page (repeatable).")
@click.option("--service", metavar="NAME", help="Whose text it is; with --document, how to read an HTML page.")
@click.option("--document", metavar="NAME", help="Which document of the service it is.")
@click.option("--rules", metavar="FOLDER", help="Your own rules, instead of the configured ones.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@click.option("--alignment", "aligned", is_flag=True, help="With --json: both texts, cut into rows.")
@click.option(
    "--html",
    "page",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Write a page too.",
)
@click.option("--exit-code", is_flag=True, help="End with 1 where clauses differ, with 2 on any trouble.")
@click.pass_context
def command(
    context: click.Context,
    *,
    old: str,
    new: str,
    selectors: tuple[str, ...],
    service: str | None,
    document: str | None,
    rules: str | None,
    as_json: bool,
    aligned: bool,
    page: Path | None,
    exit_code: bool,
) -> None:
    """Compare two versions of a text, clause by clause.

    OLD and NEW are HTML pages, Markdown or plain text: files or addresses. Moves, new numbers and mere markup are told
    apart from changes of words.

    \b
    Examples:
      tracker diff old.md new.md
      tracker diff old.html new.html --select main --html changes.html
      tracker diff saved.html https://telegram.org/privacy --select .tl_page_container
      tracker diff old.html new.html --service Telegram --document "Privacy Policy"
      tracker diff old.md new.md --json --exit-code
    """
    try:
        if aligned and not as_json:
            raise UsageError("--alignment adds to the JSON object: give --json too")
        declared = _declared(selectors, service, document)
        config = read_config()
        sides = read_side(old, declared, config), read_side(new, declared, config)
        if aligned and Format.HTML in {side.format for side in sides}:
            raise UsageError("--alignment counts the characters of Markdown and text files, not of HTML pages")
        compared = compare_sides(*sides, read_rules(rules or config.rules), service=service, document=document)
        _show(compared, sides, Shape(as_json=as_json, page=page, in_full=True), aligned=aligned)
    except TrackerError as trouble:
        if not exit_code:
            raise
        note(str(trouble))
        context.exit(_TROUBLE)
    if exit_code:
        context.exit(_DIFFERENT if compared.change.clauses else _SAME)


def _declared(selectors: tuple[str, ...], service: str | None, document: str | None) -> Page | None:
    """Find out how to read an HTML page: by the selectors given, else by the declaration of that name."""
    if selectors:
        return Page(url="", select=selectors, origin="--select")
    if service is None or document is None:
        return None
    declared = read_declarations(read_config().declarations).get(service)
    found = declared and declared.document(document)
    return found.pages[0] if found else None


def _show(compared: Compared, sides: tuple[Side, Side], shape: Shape, *, aligned: bool) -> None:
    if aligned:
        told = as_object(compared.change) | {"alignment": [row._asdict() for row in compared.rows()]}
        write_bytes((msgspec.json.encode(told) + b"\n",))
        return
    changed = [shape.encoding(compared.change)]
    if not compared.change.clauses and not shape.as_json:
        note(f"{sides[0].name} and {sides[1].name}: no clause changed")
        changed.clear()
    title = f"{Path(sides[0].name).name} and {Path(sides[1].name).name}"
    show(changed, shape, lambda: "", title)
