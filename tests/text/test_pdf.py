"""PDF files become the text that a reader sees in them."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest
from pdf_files import MARGIN, Dot, Leads, Piece, Set, encrypted_pdf, paragraph, pdf

from tracker.errors import EmptyPage, UnreadablePage
from tracker.model import BlockKind, Format
from tracker.text.extract import extract
from tracker.text.version import read

if TYPE_CHECKING:
    from collections.abc import Sequence

KEEP = (
    "We keep server logs for thirty days and delete them afterwards, unless somebody attacked the service and we have "
    "to find out who it was."
)
ASK = "You may ask us at any time for a copy of your data, and we answer within one month without any fee at all."


def text(*pages: Sequence[Piece]) -> str:
    return extract(Format.PDF, pdf(*pages), None)


@pytest.fixture(autouse=True)
def _needs_pdfium() -> None:
    pytest.importorskip("pypdfium2", reason="the extra pdf is not installed")


def test_wrapped_lines_become_paragraphs_again() -> None:
    assert text([*paragraph(KEEP, 700), *paragraph(ASK, 650)]) == f"{KEEP}\n\n{ASK}\n"


def test_paragraphs_without_space_between_them_part_where_a_line_ends_early() -> None:
    lines = paragraph("It is short.", 700) + paragraph(KEEP, 688)

    assert text(lines) == f"It is short.\n\n{KEEP}\n"


def test_a_first_line_that_is_indented_begins_a_paragraph() -> None:
    lines = (
        "This paragraph ends where its lines",
        "end, at the very edge of the column.",
        "It is another one, since it begins",
    )
    page = [Set(line, MARGIN + (20 if number == 2 else 0), 700 - 12 * number) for number, line in enumerate(lines)]

    assert text([*page, Set("with a space.", MARGIN, 664)]) == (f"{lines[0]} {lines[1]}\n\n{lines[2]} with a space.\n")


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        (
            ("We may collect the infor-", "mation you give us, such", "information and the like"),
            "collect the information",
        ),
        (("We use the well-", "known and not so", "well-known kinds of"), "use the well-known and"),
        (("We sell to non-", "European firms as we do", "in all these years so"), "to non-European firms"),
    ],
)
def test_a_hyphen_at_the_end_of_a_line_goes_where_it_only_parts_a_word(lines: tuple[str, ...], expected: str) -> None:
    assert expected in text([Set(line, MARGIN, 700 - 12 * number) for number, line in enumerate(lines)])


def test_headings_are_told_by_size_and_weight() -> None:
    page = [
        *paragraph("Privacy Policy", 740, size=20),
        *paragraph("1. Storage", 700, size=14),
        *paragraph("Server logs", 670, is_bold=True),
        *paragraph(KEEP, 650),
        *paragraph("2. Rights", 600, size=14),
        *paragraph(ASK, 580),
    ]

    expected = f"# Privacy Policy\n\n## 1. Storage\n\n### Server logs\n\n{KEEP}\n\n## 2. Rights\n\n{ASK}\n"
    assert text(page) == expected
    assert [block.kind for block in read(expected).blocks] == [
        *[BlockKind.HEADING] * 3, BlockKind.PARAGRAPH, BlockKind.HEADING, BlockKind.PARAGRAPH,
    ]  # fmt: skip


def test_bullets_make_items_whether_they_are_letters_or_drawn() -> None:
    lead_in = Set("We store:", MARGIN, 712)
    letters = [
        Set(f"\u2022 {words}", MARGIN + 20, 700 - 12 * at) for at, words in enumerate(("your name", "your mail"))
    ]
    drawn: list[Piece] = []
    for at, words in enumerate(("your name", "your mail")):
        drawn += [Dot(MARGIN + 10, 702 - 12 * at), Set(words, MARGIN + 20, 700 - 12 * at)]

    expected = "We store:\n\n* your name\n* your mail\n"
    assert (text([lead_in, *letters]), text([lead_in, *drawn])) == (expected, expected)


def test_an_item_of_several_lines_is_one_and_items_stand_inside_one_another() -> None:
    page = [
        *paragraph(f"\u2022 {KEEP}", 700)[:1],
        *paragraph(KEEP[KEEP.index("afterwards") :], 688, left=MARGIN + 12),
        Set("\u2022 an inner item", MARGIN + 20, 660),
        Set("\u2022 an outer item", MARGIN, 648),
    ]

    assert text(page) == f"* {KEEP}\n    * an inner item\n* an outer item\n"


def test_running_headers_footers_and_page_numbers_are_no_part_of_the_document() -> None:
    words = [KEEP, ASK, "The third page says something else altogether."]
    pages: list[list[Piece]] = [
        [
            Set("Acme Inc. \u2013 Terms", MARGIN, 760, 8),
            *paragraph(each, 700),
            Set("Confidential", MARGIN, 40, 8),
            Set(f"Page {number} of 3", 300, 28, 8),
        ]
        for number, each in enumerate(words, 1)
    ]

    assert text(*pages) == "\n\n".join(words) + "\n"


def test_numbers_that_do_not_count_pages_stay() -> None:
    pages: list[list[Piece]] = [[Set(f"{amount} euros.", MARGIN, 700)] for amount in (3, 9, 27)]

    assert text(*pages) == "3 euros.\n\n9 euros.\n\n27 euros.\n"


def test_the_number_of_a_page_goes_with_the_title_beside_it() -> None:
    words = ("We ask.", "You answer.", "They listen.", "All agree.")
    pages: list[list[Piece]] = [
        [Set(f"On {each[:4]} {number}", MARGIN, 760), Set(each, MARGIN, 700)] for number, each in enumerate(words, 7)
    ]

    assert text(*pages) == "\n\n".join(words) + "\n"


def test_a_paragraph_goes_on_over_the_end_of_a_page() -> None:
    first, second = paragraph(KEEP, 100)[:2], paragraph(KEEP, 700)[2:]

    assert text(list(first), list(second)) == f"{KEEP}\n"


def test_links_are_kept() -> None:
    page: list[Piece] = [
        Set("See our privacy policy for more.", MARGIN, 700),
        Leads((MARGIN + 8 * 6, 697, MARGIN + 22 * 6, 710), "https://acme.example/privacy"),
    ]

    assert text(page) == "See our [privacy policy](https://acme.example/privacy) for more.\n"


def test_marks_of_markdown_are_words_in_a_pdf() -> None:
    assert text([Set("# No *heading* [1] _here_", MARGIN, 700)]) == "\\# No \\*heading\\* \\[1\\] \\_here\\_\n"


@pytest.mark.parametrize("named", list(Format))
def test_a_pdf_is_one_whatever_the_server_calls_it(named: Format) -> None:
    assert extract(named, pdf([Set("Words", MARGIN, 700)]), None) == "Words\n"


@pytest.mark.parametrize(
    ("body", "kind", "message"),
    [
        (pdf([]), EmptyPage, "a scanned PDF: no text in it"),
        (pdf([Set("- -", MARGIN, 700)]), EmptyPage, "the page has no words"),
        (encrypted_pdf(), UnreadablePage, "the PDF file is encrypted and asks for a password"),
        (b"%PDF-1.7", UnreadablePage, "the PDF file is broken: pdfium cannot open it"),
        (pdf([Set("Words", MARGIN, 700)])[:200], UnreadablePage, "the PDF file is broken: pdfium cannot open it"),
        (b"<html><p>Please log in</p></html>", UnreadablePage, "the PDF file is broken: pdfium cannot open it"),
        (b"", EmptyPage, "the page has no bytes"),
    ],
)
def test_a_pdf_without_text_says_why(body: bytes, kind: type[Exception], message: str) -> None:
    with pytest.raises(kind) as caught:
        extract(Format.PDF, body, None)

    assert str(caught.value) == message


def test_without_the_extra_the_page_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pypdfium2", None)

    with pytest.raises(UnreadablePage) as caught:
        text([Set("Words", MARGIN, 700)])

    assert "pip install 'policy-tracker[pdf]'" in str(caught.value)
