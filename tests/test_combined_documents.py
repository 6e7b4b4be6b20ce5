"""A document of several pages: each of them has to be there, or there is no new version."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime, timedelta

import pytest

from tracker.assess import assess
from tracker.model import Cause, Change, Format, Noise, Part, Record
from tracker.past import Past
from tracker.significance.rules import load_rules
from tracker.text.declaration import Page

START = datetime(2025, 3, 1, 6, tzinfo=UTC)
RULES = load_rules()
PAGES = tuple(Page(f"https://acme.example/{number}", ("main",)) for number in (1, 2, 3))
TOPICS = ("storage", "rights", "authorities")
DAYS = "We keep server logs for 30 days"
LOGIN = "<main><h1>Welcome back</h1><p>You must log in to see this page.</p></main>"


def page(topic: str) -> str:
    words = "".join(
        f"<p>{number}. What we say about {topic} in paragraph {number} is true for everybody who has an account.</p>"
        for number in range(12)
    )
    return f"<nav>Home</nav><main><h1>About {topic}</h1><p>{DAYS} because of {topic}.</p>{words}</main>"


WHOLE = tuple(page(topic) for topic in TOPICS)


class Document:
    """A document of three pages whose records come one after the other."""

    def __init__(self) -> None:
        self.past = Past()
        self.count = 0

    def take(self, *bodies: str | bytes, is_trusted: bool = False) -> Change:
        self.count += 1
        raw = [body.encode() if isinstance(body, str) else body for body in bodies]
        record = Record(
            "Acme",
            "Terms",
            START + timedelta(days=self.count),
            hashlib.sha256(b"\n".join(raw)).hexdigest(),
            "https://acme.example/1",
            Format.HTML,
            raw[0],
            Cause.CHANGE,
            more=tuple(Part(Format.HTML, body, PAGES[1].url) for body in raw[1:]),
            is_trusted=is_trusted,
        )
        return assess(record, self.past, PAGES, RULES)


@pytest.fixture
def document() -> Document:
    fresh = Document()
    fresh.take(*WHOLE)
    return fresh


def said(change: Change) -> tuple[Cause, Noise | None, int, int]:
    return change.cause, change.noise, change.significance, len(change.clauses)


def test_a_change_of_one_page_is_a_change_of_the_document(document: Document) -> None:
    change = document.take(WHOLE[0], WHOLE[1].replace("30 days", "90 days"), WHOLE[2])

    (clause,) = change.clauses
    assert (change.cause, change.noise, clause.change.after) == (
        Cause.CHANGE, None, "We keep server logs for 90 days because of rights.",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("bodies", "noise"),
    [
        (WHOLE[:2], Noise.CAPTURE_LOSS),
        ((*WHOLE, page("more")), Noise.CAPTURE_LOSS),
        ((WHOLE[0], "", WHOLE[2]), Noise.EMPTY),
        ((WHOLE[0], "<main> </main>", WHOLE[2]), Noise.EMPTY),
        ((WHOLE[0], "<p>We have moved to another place.</p>", WHOLE[2]), Noise.NO_SELECTOR),
        ((WHOLE[0], WHOLE[1], b"\x89PNG\r\n\x1a\n"), Noise.CAPTURE_LOSS),
        ((LOGIN, WHOLE[1], WHOLE[2]), Noise.WALL),
        ((WHOLE[0], WHOLE[1], LOGIN), Noise.WALL),
    ],
)
def test_a_page_that_is_missing_makes_no_version_and_removes_nothing(
    document: Document, bodies: tuple[str | bytes, ...], noise: Noise
) -> None:
    change = document.take(*bodies)
    after = document.take(*WHOLE)

    assert said(change) == (Cause.CHANGE, noise, 0, 0)
    assert said(after) == (Cause.VARIANT, Noise.VARIANT, 0, 0)


def test_the_next_whole_document_is_compared_with_the_last_whole_one(document: Document) -> None:
    good = document.past.last
    document.take(WHOLE[0], "", WHOLE[2])

    change = document.take(*(body.replace("30 days", "90 days") for body in WHOLE))

    assert good is not None
    assert (change.compared_with, len(change.clauses)) == (good.id, 3)


def test_a_document_begins_with_the_first_record_that_has_all_pages() -> None:
    document = Document()

    changes = [document.take(WHOLE[0], "", WHOLE[2]), document.take(LOGIN, *WHOLE[1:]), document.take(*WHOLE)]

    assert [change.noise for change in changes] == [Noise.EMPTY, Noise.WALL, Noise.CAPTURE_LOSS]
    assert [said(document.take(*WHOLE))[0]] == [Cause.VARIANT]


def test_a_page_that_somebody_looked_at_counts_whatever_it_looks_like(document: Document) -> None:
    change = document.take(WHOLE[0], WHOLE[1], LOGIN, is_trusted=True)

    assert (change.cause, change.noise, bool(change.clauses)) == (Cause.CHANGE, None, True)


# -- pages that are no text at all -------------------------------------------------------------------------------------


def garbled(number: int) -> str:
    words = f"Für jede Größe gehören schöne Grüße dazu, auch für die Nummer {number}, überall und jährlich. " * 20
    return f"<main><p>{words.encode().decode('cp1252', 'replace')}</p></main>"


def test_a_first_page_in_the_wrong_charset_is_no_version() -> None:
    document = Document()

    change = document.take(garbled(1), *WHOLE[1:])

    assert said(change) == (Cause.FIRST_RECORD, Noise.CAPTURE_LOSS, 0, 0)


def test_damage_is_not_confirmed_by_coming_again(document: Document) -> None:
    single = [document.take(*(garbled(number), garbled(number), garbled(number))) for number in (1, 2, 3)]

    assert [said(change) for change in single] == [(Cause.CHANGE, Noise.CAPTURE_LOSS, 0, 0)] * 3
