"""Reads a change back from the JSON of the contract: what an archive stored is what digests and pages are made of.

The contract leaves out what only judging needs: what kind of block a clause is, what leads in to it, and which of its
words stood elsewhere.
"""

from __future__ import annotations

from datetime import datetime  # noqa: TC003  msgspec reads the annotations

import msgspec

from tracker.digest.schema import SCHEMA, UNDATED
from tracker.model import (
    Article,
    BlockKind,
    Cause,
    Change,
    ChangeKind,
    ClauseChange,
    CoverageLink,
    Direction,
    Edit,
    Evidence,
    Fact,
    FactChange,
    JudgedClause,
    Noise,
    Op,
    Reason,
    Role,
    Verdict,
    VersionRef,
)


class _Version(msgspec.Struct):
    id: str
    at: datetime | None = None
    source: str | None = None


class _Reason(msgspec.Struct):
    text: str
    points: float
    rule: str
    before_span: tuple[int, int] | None
    after_span: tuple[int, int] | None
    topic: str | None = None


class _Fact(msgspec.Struct):
    fact: str
    change: FactChange
    before: str | None
    after: str | None
    direction: Direction | None
    before_span: tuple[int, int] | None
    after_span: tuple[int, int] | None
    rule: str


class _Clause(msgspec.Struct):
    kind: ChangeKind
    path: tuple[str, ...]
    number: str | None
    before: str | None
    after: str | None
    edits: tuple[tuple[Op, str], ...]
    significance: int
    score: float
    noise: Noise | None
    topics: tuple[str, ...]
    facts: tuple[_Fact, ...]
    reasons: tuple[_Reason, ...]
    path_before: tuple[str, ...] | None = None
    number_before: str | None = None
    parts: tuple[str, ...] = ()
    links: tuple[tuple[str, str], ...] = ()


class _Evidence(msgspec.Struct):
    article_text: str
    clause: int | None
    before_or_after: str | None
    note: str = ""


class _Link(msgspec.Struct):
    article: str
    title: str | None
    publisher: str | None
    role: Role
    score: float
    evidence: tuple[_Evidence, ...]


class _Change(msgspec.Struct):
    schema: int
    service: str | None
    document: str | None
    cause: Cause
    before: _Version | None
    after: _Version
    significance: int
    noise: Noise | None
    summary: str
    silent: bool | None
    language: str | None
    clauses: tuple[_Clause, ...]
    coverage: tuple[_Link, ...]
    compared_with: str | None = None
    returns_to: str | None = None
    undoes: str | None = None
    flapping: bool = False
    episode: str | None = None


_decoder = msgspec.json.Decoder(_Change)


def decode(line: bytes) -> Change:
    """Give the change that a line of JSON tells.

    Raises:
        ValueError: the line is no change of the contract, or of a later contract than this.
    """
    told = _decoder.decode(line)
    if told.schema != SCHEMA:
        raise ValueError(f"a change of schema {told.schema}; this program reads schema {SCHEMA}")
    return Change(
        service=told.service,
        document=told.document,
        cause=told.cause,
        before=None if told.before is None else _version(told.before),
        after=_version(told.after),
        significance=told.significance,
        noise=told.noise,
        summary=told.summary,
        silent=told.silent,
        language=told.language,
        clauses=tuple(map(_clause, told.clauses)),
        coverage=tuple(map(_link, told.coverage)),
        compared_with=told.compared_with,
        returns_to=told.returns_to,
        undoes=told.undoes,
        flapping=told.flapping,
        episode=told.episode,
    )


def _version(told: _Version) -> VersionRef:
    return VersionRef(told.at or UNDATED, told.id, told.source)


def _clause(told: _Clause) -> JudgedClause:
    change = ClauseChange(
        kind=told.kind,
        before=told.before,
        after=told.after,
        edits=tuple(Edit(op, text) for op, text in told.edits),
        path=told.path,
        path_before=told.path_before,
        number=told.number,
        number_before=told.number_before,
        block=BlockKind.PARAGRAPH,
        parts=told.parts,
        links=told.links,
    )
    facts = tuple(Fact(**msgspec.structs.asdict(fact)) for fact in told.facts)
    reasons = tuple(Reason(**msgspec.structs.asdict(reason)) for reason in told.reasons)
    return JudgedClause(change, Verdict(told.significance, told.score, told.noise, told.topics, facts, reasons))


def _link(told: _Link) -> CoverageLink:
    url = told.article if "://" in told.article else None
    article = Article(told.article, url, told.title, told.publisher, None, None, None, "")
    return CoverageLink(
        article, told.role, told.score, tuple(Evidence(**msgspec.structs.asdict(one)) for one in told.evidence)
    )
