"""From the bytes of a record to its canonical text, whatever the record is: HTML, Markdown, plain text or PDF."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from tracker.errors import EmptyPage, UnreadablePage
from tracker.model import Format, Part
from tracker.text.html import canonical
from tracker.text.html_charset import characters
from tracker.text.pdf import pdf_text

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
    if not record.more:  # a record that holds one page shows the first of those declared
        return extract(record.format, record.body, pages[0] if pages else None, charset=record.charset)
    parts = (Part(record.format, record.body, charset=record.charset), *record.more)
    if pages and len(pages) != len(parts):
        raise UnreadablePage(f"the document is declared as {len(pages)} pages, and {len(parts)} of them are here")
    texts = []
    for number, part in enumerate(parts):
        try:
            page = pages[number] if pages else None
            texts.append(extract(part.format, part.body, page, base_url=part.url, charset=part.charset))
        except (EmptyPage, UnreadablePage) as error:
            raise type(error)(f"page {number + 1} of {len(parts)}: {error}") from error
    return "\n".join(texts)


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
        UnreadablePage: the bytes are no text, or a PDF file that cannot be read.
        NoMatch: the declaration's selectors found nothing.
        DeclarationError: the declaration asks for what we cannot do.
    """
    is_html = record_format is Format.HTML
    if page and is_html:
        page.require_supported()
    if body.strip() and _is_pdf(record_format, body):
        text = pdf_text(body)
    else:
        text = characters(body, charset, markup=is_html)
        if is_html:
            text = canonical(text, page, base_url)
    if not _WORD.search(text):
        raise EmptyPage("the page has no words" + (" where its declaration looks" if page else ""))
    return text


def _is_pdf(record_format: Format, body: bytes) -> bool:
    """Tell whether bytes are a PDF file, whatever the server calls them."""
    return record_format is Format.PDF or body[:1024].lstrip().startswith(b"%PDF-")
