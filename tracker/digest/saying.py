"""What is said of an entry, in words that are safe to show: mail, Markdown and text differ only in how they mark them.

Every string here is visible, on one line, and of bounded length; each medium still escapes it for itself.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from tracker.digest.excerpt import excerpt
from tracker.digest.message import Telling
from tracker.digest.visible import brief, visible, web_address
from tracker.digest.words import GRADES, came_from, evidence_line, fact_line, place, readable
from tracker.model import Edit, FactChange, Op

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from tracker.digest.dates import Dates
    from tracker.digest.message import Entry, Stored
    from tracker.model import Change, ClauseChange, CoverageLink, JudgedClause

_MOST_CLAUSES = 5
_MOST_FACTS = 10
_MOST_REASONS = 3
_MOST_LINKS = 8
_MOST_ALSO = 12
_TITLE, _LINE, _QUOTE = 120, 400, 320  # characters

LABELS = {
    Telling.CHANGE: "",
    Telling.PROVISIONAL: "provisional",
    Telling.CONFIRMED: "confirmed",
    Telling.WITHDRAWN: "withdrawn",
    Telling.RESTORED: "put up again",
    Telling.SAME: "in another document too",
    Telling.FOLLOW_UP: "now explained",
}
# What is said of a change told before needs its words no more.
_WITH_WORDS = frozenset({Telling.CHANGE, Telling.PROVISIONAL})


@dataclass(frozen=True, slots=True)
class ClauseSaid:
    """A changed clause in words."""

    place: str  # "" where the clause before it stands there too
    kind: str  # what happened to it, where from, and its topics
    runs: tuple[Edit, ...]
    facts: tuple[tuple[str, str], ...]  # each with its direction, or ""
    why: str  # other reasons


@dataclass(frozen=True, slots=True)
class LinkSaid:
    """An article in words."""

    role: str
    title: str
    url: str | None
    where: str  # publisher and day
    evidence: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class EntrySaid:
    """An entry in words."""

    title: str  # service and document
    grade: int
    label: str  # how significant, and what the message says of it
    when: str
    summary: str
    notes: tuple[str, ...]
    clauses: tuple[ClauseSaid, ...]
    left_out: str
    coverage: tuple[LinkSaid, ...]
    links: tuple[tuple[str, str], ...]
    command: str


def entry_said(entry: Entry, dates: Dates, *, in_full: bool = True) -> EntrySaid:
    """Say an entry; not in full it keeps its first lines and a link."""
    change = entry.stored.change
    chosen, left_out = readable(change, most=_MOST_CLAUSES)
    has_words = in_full and entry.telling in _WITH_WORDS
    label = " \u00b7 ".join(filter(None, (GRADES[change.significance], LABELS[entry.telling])))
    return EntrySaid(
        title=title(change),
        grade=change.significance,
        label=label,
        when=dates.moment(change.after.at),
        summary=brief(change.summary, _LINE),
        notes=tuple(_notes(entry, dates)),
        clauses=tuple(_clauses(chosen)) if has_words else (),
        left_out=left_out if has_words else "",
        coverage=tuple(link_said(link, change, dates) for link in entry.coverage[:_MOST_LINKS]) if in_full else (),
        links=tuple(_links(entry.stored))[: None if in_full else 1],
        command=f"tracker show {entry.stored.id}",
    )


def title(change: Change) -> str:
    """Name the service and the document of a change."""
    return " \u00b7 ".join(brief(name, _TITLE) for name in (change.service, change.document) if name) or "Comparison"


def _notes(entry: Entry, dates: Dates) -> Iterator[str]:
    """Say what is to know beside the words."""
    change = entry.stored.change
    back = dates.moment(entry.by.change.after.at) if entry.by else ""
    told = {
        Telling.PROVISIONAL: "Provisional: seen once so far. The next capture confirms or withdraws it.",
        Telling.CONFIRMED: "Confirmed: what was told as provisional still stands in a later capture.",
        Telling.WITHDRAWN: f"Withdrawn: the text before it is back since {back}.",
        Telling.RESTORED: f"Put up again: what was told as withdrawn stands there since {back}.",
        Telling.SAME: f"The same as was told of {title(entry.by.change) if entry.by else 'another document'}.",
        Telling.FOLLOW_UP: "Now explained by the coverage below.",
    }
    if entry.telling in told:
        yield told[entry.telling]
    if entry.withdrawn_at is not None:
        yield f"Withdrawn already: the text before it is back since {dates.moment(entry.withdrawn_at)}."
    if entry.telling in _WITH_WORDS and change.silent:
        yield "Silent: the date that the page gives itself did not move."
    yield from _same(entry, dates)


def _same(entry: Entry, dates: Dates) -> Iterator[str]:
    """Say where and when else the same happened."""
    change = entry.stored.change
    place_of = (change.service, change.document)
    here = [one for one in entry.also if (one.change.service, one.change.document) == place_of]
    others = [one for one in entry.also if one not in here]
    if others:
        yield f"The same in {_listed(title(one.change) for one in others)}."
    if here:
        yield f"It went and came again on {_listed(dates.day(one.change.after.at) for one in here)}."


def _listed(names: Iterable[str]) -> str:
    known = list(dict.fromkeys(names))
    shown, left = known[:_MOST_ALSO], len(known) - _MOST_ALSO
    if left > 0:
        return f"{', '.join(shown)} and {left} more"
    return " and ".join(filter(None, (", ".join(shown[:-1]), shown[-1])))


def _clauses(chosen: Iterable[JudgedClause]) -> Iterator[ClauseSaid]:
    """Say clauses; those that stand in one place follow each other there, the best one first."""
    places: dict[str, list[ClauseSaid]] = {}
    for clause in map(_clause, chosen):
        places.setdefault(clause.place, []).append(clause)
    for first, *others in places.values():
        yield first
        yield from (replace(clause, place="") for clause in others)


def _clause(judged: JudgedClause) -> ClauseSaid:
    change, verdict = judged.change, judged.verdict
    moved = came_from(change)
    kind = [str(change.kind), *(topic.replace("_", " ") for topic in verdict.topics)]
    return ClauseSaid(
        place=brief(place(change), _LINE),
        kind=brief(", ".join([*kind, moved] if moved else kind), _LINE),
        runs=tuple(_runs(change)),
        facts=tuple(_facts(judged)),
        why=brief("; ".join(_why(judged)), _LINE),
    )


def _runs(change: ClauseChange) -> Iterator[Edit]:
    """Give the words to show; what came stands apart from what went."""
    before = Op.EQUAL
    for op, text in excerpt(change):
        if (before, op) == (Op.DELETE, Op.INSERT):
            yield Edit(Op.EQUAL, " ")
        yield Edit(op, visible(text))
        before = op
    for old, new in change.links[:_MOST_REASONS]:
        yield Edit(Op.EQUAL, f" [link: {brief(old, _QUOTE)} \u2192 {brief(new, _QUOTE)}]")


def _facts(judged: JudgedClause) -> Iterator[tuple[str, str]]:
    """Say the facts; what stays as it was comes last, on one line."""
    facts = judged.verdict.facts
    moving = [fact for fact in facts if fact.change is not FactChange.UNCHANGED]
    for fact in moving[:_MOST_FACTS]:
        yield brief(fact_line(fact), _LINE), str(fact.direction or "")
    staying = dict.fromkeys(fact.after or fact.before or "" for fact in facts if fact not in moving)
    if staying:
        yield brief(f"unchanged: {', '.join(staying)}", _LINE), ""


def _why(judged: JudgedClause) -> list[str]:
    """Give the reasons that neither the facts nor the marked words say already."""
    said = {fact.rule for fact in judged.verdict.facts} | {"size"}
    told = [reason.text for reason in judged.verdict.reasons if reason.rule not in said]
    return told[:_MOST_REASONS]


def link_said(link: CoverageLink, change: Change, dates: Dates) -> LinkSaid:
    """Say which article speaks of a change, and by which words that is known."""
    article = link.article
    where = [brief(article.publisher or "", _TITLE), dates.day(article.published) if article.published else ""]
    return LinkSaid(
        role=str(link.role).replace("_", " "),
        title=brief(article.title or article.id, 2 * _TITLE),
        url=web_address(article.url),
        where=", ".join(filter(None, where)),
        evidence=tuple(brief(evidence_line(one, change), _LINE) for one in link.evidence[:_MOST_REASONS]),
    )


def _links(stored: Stored) -> Iterator[tuple[str, str]]:
    """Give where a change, its page and its snapshots are found."""
    places = (
        ("this change", stored.url),
        ("the page", stored.page),
        ("snapshot before", stored.before_url),
        ("snapshot after", stored.after_url),
    )
    for name, url in places:
        address = web_address(url)
        if address is not None:
            yield name, address
