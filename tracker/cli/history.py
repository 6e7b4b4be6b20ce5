"""`tracker history`: the life of a clause through all versions of a document."""

from __future__ import annotations

import difflib
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

import click
import msgspec

from tracker.cli.output import console, is_coloured, note, print_lines, write_bytes
from tracker.cli.progress import progress_bar
from tracker.config import read_config
from tracker.digest.packing import pack
from tracker.digest.schema import moment
from tracker.digest.selection import NOTHING
from tracker.digest.visible import visible
from tracker.digest.words import GRADES
from tracker.errors import SourceError, UsageError
from tracker.exchange.opening import open_source
from tracker.history import lives_of
from tracker.lives import Event, Life, most_changed_first, named, numbers_and_headings
from tracker.model import BlockKind
from tracker.replay import Play, chosen, pages_of
from tracker.rule_folders import read_rules
from tracker.seeds import read_declarations

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from rich.text import Text

    from tracker.model import Record

_LEAD = 100  # characters shown of a clause in the overview


@click.command("history")
@click.argument("service")
@click.argument("document")
@click.argument("source", required=False, type=click.Path(path_type=Path))
@click.option(
    "--clause", "name", metavar="NUMBER|WORDS", help="One clause: its printed number, or words of its heading."
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object a line.")
@click.option("--declarations", type=click.Path(exists=True, file_okay=False, path_type=Path), metavar="DIR",
              help="How to read HTML pages.")  # fmt: skip
@click.option("--rules", "rules_folder", metavar="FOLDER", help="Your own rules, instead of the configured ones.")
@click.option("--config", type=click.Path(path_type=Path), metavar="FILE", help="Instead of config.toml.")
def command(
    *,
    service: str,
    document: str,
    source: Path | None,
    name: str | None,
    as_json: bool,
    declarations: Path | None,
    rules_folder: str | None,
    config: Path | None,
) -> None:
    """Tell the life of a clause through all versions of a document.

    That is when it was born, edited, moved, renumbered, split, merged, removed, and with which words. SERVICE and
    DOCUMENT are exact names; SOURCE is what `tracker replay` takes, and comes last. Without --clause, all clauses are
    listed, those whose words changed most often first. A number means the heading that bears it now and the clauses
    under it.

    \b
    Examples:
      tracker history Telegram "Privacy Policy"
      tracker history Telegram "Privacy Policy" --clause 8.3
      tracker history Telegram FAQ history.bundle --clause "illegal content" --json
    """
    configured = read_config(config)
    declared = read_declarations(declarations or configured.declarations)
    play = Play(pages_of(declared), read_rules(rules_folder or configured.rules), NOTHING, pack)
    with ExitStack() as stack:
        opened = stack.enter_context(open_source(source, configured, declared))
        for remark in opened.remarks:
            note(remark)
        history = opened.history
        (line,) = chosen(history.lines, (service,), (document,))
        moved = stack.enter_context(progress_bar(len(line.listed)))
        records = stack.enter_context(history.reading()).records(line)
        lives = lives_of(_moving(records, moved), play)
    if not lives:
        raise SourceError(f"{opened.name}: no record gave a version of {service} {document}")
    found = most_changed_first(lives) if name is None else _found(lives, name)
    if as_json:
        told = (_line(service, document, life, event) for life, event in _by_time(found))
        write_bytes(told if name is not None else (_summary(service, document, life) for life in found))
    else:
        _print(found, in_full=name is not None)
    gone = sum(not life.is_there for life in lives)
    note(f"{len(line.listed):,} records, {len(lives):,} clauses, {gone:,} of them gone by now; {len(found):,} shown")


def _moving(records: Iterable[Record], moved: Callable[[int], None]) -> Iterator[Record]:
    for count, record in enumerate(records, 1):
        yield record
        moved(count)


def _found(lives: list[Life], name: str) -> list[Life]:
    found = named(lives, name)
    if not found:
        near = difflib.get_close_matches(name, numbers_and_headings(lives), 3, 0.5)
        hint = f"; did you mean {' or '.join(f'{one!r}' for one in near)}?" if near else ""
        raise UsageError(f'no clause has the number or the heading "{name}"{hint}')
    return found


def _by_time(lives: Iterable[Life]) -> list[tuple[Life, Event]]:
    """Give all events of some clauses as they came; records keep their order, whatever their dates say."""
    told = [(life, event) for life in lives for event in life.events]
    return sorted(told, key=lambda pair: pair[1].place)


# -- for programs ------------------------------------------------------------------------------------------------------


def _summary(service: str, document: str, life: Life) -> bytes:
    first, last = life.events[0].version, life.events[-1].version
    told = {
        "service": service,
        "document": document,
        "clause": life.id,
        "path": life.path,
        "number": life.number,
        "text": life.text,
        "is_there": life.is_there,
        "changes": len(life.changes),
        "significance": max(event.significance for event in life.events),
        "first": {"at": moment(first.at), "id": first.id},
        "last": {"at": moment(last.at), "id": last.id},
    }
    return msgspec.json.encode(told) + b"\n"


def _line(service: str, document: str, life: Life, event: Event) -> bytes:
    change = event.judged.change if event.judged else None
    told = {
        "service": service,
        "document": document,
        "clause": life.id,
        "event": event.kind,
        "at": moment(event.version.at),
        "id": event.version.id,
        "source": event.version.source,
        "cause": event.cause,
        "significance": event.significance,
        "path": change.path if change else life.path,
        "number": change.number if change else life.number,
        "number_before": change.number_before if change else None,
        "path_before": change.path_before if change else None,
        "before": change.before if change else None,
        "after": change.after if change else event.words,
        "edits": change.edits if change else (),
        "topics": event.judged.verdict.topics if event.judged else (),
        "others": event.others,
    }
    return msgspec.json.encode(told) + b"\n"


# -- for people --------------------------------------------------------------------------------------------------------


def _print(lives: list[Life], *, in_full: bool) -> None:
    where = console()
    lines = _biography(lives, coloured=is_coloured(where)) if in_full else map(_overview, lives)
    print_lines(where, lines)


def _overview(life: Life) -> tuple[int, Text]:
    from rich.text import Text  # noqa: PLC0415  programs that read JSON need not wait for it

    count = len(life.changes)
    highest = max(event.significance for event in life.events)
    told = f"{count:>4} change{'s' if count != 1 else ' '}"
    lead = _lead(life.text)
    if life.heading:
        lead = visible(life.heading) + ("" if life.kind is BlockKind.HEADING else f": {lead}")
    return 0, Text.assemble(
        (told, "bold"), f"  highest {highest}  {lead}", ("" if life.is_there else "  (gone)", "dim")
    )


def _lead(text: str) -> str:
    words = visible(" ".join(text.split()))
    return words if len(words) <= _LEAD else words[: _LEAD - 1] + "…"


def _biography(lives: list[Life], *, coloured: bool) -> Iterator[tuple[int, Text]]:
    from rich.text import Text  # noqa: PLC0415  as above

    for life in lives:
        where = " > ".join(visible(heading) for heading in life.path)
        yield 0, Text.assemble((f"#{life.id} {where}", "bold"), "" if life.is_there else "  (gone)")
        yield 4, Text(_lead(life.text), "dim")
    for life, event in _by_time(lives):
        yield 0, _title(life, event)
        yield from _body(event, coloured=coloured)


def _title(life: Life, event: Event) -> Text:
    from rich.text import Text  # noqa: PLC0415  as above

    grade = f"  [{event.significance} {GRADES[event.significance]}]" if event.significance else ""
    cause = "" if event.cause == "change" else f"  {str(event.cause).replace('_', ' ')}"
    title = Text.assemble((f"{event.version.at:%Y-%m-%d %H:%M} UTC", "bold"), f"  {event.version.id[:12]}")
    title.append(f"  #{life.id} {event.kind}{grade}{cause}")
    if event.others:
        title.append("  with " + ", ".join(f"#{one}" for one in event.others))
    return title


def _body(event: Event, *, coloured: bool) -> Iterator[tuple[int, Text]]:
    from rich.text import Text  # noqa: PLC0415  as above

    from tracker.digest.terminal import words  # noqa: PLC0415  as above
    from tracker.digest.words import came_from  # noqa: PLC0415  as above

    if event.judged is None:
        if event.words:
            yield 4, Text(visible(event.words))
        return
    if told := came_from(event.judged.change):
        yield 4, Text(told, "dim")
    yield 4, words(event.judged, coloured=coloured)
