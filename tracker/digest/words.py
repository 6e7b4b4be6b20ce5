"""What terminal and page say of a change beside its words: the same phrases in both."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from tracker.digest.visible import brief, visible
from tracker.model import Cause, FactChange

if TYPE_CHECKING:
    from tracker.model import Change, ClauseChange, Evidence, Fact, JudgedClause, Reason

GRADES = ("noise", "minor", "notable", "newsworthy")

# What a reader can take in of one change; the others are counted.
MOST_CLAUSES = 20

_HEADING, _QUOTE = 300, 600  # characters of a heading or a name, and of a sentence or two


def grade(change: Change) -> str:
    """Name the significance of a change; a first record has none."""
    return "first record" if change.cause is Cause.FIRST_RECORD else GRADES[change.significance]


def place(change: ClauseChange) -> str:
    """Tell where a clause stands: its headings, and its number where no heading shows it."""
    path = " > ".join(brief(heading, _HEADING) for heading in change.path)
    number = brief(change.number or "", _HEADING)
    if number and number not in path:
        path = f"{path} > {number}" if path else number
    return path or "(no heading)"


def came_from(change: ClauseChange) -> str:
    """Tell where a clause stood before, where that differs."""
    told = []
    if change.number_before is not None:
        told.append(f"was {brief(change.number_before, _HEADING)}")
    if change.path_before is not None:
        told.append(
            "was under " + (" > ".join(brief(heading, _HEADING) for heading in change.path_before) or "no heading")
        )
    return ", ".join(told)


def fact_line(fact: Fact) -> str:
    """Tell a fact in one line."""
    name = brief(fact.fact.replace("_", " "), _HEADING)
    before, after = brief(fact.before or "", _QUOTE), brief(fact.after or "", _QUOTE)
    told = {
        FactChange.CHANGED: f"{before} \u2192 {after}",
        FactChange.ADDED: f"added: {after}",
        FactChange.REMOVED: f"dropped: {before}",
        FactChange.UNCHANGED: f"unchanged: {after or before}",
    }[fact.change]
    return f"{name}: {told}" + (f" ({fact.direction})" if fact.direction else "")


def reason_line(reason: Reason, change: ClauseChange) -> str:
    """Tell a reason in one line: its points, its words, and the words of the clause it speaks of."""
    quoted = _quoted(change.after, reason.after_span) or _quoted(change.before, reason.before_span)
    text = brief(reason.text, _QUOTE)
    says_it = "\u201c" in text or not quoted
    points = f"{reason.points:+.1f}".replace("-0.0", "+0.0")
    return f"{points} {text}" + ("" if says_it else f": {quoted}")


def _quoted(text: str | None, span: tuple[int, int] | None) -> str:
    if text is None or span is None:
        return ""
    words = visible(text[span[0] : min(span[1], span[0] + 81)])
    return f"\u201c{words if len(words) <= 80 else words[:79] + chr(0x2026)}\u201d"


def evidence_line(evidence: Evidence, change: Change) -> str:
    """Tell one evidence: the words of the article, and the clause they speak of."""
    told = f"\u201c{brief(evidence.article_text, _QUOTE)}\u201d" if evidence.article_text else ""
    if evidence.clause is not None and evidence.clause < len(change.clauses):
        clause = change.clauses[evidence.clause].change
        side = f", {brief(evidence.before_or_after, _HEADING)}" if evidence.before_or_after else ""
        told += f" \u2014 {brief(clause.number or '', _HEADING) or place(clause)}{side}"
    return told + (f" ({brief(evidence.note, _QUOTE)})" if evidence.note else "")


def readable(change: Change, *, most: int | None = MOST_CLAUSES) -> tuple[tuple[JudgedClause, ...], str]:
    """Choose the clauses worth reading, best first; and tell in words what is left out."""
    ranked = sorted(change.clauses, key=lambda one: (-one.verdict.significance, -one.verdict.score))
    if most is None:
        return tuple(ranked), ""
    worth = [one for one in ranked if one.verdict.significance or change.significance == 0][:most]
    left = ranked[len(worth) :] if len(worth) == most else [one for one in ranked if one not in worth]
    return tuple(worth), _left_out(left)


def _left_out(left: list[JudgedClause]) -> str:
    if not left:
        return ""
    kinds = Counter(str(one.verdict.noise or GRADES[one.verdict.significance]) for one in left)
    told = ", ".join(f"{kind} {count}" for kind, count in kinds.most_common())
    return f"and {len(left)} more changed clause{'s' if len(left) > 1 else ''} ({told})"
