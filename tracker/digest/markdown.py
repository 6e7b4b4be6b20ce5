"""A message as Markdown, for chat services and files. Text of pages stays text: every mark in it is escaped."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from tracker.digest import framing
from tracker.digest.dates import Dates
from tracker.digest.saying import entry_said
from tracker.model import Op

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tracker.digest.message import Digest
    from tracker.digest.saying import ClauseSaid, EntrySaid, LinkSaid

# What means something in Markdown or its dialects; and what makes a link or calls a person where it is not asked to.
_MARKS = re.compile(r"[\\`*_{}\[\]<>#|~&!$^=]|:(?=//)|(?<=\bwww)\.")
_MENTION = re.compile(r"(?<!\w)@")
_LIST = re.compile(r"^(\d+)([.)])(?!\S)|^([-+])")
_RUNS = {Op.EQUAL: ("", ""), Op.DELETE: ("~~", "~~"), Op.INSERT: ("**", "**")}
_IN_ADDRESS = str.maketrans({"(": "%28", ")": "%29"})


def markdown(digest: Digest) -> str:
    """Give a message as Markdown."""
    dates = Dates(digest.timezone, digest.language)
    parts = ["**This is a test: nothing in it has happened.**"] if digest.is_test else []
    parts += [f"# {escaped(framing.headline(digest))}", escaped(framing.period(digest))]
    for group in digest.groups:
        entries = [entry_said(entry, dates) for entry in group.entries]
        parts.append(f"## {escaped(entries[0].title)}")
        for entry in entries:
            parts += _entry(entry)
    parts += ["---", *(escaped(line) for line in framing.foot(digest))]
    return "\n\n".join(parts) + "\n"


def escaped(text: str) -> str:
    """Give a text that is safe to show as Markdown that shows it."""
    marked = _MENTION.sub("&#64;", _MARKS.sub(lambda mark: "\\" + mark[0], text))
    return _LIST.sub(lambda mark: f"{mark[1]}\\{mark[2]}" if mark[1] else f"\\{mark[3]}", marked)


def link(text: str, address: str) -> str:
    """Give a link; the address is one that `web_address` let through."""
    return f"[{escaped(text)}]({address.translate(_IN_ADDRESS)})"


def _entry(entry: EntrySaid) -> Iterator[str]:
    yield f"### {escaped(entry.summary)}"
    yield f"**{escaped(entry.label)}** \u00b7 {escaped(entry.when)}"
    for note in entry.notes:
        yield f"*{escaped(note)}*"
    for clause in entry.clauses:
        yield from _clause(clause)
    if entry.left_out:
        yield escaped(entry.left_out)
    if entry.coverage:
        yield "\n".join(("**Coverage**", "", *map(_coverage, entry.coverage)))
    named = [link(name, address) for name, address in entry.links]
    yield " \u00b7 ".join([*named, f"`{entry.command}`"])


def _clause(clause: ClauseSaid) -> Iterator[str]:
    kind = f"({escaped(clause.kind)})"
    yield f"**{escaped(clause.place)}** {kind}" if clause.place else kind
    yield "> " + "".join(_run(op, run) for op, run in clause.runs).strip()
    if clause.facts:
        yield "\n".join(f"* {escaped(fact)}" for fact, _ in clause.facts)
    if clause.why:
        yield f"Why: {escaped(clause.why)}"


def _run(op: Op, run: str) -> str:
    """Give a run with its marks, which have to touch its words."""
    bare = run.strip()
    mark, end = _RUNS[op]
    if not bare or op is Op.EQUAL:
        return escaped(run)
    before, after = run[: len(run) - len(run.lstrip())], run[len(run.rstrip()) :]
    return f"{before}{mark}{escaped(bare)}{end}{after}"


def _coverage(told: LinkSaid) -> str:
    title = link(told.title, told.url) if told.url else escaped(told.title)
    where = f" ({escaped(told.where)})" if told.where else ""
    evidence = "".join(f"\n  {escaped(one)}" for one in told.evidence)
    return f"* {escaped(told.role)}: {title}{where}{evidence}"
