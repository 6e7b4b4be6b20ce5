"""A text as clauses, each with its place."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.model import BlockKind, Clause
from tracker.text.blocks import number_of
from tracker.text.shelf import Shelf
from tracker.text.version import read

PAGE = """# Privacy Policy

Last updated: 1 May 2024

## 8. Sharing

Intro to [sharing](/s).

### 8.3. Law enforcement

We may disclose:

* your address;
  * IPv4
* your number.

8.4. **Numbered** words
go on here.

| Name | Use |
| --- | --- |
| sid | login |

Cookie
:   a small file.

**Your rights**

(a) Ask us.

> quoted words
"""
PARAGRAPH, ITEM, HEADING, ROW = BlockKind.PARAGRAPH, BlockKind.ITEM, BlockKind.HEADING, BlockKind.ROW
SHARING = ("8. Sharing",)
LAW = (*SHARING, "8.3. Law enforcement")
RIGHTS = (*LAW, "Your rights")
CLAUSES: list[tuple[BlockKind, tuple[str, ...], str | None, str, str]] = [
    (HEADING, (), None, "Privacy Policy", ""),
    (PARAGRAPH, (), None, "Last updated: 1 May 2024", ""),
    (HEADING, (), "8", "Sharing", ""),
    (PARAGRAPH, SHARING, "8", "Intro to sharing.", ""),
    (HEADING, SHARING, "8.3", "Law enforcement", ""),
    (PARAGRAPH, LAW, "8.3", "We may disclose:", ""),
    (ITEM, LAW, "8.3", "your address;", "We may disclose:"),
    (ITEM, LAW, "8.3", "IPv4", "your address;"),
    (ITEM, LAW, "8.3", "your number.", "We may disclose:"),
    (PARAGRAPH, LAW, "8.4", "Numbered words go on here.", ""),
    (ROW, LAW, "8.3", "Name | Use", "Numbered words go on here."),
    (ROW, LAW, "8.3", "sid | login", "Numbered words go on here."),
    (PARAGRAPH, LAW, "8.3", "Cookie", ""),
    (BlockKind.DEFINITION, LAW, "8.3", "a small file.", "Cookie"),
    (HEADING, LAW, None, "Your rights", ""),
    (PARAGRAPH, RIGHTS, "(a)", "Ask us.", ""),
    (PARAGRAPH, RIGHTS, "8.3", "quoted words", ""),
]


def test_a_page_is_a_row_of_clauses_in_their_places() -> None:
    found = [(c.kind, c.path, c.number, c.text, c.lead_in) for c in read(PAGE).clauses()]

    assert found == CLAUSES


def test_a_clause_tells_its_links_and_where_it_stands() -> None:
    version = read(PAGE)
    clause = version.clause(3)

    assert (clause.links, PAGE[slice(*clause.span)]) == (("/s",), "Intro to [sharing](/s).")
    assert PAGE[slice(*version.extent(6))] == "* your address;"
    assert PAGE[slice(*version.extent(4))] == "### 8.3. Law enforcement"


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("8.3. Law", ("8.3", 5)),
        ("8.3 Law", ("8.3", 4)),
        ("8. Law", ("8", 3)),
        ("(iv) Law", ("(iv)", 5)),
        ("a) Law", ("a)", 3)),
        ("§ 12 Law", ("§ 12", 5)),
        ("Article 4. Law", ("Article 4", 11)),
        ("Section B: Law", ("Section B", 11)),
        ("3.5 percent of users", None),
        ("2024 was a good year", None),
        ("I. agree", ("I", 3)),
        ("Section heads decide", None),
        ("a law", None),
        ("", None),
    ],
)
def test_the_printed_number_is_set_apart(text: str, number: tuple[str, int] | None) -> None:
    assert number_of(text) == number


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("We keep logs.", "We  **keep**\nlogs."),
        ('1. We keep "logs".', "2. We keep \u201clogs\u201d."),
        ("# Logs\n\nKept.", "Logs\n====\n\n\nKept."),
    ],
)
def test_texts_that_read_the_same_have_one_digest(one: str, other: str) -> None:
    assert read(one).digest == read(other).digest


def test_texts_that_read_otherwise_have_another_digest() -> None:
    assert read("We keep logs.").digest != read("We keep no logs.").digest


def test_the_title_of_the_page_is_in_no_path() -> None:
    assert {clause.path for clause in read("# Terms\n\nWords.\n\nMore words.").clauses()} == {()}


def test_two_documents_in_one_page_are_told_apart() -> None:
    paths = [clause.path for clause in read("# Terms\n\nWords.\n\n# Privacy\n\nMore.").clauses()]

    assert paths == [(), ("Terms",), (), ("Privacy",)]


CHUNK = st.text(alphabet='ab1.()# \n*-|_[]:>="\u00a0\u4f60', max_size=30)
TEXTS = st.lists(
    st.one_of(CHUNK, st.sampled_from(("* a\n* b", "# a", "a\n==", "| a | b |\n| - | - |", "1. a\n2. b"))), max_size=8
).map("\n\n".join)


@given(TEXTS, TEXTS)
def test_a_used_shelf_reads_like_a_fresh_one(first: str, text: str) -> None:
    shelf = Shelf()
    read(first, shelf).clauses()
    read(text, shelf).clauses()

    assert read(text, shelf).clauses() == read(text).clauses()


@given(TEXTS)
def test_clauses_stand_one_behind_the_other(text: str) -> None:
    version = read(text)
    extents = [version.extent(index) for index in range(len(version.blocks))]

    assert all(start <= version.span(k)[0] <= version.span(k)[1] <= end for k, (start, end) in enumerate(extents))
    assert [at for extent in extents for at in extent] == sorted(at for extent in extents for at in extent)


def test_a_long_text_reads_like_itself_when_the_shelf_forgets() -> None:
    text = "\n\n".join(f"* clause {number}\n* item {number}" for number in range(1_500))
    shelf = Shelf()

    assert read(text, shelf).clauses() == read(text, shelf).clauses() == read(text).clauses()


def test_a_clause_is_a_whole_value() -> None:
    (clause,) = read("(b) See [terms](/t).").clauses()

    assert clause == Clause(PARAGRAPH, (), "(b)", "See terms.", "", ("/t",), (0, 20), clause.fingerprint)
    assert len(clause.fingerprint) == 16
