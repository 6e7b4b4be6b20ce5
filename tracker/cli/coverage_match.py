"""`tracker coverage match`: which changes of a history articles explain, without an archive."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click
import msgspec

from tracker.cli.output import note, write_bytes
from tracker.cli.progress import progress_bar
from tracker.config import read_config
from tracker.coverage.linking import link
from tracker.digest.packing import pack, unpack
from tracker.digest.schema import moment
from tracker.digest.selection import NOTHING, may_be_explained
from tracker.digest.visible import visible
from tracker.explain.coverage_files import read_articles
from tracker.explain.explaining import names_of
from tracker.formats.source import open_history
from tracker.replay import Play, chosen, pages_of, replaying
from tracker.rule_folders import read_rules
from tracker.seeds import read_declarations

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tracker.model import Article, Change, CoverageLink
    from tracker.significance.rules import Rules
    from tracker.text.declaration import ServiceDeclaration


@click.command("match")
@click.argument("articles", type=click.Path(exists=True, path_type=Path))
@click.option("--history", "source", required=True, type=click.Path(path_type=Path), help="Where the changes are.")
@click.option("--service", required=True, metavar="NAME", help="The service the articles are about.")
@click.option("--declarations", type=click.Path(exists=True, file_okay=False, path_type=Path), metavar="DIR",
              help="How to read HTML pages.")  # fmt: skip
@click.option("--rules", "rules_folder", metavar="FOLDER", help="Your own rules, instead of the configured ones.")
@click.option("--config", type=click.Path(path_type=Path), metavar="FILE", help="Instead of config.toml.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object a line, one for each article.")
def match(
    *,
    articles: Path,
    source: Path,
    service: str,
    declarations: Path | None,
    rules_folder: str | None,
    config: Path | None,
    as_json: bool,
) -> None:
    """Tell which changes of a service each article explains, best first.

    ARTICLES is a file with one JSON object a line (id, url, title, published, publisher, language, text) or
    coverage as the seeds keep it.

    \b
    Examples:
      tracker coverage match articles.jsonl --history history.bundle --service Telegram
      tracker coverage match seeds/coverage --history snapshots --service Telegram --json
    """
    told = read_articles(articles)
    configured = read_config(config)
    declared = read_declarations(declarations or configured.declarations)
    changes = changes_of(source, service, declared, read_rules(rules_folder or configured.rules))
    links: dict[str, list[tuple[Change, CoverageLink]]] = {article.id: [] for article in told}
    names = replace(names_of(declared, service), given=True)  # the user says what the articles are about
    for linked in link(told, changes, names):
        links[linked.link.article.id].append((changes[linked.change], linked.link))
    for article in told:
        if as_json:
            write_bytes((_line(article, links[article.id]),))
        else:
            _print(article, links[article.id])


def changes_of(
    source: Path, service: str, declared: Mapping[str, ServiceDeclaration], rules: Rules
) -> tuple[Change, ...]:
    """Replay all of a service; gives the changes the press can have spoken of."""
    with ExitStack() as stack:
        history = stack.enter_context(open_history(source))
        for remark in history.remarks:
            note(remark)
        lines = chosen(history.lines, (service,), ())
        play = Play(pages_of(declared), rules, NOTHING, pack, may_be_explained)
        moved = stack.enter_context(progress_bar(sum(len(line.listed) for line in lines)))
        played = stack.enter_context(replaying(history, lines, play, progress=moved))
        return tuple(unpack(packed) for one in played for packed in one.encoded(one.kept))


def _line(article: Article, links: list[tuple[Change, CoverageLink]]) -> bytes:
    told = {"article": article.id, "links": [_told(change, found) for change, found in links]}
    return msgspec.json.encode(told) + b"\n"


def _told(change: Change, found: CoverageLink) -> dict[str, object]:
    """Give a link as JSON: the change it leads to, and the words of the clause that ties them."""
    number = next((one.clause for one in found.evidence if one.clause is not None), None)
    clause = None if number is None else change.clauses[number].change
    return {
        "service": change.service,
        "document": change.document,
        "before": change.before and {"id": change.before.id},
        "after": {"id": change.after.id, "at": moment(change.after.at)},
        "clause_before": clause and clause.before,
        "clause_after": clause and clause.after,
        "role": found.role,
        "score": found.score,
        "evidence": found.evidence,
    }


def _print(article: Article, links: list[tuple[Change, CoverageLink]]) -> None:
    click.echo(visible(article.title or article.url or article.id))
    for change, found in links:
        where = visible(f"{change.document} {change.after.at:%Y-%m-%d}")
        click.echo(f"  {found.role.replace('_', ' '):<18} {found.score:.2f}  {where}: {visible(change.summary)}")
    if not links:
        click.echo("  no link")
