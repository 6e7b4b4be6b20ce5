"""A message as a mail: subject, plain text and HTML, which say the same.

The HTML is for mail programs: styles stand in the elements, a sheet only adds the dark colours where it is understood;
nothing is loaded, nothing runs. What came and went is marked by line and by hidden words, not by colour alone.
"""

from __future__ import annotations

import textwrap
from itertools import islice
from typing import TYPE_CHECKING, NamedTuple

from tracker.digest import framing
from tracker.digest.dates import Dates
from tracker.digest.message import by_weight
from tracker.digest.saying import EntrySaid, entry_said
from tracker.digest.templating import render
from tracker.model import Op

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from tracker.digest.message import Digest
    from tracker.digest.saying import ClauseSaid, LinkSaid

WIDTH = 72
# Large mail programs cut a message at about 100 kB: entries for which there is no room in this are said in short.
_ROOM = 90_000
_SHORT = 1_200
_MARKS = {Op.EQUAL: ("", ""), Op.DELETE: ("[-", "-]"), Op.INSERT: ("{+", "+}")}

# Colours of light and dark: each text stands out from what is behind it by 4.5 to 1 at least.
LIGHT = {
    "paper": "#ffffff",
    "card": "#f7f8fa",
    "line": "#d9dce3",
    "ink": "#1b1d22",
    "soft": "#595f6b",
    "link": "#1a5f9e",
    "gone": "#a4161a",
    "gone_back": "#fde7e7",
    "come": "#0f6130",
    "come_back": "#e2f5e8",
    "grade0": "#5d6470",
    "grade1": "#1a5f9e",
    "grade2": "#8a5000",
    "grade3": "#b3151b",
}
DARK = {
    "paper": "#14161a",
    "card": "#1c1f25",
    "line": "#343943",
    "ink": "#e7e9ee",
    "soft": "#a3a9b6",
    "link": "#7cbcf2",
    "gone": "#ffaaa5",
    "gone_back": "#4a1d1f",
    "come": "#a5e8bd",
    "come_back": "#173a25",
    "grade0": "#9aa1ae",
    "grade1": "#7cbcf2",
    "grade2": "#f0b354",
    "grade3": "#ff8f8a",
}


class MailParts(NamedTuple):
    """What a mail is made of."""

    subject: str
    text: str
    html: str


class GroupSaid(NamedTuple):
    """The entries of a document in words."""

    title: str
    entries: tuple[EntrySaid, ...]


def mail_parts(digest: Digest) -> MailParts:
    """Give a message as the parts of a mail."""
    groups = _said(digest)
    return MailParts(framing.subject(digest), _text(digest, groups), _html(digest, groups))


def _said(digest: Digest) -> tuple[GroupSaid, ...]:
    """Say all entries; in full those that weigh most, as long as there is room."""
    dates = Dates(digest.timezone, digest.language)
    said: dict[int, EntrySaid] = {}
    room = _ROOM - _SHORT * len(digest.entries)
    for place, entry in by_weight(digest):
        full = entry_said(entry, dates)
        size = len(_entry_html(full).encode()) - _SHORT
        fits = size <= room
        room -= size if fits else 0
        said[place] = full if fits else entry_said(entry, dates, in_full=False)
    entries = iter([said[place] for place in range(len(said))])
    groups = (tuple(islice(entries, len(group.entries))) for group in digest.groups)
    return tuple(GroupSaid(group[0].title, group) for group in groups)


def _html(digest: Digest, groups: tuple[GroupSaid, ...]) -> str:
    return render(
        "mail.html.j2",
        digest=digest,
        subject=framing.subject(digest),
        headline=framing.headline(digest),
        period=framing.period(digest),
        groups=groups,
        foot=framing.foot(digest),
        light=LIGHT,
        dark=DARK,
    )


def _entry_html(entry: EntrySaid) -> str:
    return render("mail_entry.html.j2", entry=entry, light=LIGHT)


def _text(digest: Digest, groups: tuple[GroupSaid, ...]) -> str:
    lines = [*_wrapped(framing.headline(digest)), *_wrapped(framing.period(digest)), ""]
    if digest.is_test:
        lines[:0] = ["This is a test: nothing in it has happened.", ""]
    if any(entry.clauses for group in groups for entry in group.entries):
        lines += ["Marks: [-words that went-] {+words that came+}", ""]
    for group in groups:
        lines += [*_wrapped(group.title), "=" * min(WIDTH, len(group.title)), ""]
        for entry in group.entries:
            lines += [*_entry_lines(entry), ""]
    lines += ["-" * WIDTH, *(part for line in framing.foot(digest) for part in _wrapped(line))]
    return "\n".join(lines).rstrip() + "\n"


def _entry_lines(entry: EntrySaid) -> Iterator[str]:
    yield from _wrapped(f"[{entry.label}] {entry.when}")
    yield from _wrapped(entry.summary)
    for note in entry.notes:
        yield from _wrapped(note)
    for clause in entry.clauses:
        yield ""
        yield from _clause_lines(clause)
    if entry.left_out:
        yield ""
        yield from _wrapped(entry.left_out, 2)
    if entry.coverage:
        yield ""
        yield "Coverage:"
        for link in entry.coverage:
            yield from _link_lines(link)
    yield ""
    yield from (f"{name}: {url}" for name, url in entry.links)
    yield entry.command


def _clause_lines(clause: ClauseSaid) -> Iterator[str]:
    yield from _wrapped(f"{clause.place} ({clause.kind})" if clause.place else f"({clause.kind})", 2)
    words = "".join(f"{_MARKS[op][0]}{run}{_MARKS[op][1]}" for op, run in clause.runs)
    yield from _wrapped(words, 4)
    for fact, _ in clause.facts:
        yield from _wrapped(f"* {fact}", 4, 6)
    if clause.why:
        yield from _wrapped(f"Why: {clause.why}", 4, 6)


def _link_lines(link: LinkSaid) -> Iterator[str]:
    told = f"* {link.role}: {link.title}" + (f" ({link.where})" if link.where else "")
    yield from _wrapped(told, 2, 4)
    if link.url:
        yield f"    {link.url}"
    for evidence in link.evidence:
        yield from _wrapped(evidence, 4)


def _wrapped(text: str, indent: int = 0, hanging: int | None = None) -> Iterable[str]:
    """Fill a paragraph; words and addresses longer than a line stay whole."""
    return textwrap.wrap(
        text,
        WIDTH,
        initial_indent=" " * indent,
        subsequent_indent=" " * (indent if hanging is None else hanging),
        break_long_words=False,
        break_on_hyphens=False,
    )
