"""A change as a JSON object: the contract of `docs/schema/change.schema.json`.

Every key is always there, null or empty where nothing is to say, but for the few that the contract calls
optional.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from tracker.model import Change, ClauseChange, CoverageLink, Fact, JudgedClause, Reason, VersionRef

SCHEMA = 1
# The moment of a text that has none: two files are compared as they lie there.
UNDATED = datetime.min.replace(tzinfo=UTC)

_encoder = msgspec.json.Encoder()


def encode(change: Change) -> bytes:
    """Give a change as one line of JSON in UTF-8, with its line feed."""
    return _encoder.encode(as_object(change)) + b"\n"


def encode_with_episode(line: bytes, episode: str) -> bytes:
    """Give the line of a change with the episode it belongs to."""
    told = msgspec.json.decode(line, type=dict[str, msgspec.Raw])
    behind = {key: told.pop(key) for key in ("clauses", "coverage")}  # keys keep the order of `as_object`
    return _encoder.encode(told | {"episode": episode} | behind) + b"\n"


def as_object(change: Change) -> dict[str, object]:
    """Give a change as the object the contract describes."""
    told: dict[str, object] = {
        "schema": SCHEMA,
        "service": change.service,
        "document": change.document,
        "cause": change.cause,
        "before": None if change.before is None else _before(change.before),
        "after": _after(change.after),
        "significance": change.significance,
        "noise": change.noise,
        "summary": change.summary,
        "silent": change.silent,
        "language": change.language,
    }
    if change.compared_with is not None:
        told["compared_with"] = change.compared_with
    if change.returns_to is not None:
        told["returns_to"] = change.returns_to
    if change.undoes is not None:
        told["undoes"] = change.undoes
    if change.flapping:
        told["flapping"] = True
    if change.episode is not None:
        told["episode"] = change.episode
    told["clauses"] = [_clause(judged) for judged in change.clauses]
    told["coverage"] = [_link(link) for link in change.coverage]
    return told


def moment(at: datetime) -> str | None:
    """Give a moment in UTC with a Z, to the second; None for a text that has none."""
    return None if at == UNDATED else f"{at:%Y-%m-%dT%H:%M:%S}Z"


def _before(version: VersionRef) -> dict[str, object]:
    return {"at": moment(version.at), "id": version.id}


def _after(version: VersionRef) -> dict[str, object]:
    return {"at": moment(version.at), "id": version.id, "source": version.source}


def _clause(judged: JudgedClause) -> dict[str, object]:
    change, verdict = judged.change, judged.verdict
    told: dict[str, object] = {
        "kind": change.kind,
        "path": change.path,
        "number": change.number,
        "before": change.before,
        "after": change.after,
        "edits": change.edits,
        "significance": verdict.significance,
        "score": verdict.score,
        "noise": verdict.noise,
        "topics": verdict.topics,
        "facts": [_fact(fact) for fact in verdict.facts],
        "reasons": [_reason(reason) for reason in verdict.reasons],
    }
    _optional(change, told)
    return told


def _optional(change: ClauseChange, told: dict[str, object]) -> None:
    """Add the keys that stand only where they say something."""
    if change.path_before is not None:
        told["path_before"] = change.path_before
    if change.number_before is not None:
        told["number_before"] = change.number_before
    if change.parts:
        told["parts"] = change.parts
    if change.links:
        told["links"] = change.links


def _fact(fact: Fact) -> dict[str, object]:
    return {
        "fact": fact.fact,
        "change": fact.change,
        "before": fact.before,
        "after": fact.after,
        "direction": fact.direction,
        "before_span": fact.before_span,
        "after_span": fact.after_span,
        "rule": fact.rule,
    }


def _reason(reason: Reason) -> dict[str, object]:
    told: dict[str, object] = {
        "text": reason.text,
        "points": reason.points,
        "rule": reason.rule,
        "before_span": reason.before_span,
        "after_span": reason.after_span,
    }
    if reason.topic is not None:
        told["topic"] = reason.topic
    return told


def _link(link: CoverageLink) -> dict[str, object]:
    return {
        "article": link.article.url or link.article.id,
        "title": link.article.title,
        "publisher": link.article.publisher,
        "role": link.role,
        "score": link.score,
        "evidence": [
            {
                "article_text": evidence.article_text,
                "clause": evidence.clause,
                "before_or_after": evidence.before_or_after,
                "note": evidence.note,
            }
            for evidence in link.evidence
        ],
    }
