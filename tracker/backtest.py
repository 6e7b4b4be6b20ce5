"""Back-testing rules: what other rules would say of the same changed clauses.

Each record is played by the old rules and by the new ones. What the differ finds does not depend on rules, so both
speak of the same clauses.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from tracker.digest.schema import moment

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tracker.model import Change, ClauseChange, JudgedClause, Reason, Verdict

# Reasons that do not come from rules: what the document's own changelog says.
_CHANGELOG = "changelog."


class Side(msgspec.Struct, frozen=True):
    """What one set of rules says of a clause."""

    significance: int
    score: float
    noise: str | None
    topics: tuple[str, ...]


class Points(msgspec.Struct, frozen=True):
    """A reason, as far as it tells two sets of rules apart."""

    text: str
    points: float
    rule: str


class Difference(msgspec.Struct, frozen=True):
    """A clause of which two sets of rules say different things."""

    service: str | None
    document: str | None
    at: str | None
    id: str
    kind: str
    path: tuple[str, ...]
    number: str | None
    before: str | None
    after: str | None
    old: Side
    new: Side
    reasons_gone: tuple[Points, ...]
    reasons_come: tuple[Points, ...]

    @property
    def is_verdict(self) -> bool:
        """Whether grade, noise or topics differ, and not the reasons alone."""
        return (self.old.significance, self.old.noise, set(self.old.topics)) != (
            self.new.significance,
            self.new.noise,
            set(self.new.topics),
        )


def judged_differently(old: Change, new: Change) -> tuple[Difference, ...]:
    """Give the clauses of a change of which two sets of rules say different things."""
    return tuple(
        _difference(old, one, other.verdict)
        for one, other in zip(old.clauses, new.clauses, strict=True)
        if _seen(one.verdict) != _seen(other.verdict)
    )


def _seen(verdict: Verdict) -> tuple[Side, tuple[Points, ...]]:
    side = Side(verdict.significance, verdict.score, verdict.noise and str(verdict.noise), verdict.topics)
    return side, _points(verdict.reasons)


def _points(reasons: Iterable[Reason]) -> tuple[Points, ...]:
    return tuple(Points(one.text, one.points, one.rule) for one in reasons if not one.rule.startswith(_CHANGELOG))


def _difference(change: Change, judged: JudgedClause, verdict: Verdict) -> Difference:
    (old, gone), (new, come) = _seen(judged.verdict), _seen(verdict)
    clause: ClauseChange = judged.change
    return Difference(
        service=change.service,
        document=change.document,
        at=moment(change.after.at),
        id=change.after.id,
        kind=str(clause.kind),
        path=clause.path,
        number=clause.number,
        before=clause.before,
        after=clause.after,
        old=old,
        new=new,
        reasons_gone=tuple(one for one in gone if one not in come),
        reasons_come=tuple(one for one in come if one not in gone),
    )


_encoder = msgspec.json.Encoder()
_decoder = msgspec.json.Decoder(Difference)


def encode(differences: Iterable[Difference]) -> bytes:
    """Give differences as lines of JSON."""
    return b"".join(_encoder.encode(one) + b"\n" for one in differences)


def decode(line: bytes) -> Difference:
    """Give the difference a line of JSON holds."""
    return _decoder.decode(line)
