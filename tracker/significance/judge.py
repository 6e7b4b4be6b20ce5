"""The judge: one changed clause in, one verdict out; score and grade with the reasons they are made of."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from tracker.model import ChangeKind, ClauseChange, Fact, Noise, Reason, Verdict
from tracker.significance.facts import typed_facts
from tracker.significance.modality import modality_facts
from tracker.significance.news import Known
from tracker.significance.noise import clause_noise
from tracker.significance.numbers import figures
from tracker.significance.parties import party_facts
from tracker.significance.pledges import promise_facts
from tracker.significance.reading import Reading, read
from tracker.significance.reasons import reasons_of
from tracker.significance.sentences import is_title
from tracker.significance.standing import UNKNOWN, Inquiry, Others, answers_to
from tracker.significance.topics import topics_of
from tracker.significance.vocabulary import said as said_of

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Sequence

    from tracker.significance.rules import LanguageRules, Rules, Scores
    from tracker.significance.standing import Question, Standing

_REMEMBERED = 4000  # verdicts; the changed clauses of a long history of one document
_RETURNED = 0.75  # of the points that a clause loses which stood there before


_QUIET = {
    ChangeKind.MOVED: Noise.ORDER,
    ChangeKind.RENUMBERED: Noise.ORDER,
    ChangeKind.COPIED: Noise.ORDER,
    ChangeKind.SPLIT: Noise.MARKUP,
    ChangeKind.MERGED: Noise.MARKUP,
}


@dataclass(frozen=True, slots=True)
class Setting:
    """What the judge may know of the document a clause stands in.

    `stood_before` tells whether an earlier version of the document, other than the one compared with, held a clause
    of exactly these words not long ago; None where nobody remembers. `old` and `new` are the two versions; without
    them a value of a clause that came or went is told though another clause may hold it.
    """

    service: str | None = None
    document: str | None = None
    language: str | None = "en"
    stood_before: Callable[[str], bool] | None = None
    old: Standing | None = None
    new: Standing | None = None


def judge(change: ClauseChange, setting: Setting, rules: Rules) -> Verdict:
    """Says what a changed clause means: noise, or facts, topics, score and grade with reasons.

    Pages that flap show the same change again and again, so verdicts are remembered for a while.
    """
    noise = _noise_of_kind(change)
    if noise:
        return _silent(noise)
    verdict = _remembered(change, setting, rules)
    if verdict.noise is None and _returned(change, setting):
        return _after_absence(verdict, rules.scores)
    return verdict


def _remembered(change: ClauseChange, setting: Setting, rules: Rules) -> Verdict:
    """Gives the verdict given before where the same was asked and answered, else judges."""
    language = rules.languages.get(setting.language or "en")
    key = _key(change, setting)
    asked = rules.asked.get(key)
    if asked is not None:
        answers = _answers(asked, setting, language) if asked else ()
        verdict = rules.verdicts.get((key, answers))
        if verdict is not None:
            return verdict
    elif len(rules.asked) >= _REMEMBERED:
        rules.asked.clear()
        rules.verdicts.clear()
    others = _inquiries(change, setting, language)
    verdict = _judged(change, setting, rules, others)
    answered = [other.answers for other in others if other]
    is_asked = any(answered)
    rules.asked[key] = tuple(map(tuple, answered)) if is_asked else ()
    rules.verdicts[key, tuple([tuple(known.values()) for known in answered]) if is_asked else ()] = verdict
    return verdict


def _answers(
    asked: tuple[tuple[Question, ...], ...], setting: Setting, language: LanguageRules | None
) -> tuple[tuple[bool, ...], ...]:
    """Gives what the two versions answer to the questions that led to an earlier verdict."""
    pairs = zip(asked, (setting.old, setting.new), strict=True)
    return tuple([answers_to(put, version, language.lexicon) for put, version in pairs if version and language])


def _inquiries(change: ClauseChange, setting: Setting, language: LanguageRules | None) -> Others:
    """Gives what asks the two versions about a clause; None for one that is not known."""
    if language is None or setting.old is None or setting.new is None:
        return UNKNOWN
    there = change.path if change.path_before is None else change.path_before
    return Others(Inquiry(setting.old, language.lexicon, there), Inquiry(setting.new, language.lexicon, change.path))


def _key(change: ClauseChange, setting: Setting) -> Hashable:
    """Gives what a verdict depends on, but for what the other version says; the edits follow from the two texts."""
    return (
        change.before,
        change.after,
        change.kind,
        change.block,
        change.path,
        change.path_before,
        change.lead_in,
        change.before_elsewhere,
        change.after_elsewhere,
        setting.service,
        setting.document,
        setting.language,
        setting.old is None or setting.new is None,
    )


def _judged(change: ClauseChange, setting: Setting, rules: Rules, others: Others) -> Verdict:
    language = rules.languages.get(setting.language or "en")
    reading = read(change, language, (*change.path, setting.document or ""))
    noise = clause_noise(change, reading)
    if noise:
        return _silent(noise)
    silent = reading.before.is_silent and reading.after.is_silent
    facts = () if silent or language is None or is_title(reading) else _facts(reading, setting, language, others)
    topics = topics_of(reading, rules.topics)
    reasons = reasons_of(reading, facts, topics, rules.scores)
    if language is None or "all" not in language.covers:
        reasons = (*reasons, *_uncovered(setting.language, language, reasons, rules.scores))
    score = round(sum(r.points for r in reasons), 2)
    return Verdict(
        significance=_grade(score, reasons, rules.scores),
        score=score,
        noise=None,
        topics=tuple([e.topic for e in topics]),
        facts=facts,
        reasons=reasons,
    )


def _facts(reading: Reading, setting: Setting, language: LanguageRules, others: Others) -> tuple[Fact, ...]:
    entities = party_facts(reading)
    names = " ".join(f"{f.before} {f.after}" for f in entities)
    known = Known(language.lexicon, language.classes_for(setting.service or ""), others)
    typed = [f for f in typed_facts(reading, known) if f.fact != "party" or (f.after or f.before or "") not in names]
    return (
        *typed,
        *promise_facts(reading, known.classes, others),
        *modality_facts(reading),
        *[f for f in entities if not others.name(f)],
        *figures(reading, others),
    )


def _returned(change: ClauseChange, setting: Setting) -> bool:
    """Tells whether an added clause only came back after a short absence."""
    return (
        change.before is None
        and change.after is not None
        and setting.stood_before is not None
        and setting.stood_before(change.after)
    )


def _after_absence(verdict: Verdict, scores: Scores) -> Verdict:
    """Takes points off a clause that only came back; the words it rests on are those that the size counts."""
    points = -round(_RETURNED * sum(r.points for r in verdict.reasons), 2)
    place = next((r.after_span for r in verdict.reasons if r.rule == "size"), None)
    reasons = (*verdict.reasons, Reason("stood here in an earlier version", points, "returned", None, None, place))
    score = round(sum(r.points for r in reasons), 2)
    return replace(verdict, significance=_grade(score, reasons, scores), score=score, reasons=reasons)


def _noise_of_kind(change: ClauseChange) -> Noise | None:
    """Says which noise a change is that left all words as they were."""
    if change.kind is ChangeKind.RELINKED:
        return Noise.LINKS
    return None if change.edits else _QUIET.get(change.kind)


def _silent(noise: Noise) -> Verdict:
    return Verdict(significance=0, score=0.0, noise=noise, topics=(), facts=(), reasons=())


def _grade(score: float, reasons: Sequence[Reason], scores: Scores) -> int:
    """Gives 1 to 3; a clause is notable only where a reason can name its words."""
    if score < scores.notable or not any(r.before_span or r.after_span for r in reasons):
        return 1
    return 3 if score >= scores.newsworthy else 2


def _uncovered(
    code: str | None, language: LanguageRules | None, reasons: Sequence[Reason], scores: Scores
) -> tuple[Reason, ...]:
    """Says that a language is not covered, or in part; where nothing was found, size has to speak for more."""
    size = next((r for r in reasons if r.rule == "size"), None)
    more: tuple[Reason, ...] = ()
    if size and len(reasons) == 1:
        text = "size counts for more where words cannot be read"
        points = round(size.points * (scores.size_alone - 1), 2)
        more = (Reason(text, points, "size.alone", None, size.before_span, size.after_span),)
    if language is None:
        return (Reason(f"language not covered ({code}): judged by size alone", 0.0, "language.none"), *more)
    covered = ", ".join(sorted(said_of(t) for t in language.covers))
    return (Reason(f"language covered in part ({code}): {covered}", 0.0, "language.part"), *more)
