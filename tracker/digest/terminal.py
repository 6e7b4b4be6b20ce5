"""A change for the terminal, as rich Text. Text of pages and articles is plain text here, never markup."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.text import Text

from tracker.digest.excerpt import excerpt
from tracker.digest.schema import UNDATED
from tracker.digest.visible import visible
from tracker.digest.words import came_from, evidence_line, fact_line, grade, place, readable, reason_line
from tracker.model import Cause, Op

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tracker.model import Change, CoverageLink, JudgedClause

# How git marks words in a word diff; used where colour does not.
_MARKS = {Op.EQUAL: ("", ""), Op.DELETE: ("[-", "-]"), Op.INSERT: ("{+", "+}")}
_STYLES = {Op.EQUAL: "", Op.DELETE: "red strike", Op.INSERT: "green underline"}
_GRADE_STYLES = ("dim", "cyan", "bold yellow", "bold red")


def block(change: Change, *, coloured: bool, most: int | None) -> Iterator[tuple[int, Text]]:
    """Give a change as lines of text, each with its indentation."""
    yield 0, _title(change)
    if change.summary:
        yield 2, Text(visible(change.summary))
    for line in _notes(change):
        yield 2, Text(line, "dim")
    clauses, left_out = readable(change, most=most)
    for judged in clauses:
        yield from _clause(judged, coloured=coloured)
    if left_out:
        yield 2, Text(left_out, "dim")
    for link in change.coverage:
        yield from _coverage(link, change)


def _title(change: Change) -> Text:
    name = " \u00b7 ".join(visible(name) for name in (change.service, change.document) if name)
    name = name or "Comparison"
    when = f"{change.after.at:%Y-%m-%d %H:%M} UTC" if change.after.at != UNDATED else ""
    title = Text(name, "bold")
    title.append(f"  {when}" if when else "", "")
    title.append(f"  [{change.significance} {grade(change)}]", _GRADE_STYLES[change.significance])
    if change.noise:
        title.append(f" {change.noise}", "dim")
    return title


def _notes(change: Change) -> Iterator[str]:
    """Tell what is to know of the comparison itself."""
    if change.cause in {Cause.VARIANT, Cause.TECHNICAL_UPGRADE}:
        yield str(change.cause).replace("_", " ")
    if change.returns_to:
        yield f"returns to {visible(change.returns_to[:12])}" + (" (flapping)" if change.flapping else "")
    if change.undoes:
        yield f"undoes what was graded notable in {visible(change.undoes[:12])}"
    if change.episode and change.episode != change.after.id:
        yield f"goes on from {visible(change.episode[:12])}: the same words within days"
    if change.compared_with:
        yield f"compared with {visible(change.compared_with[:12])}, the last good one"
    if change.silent and change.significance:
        yield "silent: the page's own date did not move"


def _clause(judged: JudgedClause, *, coloured: bool) -> Iterator[tuple[int, Text]]:
    change, verdict = judged.change, judged.verdict
    head = Text(place(change), "bold")
    told = [str(change.kind), f"significance {verdict.significance}", *map(visible, verdict.topics)]
    told += [str(verdict.noise)] if verdict.noise else []
    head.append(f"  ({', '.join(told)})", "dim")
    yield 2, head
    if moved := came_from(change):
        yield 4, Text(moved, "dim")
    yield 4, words(judged, coloured=coloured)
    for old, new in change.links:
        yield 4, Text(f"link: {visible(old)} \u2192 {visible(new)}")
    for fact in verdict.facts:
        yield 4, Text.assemble(("fact    ", "dim"), fact_line(fact))
    for reason in verdict.reasons:
        yield 4, Text.assemble(("reason  ", "dim"), reason_line(reason, change))


def words(judged: JudgedClause, *, coloured: bool) -> Text:
    """Give the words of a clause with what came and went marked: by colour and line, or by brackets."""
    text = Text()
    for op, run in excerpt(judged.change):
        before, after = ("", "") if coloured else _MARKS[op]
        text.append(f"{before}{visible(run)}{after}", _STYLES[op] if coloured else "")
    return text


def _coverage(link: CoverageLink, change: Change) -> Iterator[tuple[int, Text]]:
    article = link.article
    told = visible(article.title or article.id) + (f", {visible(article.publisher)}" if article.publisher else "")
    told += f", {article.published:%Y-%m-%d}" if article.published else ""
    yield (
        2,
        Text.assemble((f"{str(link.role).replace('_', ' ')}  ", "bold magenta"), told, (f"  {link.score:.2f}", "dim")),
    )
    if article.url:
        yield 4, Text(visible(article.url), "dim")
    for evidence in link.evidence:
        yield 4, Text(evidence_line(evidence, change))
