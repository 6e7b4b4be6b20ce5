"""Builds articles and a small history of one service, in our own words, for the tests of the matcher."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Final

from changes import change, clause, edited, verdict

from tracker.coverage.reading import ServiceNames
from tracker.model import Article, Change, ChangeKind, ClauseChange, JudgedClause, VersionRef

ACME: Final = ServiceNames("Acme", ("Acmegram",))
DAY: Final = timedelta(days=1)
NOON: Final = datetime(2024, 9, 23, 12, tzinfo=UTC)

BIOMETRIC: Final = edited(
    ("=", "With your consent we may store a photograph of you"),
    ("+", " and a biometric template of your face, kept for three years after you leave"),
    ("=", "."),
    path=("4. What we store",),
)
HANDOVER: Final = edited(
    ("=", "If a "),
    ("-", "court order names you as a terror suspect"),
    ("+", "valid request of a prosecutor names you as a suspect of any crime"),
    ("=", ", we may disclose your telephone number to the police of your country."),
)
PAYMENT: Final = clause(ChangeKind.ADDED, None, "Invoices are due within fourteen days and bear interest after that.")
FORUM: Final = clause(
    ChangeKind.REMOVED,
    "Disputes are heard by an arbitrator in Geneva, and you give up your right to join a class action.",
    None,
)


def judged(words: ClauseChange, significance: int = 2) -> JudgedClause:
    return JudgedClause(words, verdict(significance, float(significance)))


def at(days: float, *clauses: JudgedClause, document: str = "Privacy Policy") -> Change:
    """Build a change recorded so many days after noon of 23 September 2024."""
    moment = NOON + days * DAY
    return change(*clauses, document=document, after=VersionRef(moment, f"{moment:%Y%m%d%H}", None))


HISTORY: Final = (
    at(-200, judged(PAYMENT), document="Terms of Service"),
    at(0, judged(HANDOVER, 3)),
    at(90, judged(BIOMETRIC, 3)),
    at(90.01, judged(FORUM), document="Terms of Service"),
)


def article(
    text: str,
    days: float | None = 1,
    *,
    name: str = "a1",
    title: str | None = None,
    url: str | None = None,
    language: str | None = "en",
) -> Article:
    """Build an article published so many days after noon of 23 September 2024, or undated."""
    published = None if days is None else NOON + days * DAY
    return Article(name, url, title, None, published, None, language, text)
