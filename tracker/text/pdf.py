"""From a PDF file to canonical text: lines become paragraphs, headings and items again, what frames every page goes."""

from __future__ import annotations

from tracker.text.pdf_frame import without_frame
from tracker.text.pdf_lines import lines_of
from tracker.text.pdf_paragraphs import Usual, paragraphs
from tracker.text.pdf_write import written


def pdf_text(body: bytes) -> str:
    """Return the canonical text of a PDF file.

    Raises:
        EmptyPage: it has no text.
        UnreadablePage: it is encrypted, broken, or nothing is installed that reads it.
    """
    pages = without_frame(lines_of(body))
    lines = [line for page in pages for line in page]
    if not lines:
        return ""
    usual = Usual.of(lines)
    return written(list(paragraphs(pages, usual)), usual)
