"""What bytes give: text by charset, or the outcome that says why there is none."""

from __future__ import annotations

import pytest

from tracker.errors import DeclarationError, EmptyPage, NoMatch, UnreadablePage
from tracker.model import Format
from tracker.text.declaration import Page, Range
from tracker.text.extract import extract

URL = "https://example.org/terms"


def html(body: bytes | str, *select: str, charset: str | None = None) -> str:
    page = Page(URL, select) if select else None
    return extract(Format.HTML, body.encode() if isinstance(body, str) else body, page, charset=charset)


@pytest.mark.parametrize(
    ("body", "charset"),
    [
        ("<p>café “fine”</p>".encode(), None),
        ("\ufeff<p>café “fine”</p>".encode(), "iso-8859-1"),
        ("<p>café “fine”</p>".encode("cp1252"), "ISO-8859-1"),
        ("<p>café “fine”</p>".encode("cp1252"), None),
        ("<p>café “fine”</p>".encode("utf-16"), None),
        (b"<meta charset=latin1>" + "<p>café “fine”</p>".encode("cp1252"), None),
        (b"<meta charset=utf-16>" + "<p>café “fine”</p>".encode(), None),
        (
            b'<meta http-equiv="Content-Type" content="text/html; charset=x-nonsense">' + "<p>café “fine”</p>".encode(),
            None,
        ),
        ("<p>café “fine”</p>".encode(), "base64"),
    ],
)
def test_every_honest_charset_gives_the_same_words(body: bytes, charset: str | None) -> None:
    assert html(body, charset=charset) == "café “fine”\n"


def test_the_header_outranks_the_meta_element() -> None:
    body = b"<meta charset=windows-1252><p>" + "Привет".encode("koi8-r") + b"</p>"

    assert html(body, charset="koi8-r") == "Привет\n"


def test_chinese_pages_are_read_as_browsers_read_them() -> None:
    assert html("<p>服务条款㐂</p>".encode("gb18030"), charset="gb2312") == "服务条款㐂\n"


@pytest.mark.parametrize(
    "body",
    [
        b"%PDF-1.7 \x00\x01",
        b"\x89PNG\r\n\x1a\n",
        b"GIF89a",
        b"RIFF\x10\x00\x00\x00WEBPVP8 ",
        b"PK\x03\x04 word/document.xml",
        b"\x1f\x8b\x08",
        bytes(range(256)) * 20,
        "<p>words without a mark</p>".encode("utf-16-le"),
        b"\x00" * 400 + b"<p>words</p>",
    ],
)
@pytest.mark.parametrize("record_format", [Format.HTML, Format.MARKDOWN, Format.TEXT])
def test_bytes_that_are_no_text_are_refused(body: bytes, record_format: Format) -> None:
    with pytest.raises(UnreadablePage):
        extract(record_format, body, None)


def test_a_stray_zero_byte_does_not_make_a_page_unreadable() -> None:
    assert html(b"<p>one\x00 two</p>" + b"<p>filler</p>" * 50) == "one two\n" + "\nfiller\n" * 50


@pytest.mark.parametrize("body", [b"", b" \n\t ", b"<html><body> </body></html>", b"<p>- * -</p>", b"\xef\xbb\xbf"])
def test_a_page_without_words_is_empty(body: bytes) -> None:
    with pytest.raises(EmptyPage):
        html(body)


@pytest.mark.parametrize("record_format", [Format.MARKDOWN, Format.TEXT])
def test_other_texts_are_returned_as_they_are(record_format: Format) -> None:
    text = "# Title\n\nA line\nthat goes  on.  \n* item\n"

    assert extract(record_format, text.encode(), None) == text


def test_a_selector_without_match_is_named() -> None:
    with pytest.raises(NoMatch) as caught:
        html("<p>words</p>", ".terms", "#legal")

    assert caught.value.selectors == ".terms, #legal"


def test_the_missing_end_of_a_range_is_named() -> None:
    page = Page(URL, (Range("#start", "#end"),))

    with pytest.raises(NoMatch) as caught:
        extract(Format.HTML, b"<p id=start>words</p>", page)

    assert caught.value.selectors == "#end (an end of {startBefore: #start, endBefore: #end})"


def test_a_missing_part_to_remove_is_silent() -> None:
    page = Page(URL, remove=(".gone", Range("#start", "#gone"), Range("#gone", "#start")))

    assert extract(Format.HTML, b"<p id=start>words</p>", page) == "words\n"


def test_what_is_removed_cannot_be_selected() -> None:
    page = Page(URL, select=("p",), remove=("div",))

    with pytest.raises(NoMatch):
        extract(Format.HTML, b"<div><p>words</p></div>", page)


def test_a_selector_that_cannot_be_read_is_named() -> None:
    with pytest.raises(DeclarationError, match=r"p\[\["):
        html("<p>words</p>", "p[[")


def test_a_filter_of_somebody_else_is_refused() -> None:
    page = Page(URL, unsupported=("cleanUrls",), origin="Example.json: Terms of Service")

    with pytest.raises(DeclarationError, match=r"Example\.json: Terms of Service: filter cleanUrls"):
        extract(Format.HTML, b"<p>words</p>", page)


def test_declared_query_parameters_vanish_from_links() -> None:
    page = Page(URL, drop_query=("sig",))

    text = extract(Format.HTML, b'<a href="/a?sig=1&amp;page=2">words</a>', page)

    assert text == "[words](https://example.org/a?page=2)\n"


def test_links_start_where_the_page_was_found() -> None:
    text = extract(Format.HTML, b'<a href="b">words</a>', Page(URL), base_url="https://example.net/en/")

    assert text == "[words](https://example.net/en/b)\n"


def test_links_of_a_page_without_address_stay_as_they_are() -> None:
    assert html('<a href="#part">words</a>') == "[words](#part)\n"
