"""Finds what the provider promises not to do: who promises, which act is denied, and about what."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tracker.model import Span
    from tracker.significance.reading import Cue, Side

_SUBJECT_REACH = 4  # words between the provider and the "not"
_ACT_REACH = 2  # words between the "not" and what is not done
PAUSE = re.compile(r"[,;:(\u2014\u2013]\s*|\s(?:and|but|that|because|so)\s")
_DISCLAIMS = re.compile(
    r"\b(?:responsib|liab|endors|guarant|warrant|no control|not include|not mean|to be clear, you)", re.IGNORECASE
)
_STOP = re.compile(r"[;:(\u2014\u2013]")
_COMMA = re.compile(r"[,;:(\u2014\u2013]|\b(?:so|but)\b")
_WHICH = frozenset(("that", "which", "who", "whom"))
# fmt: off
_BETWEEN = frozenset((  # what may stand between a "not" and the act it denies
    "be", "been", "being", "have", "has", "and", "or", "will", "never", "ever", "otherwise", "in", "any", "way", "s",
    "themselves", "itself", "t", "to", "sell", "rent", "share", "nor", "even",
))
_AUXILIARIES = frozenset((  # what stands before a "not" that denies an act
    "do", "does", "did", "will", "shall", "would", "is", "are", "was", "were", "be", "been", "have", "has", "had", "to",
    "generally", "currently", "also", "and", "or", "policy", "ve", "re", "ll", "s",
))
# fmt: on
# Acts that it says something to be unable to do; that somebody cannot review all content is an excuse.
# fmt: off
_SECRET = frozenset((
    "read", "reads", "access", "accessed", "share", "shared", "disclose", "disclosed", "link", "linked", "view",
    "viewed", "listen", "sell", "sold", "see", "scan",
))
# fmt: on
_ALLOWS = frozenset(("may", "might", "must", "can", "could", "should"))
_IFS = frozenset(
    ("if", "when", "where", "unless", "until", "whether", "once", "while", "since", "long", "provided", "extent")
)
_IF_REACH = 8  # words between an "if" and the subject


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
    personal: frozenset[str] = frozenset()  # words of which a promise needs one
    things: frozenset[str] = frozenset()  # what may bear the name of the provider


def promises_of(side: Side, speakers: Speakers) -> list[Promise]:
    """Gives the promises of a side: "we do not sell", "your data is never shared with"."""
    promises: dict[Span, Promise] = {}  # the first of each sentence
    spoilers = side.cues.get("no_promise", ())
    for negation in side.cues.get("negation", ()):
        start = _subject(side, negation.first, speakers)
        act = _act(side, negation.last, speakers)
        if (
            start is None
            or act is None
            or side.words[negation.first] == "no"
            or any(s.first <= negation.first < s.last for s in spoilers)
        ):
            continue
        if _in_name(side, negation) or _is_rule(side, negation, act) or _is_condition(side, start):
            continue
        sentence = side.sentence(side.starts[negation.first])
        if _DISCLAIMS.search(side.text, *sentence) or not _is_personal(side, sentence, speakers):
            continue
        if side.starts[start] >= sentence[0] and side.starts[act] < sentence[1]:
            promises.setdefault(sentence, Promise(negation, side.words[act], (side.starts[start], sentence[1])))
    return list(promises.values())


def _act(side: Side, at: int, speakers: Speakers) -> int | None:
    """Gives the verb that a "not" denies: the next word, adverbs and the like apart."""
    for k in range(at, min(at + _ACT_REACH + 1, len(side.words))):
        if side.words[k] in speakers.acts:
            return None if side.words[k : k + 2] == ["give", "you"] else k
        if side.words[k] not in _BETWEEN and not side.words[k].endswith("ly"):
            return None
    return None


def _is_personal(side: Side, sentence: Span, speakers: Speakers) -> bool:
    """Tells whether a sentence speaks of the reader or of data at all."""
    first, last = side.words_in(sentence)
    return not speakers.personal or not speakers.personal.isdisjoint(side.words[first:last])


def _parts(side: Side, found: int, negation: int, speakers: Speakers) -> bool:
    """Tells whether a pause parts a subject from its "not": then that is said of somebody else."""
    pause = _STOP if side.words[found] in speakers.provider else _COMMA
    return pause.search(side.text, side.ends[found], side.starts[negation]) is not None


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
    return before in _ALLOWS or (side.words[negation.first] in ("cannot", "can") and side.words[act] not in _SECRET)


def _is_condition(side: Side, subject: int) -> bool:
    """Tells whether an "if" leads up to the subject: what is then not done is no promise."""
    first = max(0, subject - _IF_REACH)
    return any(
        side.words[k] in _IFS and not PAUSE.search(side.text, side.ends[k], side.starts[subject])
        for k in range(first, subject)
    )


def _subject(side: Side, negation: int, speakers: Speakers) -> int | None:
    """Gives the nearest word before a "not" that names the provider, or else what it holds of the reader."""
    near = range(negation - 1, max(-1, negation - 2 - _SUBJECT_REACH), -1)
    found = next((k for k in near if side.words[k] in speakers.provider or side.words[k] in speakers.theirs), None)
    if found is not None and (side.words[found + 1] in speakers.things or _parts(side, found, negation, speakers)):
        return None  # "the Acme app does not"
    if found is None or side.words[found] in speakers.provider:
        return found if found is None or "you" not in side.words[found:negation] else None
    between = side.words[found:negation]
    return None if "you" in between or not _WHICH.isdisjoint(between) else found  # "data that you do not obtain"
