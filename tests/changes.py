"""Builds changes for tests, so that a test shows only what it is about."""

from __future__ import annotations

from datetime import UTC, datetime

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

OLD = VersionRef(datetime(2024, 9, 1, 6, tzinfo=UTC), "aaaa" * 10, "https://example.org/privacy")
NEW = VersionRef(datetime(2024, 9, 24, 6, tzinfo=UTC), "bbbb" * 10, "https://example.org/privacy")


def edited(*edits: tuple[str, str], path: tuple[str, ...] = ("8. Sharing", "8.3. Authorities")) -> ClauseChange:
    """Build an edited clause from ("=", text), ("-", text) and ("+", text)."""
    ops = {"=": Op.EQUAL, "-": Op.DELETE, "+": Op.INSERT}
    runs = tuple(Edit(ops[mark], text) for mark, text in edits)
    return ClauseChange(
        kind=ChangeKind.EDITED,
        before="".join(run.text for run in runs if run.op is not Op.INSERT),
        after="".join(run.text for run in runs if run.op is not Op.DELETE),
        edits=runs,
        path=path,
        path_before=None,
        number="8.3",
        number_before=None,
        block=BlockKind.PARAGRAPH,
    )


def clause(
    kind: ChangeKind,
    before: str | None,
    after: str | None,
    *,
    parts: tuple[str, ...] = (),
    number: str | None = None,
) -> ClauseChange:
    """Build a clause that came, went or moved as a whole."""
    return ClauseChange(kind, before, after, (), ("Rules",), None, number, None, BlockKind.PARAGRAPH, parts=parts)


def verdict(
    significance: int = 1,
    score: float = 1.0,
    *,
    noise: Noise | None = None,
    topics: tuple[str, ...] = (),
    facts: tuple[Fact, ...] = (),
    reasons: tuple[Reason, ...] = (),
) -> Verdict:
    return Verdict(significance, score, noise, topics, facts, reasons)


def change(
    *clauses: JudgedClause,
    service: str | None = "Acme",
    document: str | None = "Privacy Policy",
    cause: Cause = Cause.CHANGE,
    noise: Noise | None = None,
    after: VersionRef = NEW,
    coverage: tuple[CoverageLink, ...] = (),
    summary: str = "Acme changes who gets your number.",
) -> Change:
    significance = 0 if noise else max((one.verdict.significance for one in clauses), default=0)
    return Change(
        service=service,
        document=document,
        cause=cause,
        before=None if cause is Cause.FIRST_RECORD else OLD,
        after=after,
        significance=significance,
        noise=noise,
        summary=summary,
        silent=True if significance else None,
        language="en",
        clauses=clauses,
        coverage=coverage,
    )


def disclosure() -> Change:
    """Build a change with something of everything: facts, reasons with spans, coverage with evidence."""
    words = edited(
        ("=", "On receipt of a "),
        ("-", "court order"),
        ("+", "valid order"),
        ("=", " we may hand over your number."),
    )
    fact = Fact(
        "legal_basis",
        FactChange.CHANGED,
        "court order",
        "valid order",
        Direction.WEAKER,
        (16, 27),
        (16, 27),
        "basis",
    )
    reason = Reason("the legal basis is lower", 3.0, "fact.legal_basis", None, (16, 27), (16, 27))
    article = Article(
        "004",
        "https://news.example/acme",
        "Acme opens up",
        "The Gazette",
        datetime(2024, 9, 25, tzinfo=UTC),
        "the page",
        "en",
        "",
    )
    link = CoverageLink(article, Role.QUOTES, 0.93, (Evidence("on a valid order", 0, "after", ""),))
    judged = JudgedClause(words, verdict(3, 7.5, topics=("law_enforcement",), facts=(fact,), reasons=(reason,)))
    return change(judged, coverage=(link,))
