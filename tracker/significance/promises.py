"""Facts about what the provider promises not to do, and about how firmly things are said (may, will)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tracker.model import Direction, Fact, FactChange, Span
from tracker.significance.lexicon import words_of
from tracker.significance.narrowing import meet, narrowing
from tracker.significance.reading import folded

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from tracker.significance.reading import Cue, Found, Reading, Side
    from tracker.significance.standing import Inquiry

_SUBJECT_REACH = 4  # words between the provider and the "not"
_ACT_REACH = 2  # words between the "not" and what is not done
_SAID = 120  # code points quoted of a promise
_LEAD = 60  # code points of a sentence quoted before its promise
_PAUSE = re.compile(r"[,;:(\u2014\u2013]\s*|\s(?:and|but|that|because|so)\s")
_ACT = 4  # letters that forms of one verb share
_DISCLAIMS = re.compile(r"\b(?:responsib|liab|endors|guarant|warrant|no control)", re.IGNORECASE)
# fmt: off
_AUXILIARIES = frozenset((  # what stands before a "not" that denies an act
    "do", "does", "did", "will", "shall", "would", "is", "are", "was", "were", "be", "been", "have", "has", "had", "to",
    "generally", "currently", "also", "and", "or", "policy", "ve", "re", "ll", "s",
))
# fmt: on
_ALLOWS = frozenset(("may", "might", "must", "can", "could", "should"))
_IFS = frozenset(
    ("if", "when", "where", "unless", "until", "whether", "once", "while", "since", "long", "provided", "extent")
)
_IF_REACH = 8  # words between an "if" and the subject
_SMALL = 4  # words: a modal verb is compared with the one it replaces only in a small edit


@dataclass(frozen=True, slots=True)
class Promise:
    """A negated commitment of the provider in one side."""

    negation: Cue
    act: str  # what is not done, as it is said
    span: Span  # from the provider's name to the end of the sentence


@dataclass(frozen=True, slots=True)
class Speakers:
    """Who promises (the provider and its names), about what, and which acts are promised not to be done."""

    provider: frozenset[str]
    theirs: frozenset[str]
    acts: frozenset[str]


def promises_of(side: Side, speakers: Speakers) -> list[Promise]:
    """Gives the promises of a side: "we do not sell", "your data is never shared with"."""
    promises: dict[Span, Promise] = {}  # the first of each sentence
    spoilers = side.cues.get("no_promise", ())
    for negation in side.cues.get("negation", ()):
        start = _subject(side, negation.first, speakers)
        acts = side.words[negation.last : negation.last + _ACT_REACH + 1]
        act = next((k for k, word in enumerate(acts, negation.last) if word in speakers.acts), None)
        if start is None or act is None or any(s.first <= negation.first < s.last for s in spoilers):
            continue
        if _in_name(side, negation) or _is_rule(side, negation, act) or _is_condition(side, start):
            continue
        sentence = side.sentence(side.starts[negation.first])
        if _DISCLAIMS.search(side.text, *sentence):
            continue
        if side.starts[start] >= sentence[0] and side.starts[act] < sentence[1]:
            promises.setdefault(sentence, Promise(negation, side.words[act], (side.starts[start], sentence[1])))
    return list(promises.values())


def _in_name(side: Side, negation: Cue) -> bool:
    """Tells whether a "Not" belongs to a name, as in "Do Not Track"; in a line of capitals it does not."""
    at = side.starts[negation.first]
    word = side.text[at : side.ends[negation.first]]
    return negation.first > 0 and word[0].isupper() and not word.isupper() and side.text[at - 1 : at] == " "


def _is_rule(side: Side, negation: Cue, act: int) -> bool:
    """Tells whether it is said what may not or cannot be done, and not what the provider does not do."""
    before = side.words[negation.first - 1] if negation.first else ""
    if side.words[negation.first] == "not" and before not in _AUXILIARIES:
        return True
    return before in _ALLOWS or (side.words[negation.first] == "cannot" and side.words[act] in ("used", "provided"))


def _is_condition(side: Side, subject: int) -> bool:
    """Tells whether an "if" leads up to the subject: what is then not done is no promise."""
    first = max(0, subject - _IF_REACH)
    return any(
        side.words[k] in _IFS and not _PAUSE.search(side.text, side.ends[k], side.starts[subject])
        for k in range(first, subject)
    )


def _subject(side: Side, negation: int, speakers: Speakers) -> int | None:
    """Gives the nearest word before a "not" that names the provider, or else what it holds of the reader."""
    near = range(negation - 1, max(-1, negation - 2 - _SUBJECT_REACH), -1)
    found = next((k for k in near if side.words[k] in speakers.provider), None)
    if found is None:
        found = next((k for k in near if side.words[k] in speakers.theirs), None)
    if found is not None and "you" in side.words[found:negation]:  # "data that you do not obtain"
        return None
    return found


def promise_facts(
    reading: Reading, classes: Mapping[str, frozenset[str]], service: str | None, other: Inquiry | None = None
) -> list[Fact]:
    """Gives the promises that came, went or were edited; the service may speak of itself by name.

    Of a clause that came or went, `other` is the version it is not in: what that one promises too has no direction.
    """
    if "negation" not in reading.before.cues and "negation" not in reading.after.cues:
        return []
    if "conduct_page" in reading.place.scenes:  # rules for users speak of what users may not do
        return []
    provider = classes.get("provider", frozenset()).union(words_of(service or "").words)
    speakers = Speakers(provider, classes.get("theirs", frozenset()), classes.get("act", frozenset()))
    before = [p for p in promises_of(reading.before, speakers) if reading.before.touched(p.span)]
    after = [p for p in promises_of(reading.after, speakers) if reading.after.touched(p.span)]
    old = [p for p in before if p.negation.changed]
    new = [p for p in after if p.negation.changed]
    kept_old = [p for p in before if not p.negation.changed]
    kept_new = [p for p in after if not p.negation.changed]
    facts = []
    if old and not new:
        facts += [
            _fact(FactChange.REMOVED, p, None, _unless(p, other, Direction.WEAKER, reading), reading) for p in old[:2]
        ]
    elif new and not old:
        facts += [
            _fact(FactChange.ADDED, None, p, _unless(p, other, Direction.STRONGER, reading), reading) for p in new[:2]
        ]
    elif old and new:
        facts.append(_fact(FactChange.CHANGED, old[0], new[0], None, reading))
    if kept_old or kept_new:
        a = kept_old[0] if kept_old else _counterpart(reading.before, speakers, kept_new[0])
        b = kept_new[0] if kept_new else _counterpart(reading.after, speakers, kept_old[0])
        if a and b and folded(reading.before.text[slice(*a.span)]) != folded(reading.after.text[slice(*b.span)]):
            facts.append(_fact(FactChange.CHANGED, a, b, narrowing(a, b, reading), reading))
    return facts


def _unless(promise: Promise, other: Inquiry | None, direction: Direction, reading: Reading) -> Direction | None:
    """Gives the direction, unless the promise replaces other words or another clause of the other version gives it."""
    at = (reading.before if direction is Direction.WEAKER else reading.after).span(promise.negation)
    for hunk in reading.hunks:
        here, there = (hunk.before, hunk.after) if direction is Direction.WEAKER else (hunk.after, hunk.before)
        if meet(at, here) and there[0] < there[1]:
            return None
    if other is None:
        return direction
    return None if other.denies(promise.act[:_ACT]) else direction


def _quote(side: Side, promise: Promise) -> Span:
    """Gives what is quoted of a promise: its sentence, or from the last pause before it where that is long."""
    start, end = side.sentence(promise.span[0])
    if promise.span[0] - start > _LEAD:
        pauses = [m.end() for m in _PAUSE.finditer(side.text, start, promise.span[0])]
        start = pauses[-1] if pauses else promise.span[0]
    return start, max(end, promise.span[1])


def _counterpart(side: Side, speakers: Speakers, promise: Promise) -> Promise | None:
    """Gives the promise of the other side that is the same but for words that came or went."""
    same = [p for p in promises_of(side, speakers) if not p.negation.changed]
    return min(same, key=lambda p: abs(p.span[0] - promise.span[0]), default=None)


def _fact(
    change: FactChange,
    old: Promise | None,
    new: Promise | None,
    direction: Direction | None,
    reading: Reading,
) -> Fact:
    return Fact(
        fact="promise",
        change=change,
        before=_said(reading.before, old),
        after=_said(reading.after, new),
        direction=direction,
        before_span=_quote(reading.before, old) if old else None,
        after_span=_quote(reading.after, new) if new else None,
        rule="promise.not",
    )


def _said(side: Side, promise: Promise | None) -> str | None:
    if promise is None:
        return None
    said = side.text[slice(*_quote(side, promise))]
    return said if len(said) <= _SAID else said[:_SAID].rsplit(" ", 1)[0] + " …"


def modality_facts(reading: Reading) -> list[Fact]:
    """Gives the places where a small edit makes "may" a "will" or a "must" a "should", or turns a verb round."""
    before, after = reading.before.values.get("modality", ()), reading.after.values.get("modality", ())
    if not any(f.changed for f in (*before, *after)):
        return []
    facts = []
    for hunk in reading.hunks:
        small = all(_count(s, p) <= _SMALL for s, p in ((reading.before, hunk.before), (reading.after, hunk.after)))
        old = _widest(reading.before, before, hunk.before)
        new = _widest(reading.after, after, hunk.after)
        if small and old and new and old.meaning.value != new.meaning.value:
            said = reading.before.said(old), reading.after.said(new)
            spans = reading.before.span(old), reading.after.span(new)
            facts.append(
                Fact(
                    "modality",
                    FactChange.CHANGED,
                    *said,
                    None,
                    *spans,
                    f"modality.{new.meaning.value}",
                )
            )
    return facts


def _count(side: Side, span: Span) -> int:
    first, last = side.words_in(span)
    return last - first


def _widest(side: Side, found: Sequence[Found], span: Span) -> Found | None:
    """Gives the longest modal verb that touches the span, blanks beside it included."""
    places = [(f, side.span(f)) for f in found]
    touching = [f for f, place in places if place[0] <= span[1] and span[0] <= place[1] + 1]
    return max(touching, key=lambda f: f.last - f.first, default=None)
