"""The reasons of a verdict: what speaks for a change, in plain words, with points and the words it rests on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tracker.model import Fact, FactChange, Reason, Span
from tracker.significance.vocabulary import said as said_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tracker.significance.reading import Found, Reading, Side
    from tracker.significance.rules import Scores
    from tracker.significance.topics import Evidence

_QUOTED = 60  # code points quoted in a reason
_WORDS = 4  # terms named for a topic
_PARTS = (1, 3, 6)  # the first topic counts in full, the others in part


def reasons_of(
    reading: Reading, facts: Sequence[Fact], topics: Sequence[Evidence], scores: Scores
) -> tuple[Reason, ...]:
    """Gives the reasons, the weightiest first, the size of the change last; their points add up to the score."""
    whole = not (reading.before.text and reading.after.text)
    reasons = [
        *_fact_reasons(facts, scores, whole=whole),
        *_topic_reasons(reading, topics, scores),
        *_place_reasons(reading, scores),
    ]
    reasons.sort(key=lambda r: -r.points)
    return (*reasons, *_size_reasons(reading, scores))


def _topic_reasons(reading: Reading, topics: Sequence[Evidence], scores: Scores) -> list[Reason]:
    """Gives the points of the weightiest topic in full and those of the others in part."""
    taken = scores.removed if not reading.after.text else 1.0
    weighed = sorted([(-_topic_points(e, scores) * taken, n, e) for n, e in enumerate(topics)])
    reasons = []
    for k, (worth, _, e) in enumerate(weighed):
        old, new = _ranked(e.before), _ranked(e.after)
        said = [reading.after.said(f) or "" for f in new] + [reading.before.said(f) or "" for f in old]
        words = ", ".join(f"“{_short(w)}”" for w in _different(said)[:_WORDS])
        name = said_of(e.topic)
        text = f"about {name}: {words}" if words else f"stands under a heading about {name}"
        spans = (
            reading.before.extent(old[0] if old else None),
            reading.after.extent(new[0] if new else None),
        )
        reasons.append(Reason(text, round(-worth / _PARTS[k], 2), f"topic.{e.topic}", e.topic, *spans))
    return reasons


def _ranked(found: Sequence[Found]) -> list[Found]:
    """Puts changed terms before unchanged ones, strong ones before weak ones."""
    return sorted(found, key=lambda f: (not f.changed, -f.meaning.weight)) if len(found) > 1 else list(found)


def _different(said: Sequence[str]) -> list[str]:
    return list({text.lower(): text for text in reversed(said)}.values())[::-1]


def _topic_points(e: Evidence, scores: Scores) -> float:
    evidence = min(1.0, e.changed / 1.5 + 0.35 * e.around + 0.15 * e.place)
    return scores.topics.get(e.topic, 1.0) * evidence


def _fact_reasons(facts: Sequence[Fact], scores: Scores, *, whole: bool) -> list[Reason]:
    """Gives the points of facts: the first of a kind in full, the next in part, all together bounded.

    In a clause that came or went as a whole most facts only say what it is about; they count in part.
    """
    reasons: list[Reason] = []
    counts: dict[str, int] = {}
    left = scores.facts_most
    weighed = sorted([(-_fact_points(f, scores), n, f) for n, f in enumerate(facts)])
    for worth, _, fact in weighed:
        if fact.change is FactChange.UNCHANGED:
            continue
        n = counts[fact.fact] = counts.get(fact.fact, 0) + 1
        part = (scores.whole if whole and fact.fact != "promise" else 1.0) / n
        points = round(min(left, -worth * part), 2) if n <= scores.same_fact else 0.0
        left = max(0.0, left - points)
        reasons.append(Reason(told(fact), points, fact.rule, None, fact.before_span, fact.after_span))
    return reasons


def _fact_points(fact: Fact, scores: Scores) -> float:
    """Gives the points of a fact: those of its value where the table has some, else those of its kind."""
    return scores.facts.get(fact.rule, scores.facts.get(fact.fact, 0.0))


def told(fact: Fact) -> str:
    """Says a fact in plain words."""
    name = said_of(fact.fact)
    if fact.change is FactChange.CHANGED:
        return f"{name}: “{_short(fact.before)}” becomes “{_short(fact.after)}”"
    return f"{name} {fact.change}: “{_short(fact.after or fact.before)}”"


def _short(text: str | None) -> str:
    text = " ".join((text or "").split())
    return text if len(text) <= _QUOTED else text[:_QUOTED].rsplit(" ", 1)[0] + " …"


_PLACES = (
    ("dispute_rule", "edits a rule about disputes"),
    ("prohibition", "edits what is forbidden"),
    ("duty", "edits what the reader must do or agrees to"),
    ("provider_power", "edits what the provider may do"),
)


def _place_reasons(reading: Reading, scores: Scores) -> list[Reason]:
    """Gives points for the weightiest kind of sentence that a change stands in."""
    for cue, text in _PLACES:
        if cue not in reading.after.cues and cue not in reading.before.cues:
            continue
        for side, is_after in ((reading.after, True), (reading.before, False)):
            for found in side.cues.get(cue, ()):
                span = side.span(found)
                if found.changed or side.touched(side.sentence(span[0])):
                    before, after = (None, span) if is_after else (span, None)
                    return [Reason(text, scores.places[cue], f"place.{cue}", None, before, after)]
    if "forbidden_list" in reading.lead_in.scenes:
        text = "stands in a list of what is forbidden"
        before, after = first_changed(reading.before), first_changed(reading.after)
        return [Reason(text, scores.places["prohibition"], "place.list", None, before, after)]
    return []


def _size_reasons(reading: Reading, scores: Scores) -> list[Reason]:
    n = reading.changed_words
    points = round(scores.size_most * n / (n + scores.size_half), 2)
    before, after = first_changed(reading.before), first_changed(reading.after)
    reasons = [Reason(f"{n} word{'s' * (n != 1)} changed", points, "size", None, before, after)]
    if reading.moved_words:
        text = f"{reading.moved_words} more only changed place"
        reasons.append(Reason(text, 0.0, "elsewhere"))
    return reasons


def first_changed(side: Side) -> Span | None:
    """Gives the span of the first run of changed words."""
    first = side.changed.find(1)
    if first < 0:
        return None
    last = side.changed.find(0, first)
    return (side.starts[first], side.ends[(last if last > 0 else len(side.changed)) - 1])
