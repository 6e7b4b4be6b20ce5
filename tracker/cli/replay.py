"""`tracker replay`: what changed over a stored history."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

import click

from tracker.cli.backtest import Asked, Encoding, show_differences
from tracker.cli.output import note
from tracker.cli.progress import progress_bar
from tracker.cli.showing import Shape, show
from tracker.config import read_config
from tracker.digest.packing import pack, pack_with_episode
from tracker.digest.selection import Selection, may_be_explained
from tracker.errors import UsageError
from tracker.exchange.opening import open_source
from tracker.explain.coverage_files import read_articles
from tracker.met import Met
from tracker.replay import (
    Play,
    Rival,
    chosen,
    in_episodes,
    in_history_order,
    most_significant_first,
    pages_of,
    replaying,
)
from tracker.rule_folders import read_rules
from tracker.seeds import read_declarations

if TYPE_CHECKING:
    from datetime import datetime

_DAY = click.DateTime(["%Y-%m-%d"])
_FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)
_ORDERS = {"history": in_history_order, "significance": most_significant_first}


@click.command("replay")
@click.argument("source", required=False, type=click.Path(path_type=Path))
@click.option("--service", "services", multiple=True, metavar="NAME", help="Only this service (repeatable).")
@click.option("--document", "documents", multiple=True, metavar="NAME", help="Only this document (repeatable).")
@click.option("--since", type=_DAY, metavar="YYYY-MM-DD", help="Only changes seen on this day (UTC) or later.")
@click.option("--until", type=_DAY, metavar="YYYY-MM-DD", help="Only changes seen on this day (UTC) or earlier.")
@click.option("--min-significance", type=click.IntRange(0, 3), default=0, help="Only changes graded so or higher.")
@click.option("--topic", "topics", multiple=True, metavar="TOPIC", help="Only changes on this topic (repeatable).")
@click.option("--all", "everything", is_flag=True, help="Show noise and first records too.")
@click.option("--full", is_flag=True, help="Show every clause, also those of returns to an earlier text.")
@click.option("--sort", "order", type=click.Choice(list(_ORDERS)), default="history", help="What comes first.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object a line.")
@click.option(
    "--html",
    "page",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Write a page of it too.",
)
@click.option("--declarations", type=_FOLDER, metavar="DIR", help="How to read HTML pages.")
@click.option(
    "--coverage", type=click.Path(exists=True, path_type=Path), multiple=True, metavar="DIR|FILE",
    help="News that may explain changes (repeatable).",
)  # fmt: skip
@click.option("--rules", "rules_folder", metavar="FOLDER", help="Your own rules, instead of the configured ones.")
@click.option("--against", metavar="FOLDER", help="Show what these rules would judge differently.")
@click.option("--config", type=click.Path(path_type=Path), metavar="FILE", help="Instead of config.toml.")
def command(
    *,
    source: Path | None,
    services: tuple[str, ...],
    documents: tuple[str, ...],
    since: datetime | None,
    until: datetime | None,
    min_significance: int,
    topics: tuple[str, ...],
    everything: bool,
    full: bool,
    order: str,
    as_json: bool,
    page: Path | None,
    declarations: Path | None,
    coverage: tuple[Path, ...],
    rules_folder: str | None,
    against: str | None,
    config: Path | None,
) -> None:
    """Tell what changed over a stored history, clause by clause.

    SOURCE is a folder of saved pages, a git repository, or a git bundle in the layout of Open Terms Archive;
    without it, the archive of the configuration, or the sample pages where there is none yet. Filters choose what is
    printed, never what is read.

    \b
    Examples:
      tracker replay
      tracker replay snapshots --coverage seeds/coverage --html changes.html
      tracker replay history.bundle --service Telegram --since 2024-09-01 --json
      tracker replay history.bundle --min-significance 3 --topic law_enforcement
      tracker replay history.bundle --rules built-in --against my-rules
    """
    configured = read_config(config)
    rules = read_rules(rules_folder or configured.rules)
    _known_topics(topics, rules.topics)
    days = (since and since.date(), until and until.date())
    selection = Selection(*days, min_significance, frozenset(topics), everything)
    shape = Shape(as_json=as_json, page=page, in_full=full)
    if against and (page or coverage or topics or full):
        raise UsageError("--against compares rules: --html, --coverage, --topic and --full do not go with it")
    articles = tuple(article for path in coverage for article in read_articles(path))
    declared = read_declarations(declarations or configured.declarations)
    with ExitStack() as stack:
        opened = stack.enter_context(open_source(source, configured, declared))
        for remark in opened.remarks:
            note(remark)
        history = opened.history
        lines = chosen(history.lines, services, documents)
        if against:
            asked = Asked(everything=everything, least=min_significance)
            every = Selection(*days, everything=True)
            tested = Play(pages_of(declared), rules, every, pack, rival=Rival(read_rules(against), Encoding(asked)))
            show_differences(history, lines, tested, as_json=as_json)
            return
        encode, keep = (pack, may_be_explained) if articles else (shape.encoding, None)
        play = Play(pages_of(declared), rules, selection, encode, keep, in_full=full)
        moved = stack.enter_context(progress_bar(sum(len(line.listed) for line in lines)))
        played = stack.enter_context(replaying(history, lines, play, progress=moved))
        played = in_episodes(played, pack_with_episode if articles else shape.marking)
        if articles:
            from tracker.explain.explaining import explained, names_of  # noqa: PLC0415  most replays ask for no coverage

            played = explained(played, articles, lambda name: names_of(declared, name), shape.encoding)
        met = Met(declared, is_named=bool(documents))
        show(_ORDERS[order](met.counted(played)), shape, met.sentence, f"What changed: {Path(opened.name).name}")
        for remark in (*met.remarks(), met.sentence()):
            note(remark)
    met.fail_without_version(opened.name)


def _known_topics(asked: tuple[str, ...], known: tuple[str, ...]) -> None:
    for topic in asked:
        if topic not in known:
            raise UsageError(f'there is no topic "{topic}"; topics are {", ".join(known)}')
