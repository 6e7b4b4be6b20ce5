"""From the bytes of a record to its canonical text, whatever the record is: HTML, Markdown, plain text or PDF."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from tracker.errors import EmptyPage, UnreadablePage
from tracker.model import Format
from tracker.text.html import canonical
from tracker.text.html_charset import characters

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tracker.model import Record
    from tracker.text.declaration import Page

_WORD = re.compile(r"[^\W_]")


def extract_record(record: Record, pages: Sequence[Page]) -> str:
    """Return the canonical text of a record; that of a document of several pages is theirs, one after the other.

    Args:
        record: What was stored.
        pages: What of each HTML page is the document, in the order of the pages; none means all of it.

    Raises:
        ExtractionError: one of the pages gives no text, so there is no whole document.
        DeclarationError: a declaration asks for what we cannot do.
    """
    first = extract(record.format, record.body, pages[0] if pages else None, charset=record.charset)
    if not record.more:
        return first
    rest = [
        extract(part.format, part.body, page, base_url=part.url, charset=part.charset)
        for part, page in zip(record.more, pages[1:], strict=False)
    ]
    return "\n".join((first, *rest))


def extract(
    record_format: Format,
    body: bytes,
    page: Page | None,
    *,
    base_url: str | None = None,
    charset: str | None = None,
) -> str:
    """Return the canonical text of a record.

    Args:
        record_format: What the bytes are.
        body: The bytes as received.
        page: What of an HTML page is the document; None means all of it. Other formats are taken whole.
        base_url: Where the page was found; relative links start there, or else at the address declared.
        charset: The charset that the server named.

    Raises:
        EmptyPage: there are no bytes, or no words.
        UnreadablePage: the bytes are no text.
        NoMatch: the declaration's selectors found nothing.
        DeclarationError: the declaration asks for what we cannot do.
    """
    if record_format is Format.PDF:
        raise UnreadablePage("PDF files are kept but not read")
    is_html = record_format is Format.HTML
    if page and is_html:
        page.require_supported()
    text = characters(body, charset, markup=is_html)
    if is_html:
        text = canonical(text, page, base_url)
    if not _WORD.search(text):
        raise EmptyPage("the page has no words" + (" where its declaration looks" if page else ""))
    return text
