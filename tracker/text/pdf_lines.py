"""The door to PDF: the printed lines of each page, with where they stand, how large they are and where they lead.

pdfium reads the pages. It gives characters in the order in which the file draws them, which is the order of reading
in what word processors and browsers write.
"""

from __future__ import annotations

import ctypes
import math
import statistics
import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from tracker.errors import EmptyPage, UnreadablePage

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pypdfium2

_WANTS_PASSWORD = 4  # FPDF_ERR_PASSWORD
_UNKNOWN_SECURITY = 5  # FPDF_ERR_SECURITY
_HYPHENS = (0x02, 0xFFFE)  # what pdfium writes for a hyphen at the end of a line, in place of hyphen and line end
_LINE_ENDS = (0x0A, 0x0D)
_BOLD_WEIGHT = 600
_BOLD_NAMES = ("bold", "black", "heavy")
_DOT = (1.5, 8.0)  # points: the size of a bullet that is drawn
_NEAR = 24.0  # points between it and its words
_LINK_TO_ADDRESS = 3  # PDFACTION_URI
_LONGEST_NAME = 256
_LONGEST_ADDRESS = 4096
_ONE_AT_A_TIME = threading.Lock()  # pdfium serves one caller at a time

Words = tuple[str, str]  # and the address they lead to; "" where they lead nowhere


@dataclass(frozen=True, slots=True)
class Line:
    """One printed line; lengths in points, heights from the upper edge of the page."""

    page: int
    words: tuple[Words, ...]
    left: float
    right: float
    first_word: float  # its width
    base: float
    size: float
    is_bold: bool
    is_hyphenated: bool  # a hyphen ended it, which is none of its letters
    has_bullet: bool = False  # one that is drawn stands before it; one that is a letter is among the words

    @property
    def text(self) -> str:
        """The words of the line."""
        return "".join(words for words, _ in self.words)


class _Character(NamedTuple):
    at: int  # index on the page of text
    letter: str


class _Area(NamedTuple):
    left: float
    right: float
    bottom: float
    top: float
    address: str = ""


def lines_of(body: bytes) -> list[list[Line]]:
    """Give the lines of every page of a PDF file.

    Raises:
        EmptyPage: it has no text; its pages are pictures.
        UnreadablePage: it is encrypted, broken, or nothing is installed that reads it.
    """
    try:
        import pypdfium2  # noqa: PLC0415  an extra: not everybody watches PDF files
    except ModuleNotFoundError as missing:
        raise UnreadablePage(
            "PDF files are read by an extra that is not installed: pip install 'policy-tracker[pdf]'"
        ) from missing
    with _ONE_AT_A_TIME:
        try:
            document = pypdfium2.PdfDocument(body)
        except pypdfium2.PdfiumError as broken:
            raise UnreadablePage(_why(broken)) from broken
        try:
            pages = [_lines(document, number) for number in range(len(document))]
        except pypdfium2.PdfiumError as broken:
            raise UnreadablePage(f"the PDF file is broken: {broken}") from broken
        finally:
            document.close()
    if not any(pages):
        raise EmptyPage("a scanned PDF: no text in it")
    return pages


def _why(error: pypdfium2.PdfiumError) -> str:
    if error.err_code in (_WANTS_PASSWORD, _UNKNOWN_SECURITY):
        return "the PDF file is encrypted and asks for a password"
    return "the PDF file is broken: pdfium cannot open it"


def _lines(document: pypdfium2.PdfDocument, number: int) -> list[Line]:
    page = document[number]
    text = page.get_textpage()
    try:
        reader = _PageReader(number, page.get_height(), text.raw, _links(document, page), _dots(page))
        return [line for line in map(reader.line, reader.runs()) if line]
    finally:
        text.close()
        page.close()


class _PageReader:
    """Reads the characters of one page into lines."""

    def __init__(self, number: int, height: float, text: object, links: list[_Area], dots: list[_Area]) -> None:
        import pypdfium2.raw as pdfium  # noqa: PLC0415  see above

        self._pdfium = pdfium
        self._number = number
        self._height = height
        self._text = text
        self._links = links
        self._dots = dots
        self._x, self._y = ctypes.c_double(), ctypes.c_double()
        self._box = pdfium.FS_RECTF()
        self._matrix = pdfium.FS_MATRIX()
        self._name = ctypes.create_string_buffer(_LONGEST_NAME)
        self._flags = ctypes.c_int()

    def runs(self) -> Iterator[tuple[list[_Character], bool]]:
        """Give the characters of each line, and whether a hyphen ends it."""
        unicode_of, text = self._pdfium.FPDFText_GetUnicode, self._text
        run: list[_Character] = []
        half = ""
        for at in range(self._pdfium.FPDFText_CountChars(text)):
            code = unicode_of(text, at)
            if code in _LINE_ENDS or code in _HYPHENS:
                yield run, code in _HYPHENS
                run = []
                continue
            letter, half = _letter(half, code)
            if letter:
                run.append(_Character(at, letter))
        yield run, False

    def line(self, found: tuple[list[_Character], bool]) -> Line | None:
        """Make a line of characters; None where they show nothing."""
        run, is_hyphenated = found
        shown = [each for each in run if not each.letter.isspace()]
        if not shown:
            return None
        first = shown[0]
        left, base = self._origin(first)
        end_of_word = next((i for i, each in enumerate(run) if each.at > first.at and each.letter.isspace()), len(run))
        samples = [shown[len(shown) * eighth // 8] for eighth in range(8)]
        return Line(
            page=self._number,
            words=self._words(run[run.index(first) : run.index(shown[-1]) + 1], base),
            left=left,
            right=self._right(shown[-1]),
            first_word=self._right(run[end_of_word - 1]) - left,
            base=base,
            size=statistics.mode(map(self._size, samples)),
            is_bold=all(self._is_bold(each) for each in samples),
            is_hyphenated=is_hyphenated,
            has_bullet=any(_stands_before(dot, left, base) for dot in self._dots),
        )

    def _origin(self, character: _Character) -> tuple[float, float]:
        """Tell where a character begins: from the left edge of the page, and its base line from the upper one."""
        self._pdfium.FPDFText_GetCharOrigin(self._text, character.at, self._x, self._y)
        return self._x.value, self._height - self._y.value

    def _right(self, character: _Character) -> float:
        self._pdfium.FPDFText_GetLooseCharBox(self._text, character.at, self._box)
        return float(self._box.right)

    def _size(self, character: _Character) -> float:
        self._pdfium.FPDFText_GetMatrix(self._text, character.at, self._matrix)
        scale = math.hypot(self._matrix.c, self._matrix.d)
        return round(2 * scale * float(self._pdfium.FPDFText_GetFontSize(self._text, character.at))) / 2

    def _is_bold(self, character: _Character) -> bool:
        pdfium = self._pdfium
        if pdfium.FPDFText_GetFontWeight(self._text, character.at) >= _BOLD_WEIGHT:
            return True
        pdfium.FPDFText_GetFontInfo(self._text, character.at, self._name, _LONGEST_NAME, self._flags)
        return any(name in self._name.value.decode("utf-8", "replace").lower() for name in _BOLD_NAMES)

    def _words(self, run: list[_Character], base: float) -> tuple[Words, ...]:
        """Part a line where links begin and end."""
        links = [link for link in self._links if link.top - 1 <= base <= link.bottom + 1]
        if not links:
            return (("".join(each.letter for each in run), ""),)
        parts: list[tuple[list[str], str]] = []
        for each in run:
            left, _ = self._origin(each)
            address = next((link.address for link in links if link.left - 1 <= left < link.right - 1), "")
            if not parts or parts[-1][1] != address:
                parts.append(([], address))
            parts[-1][0].append(each.letter)
        return tuple(("".join(letters), address) for letters, address in parts)


def _stands_before(dot: _Area, left: float, base: float) -> bool:
    """Tell whether a dot stands where the bullet of a line would stand."""
    return 1 < left - dot.right < _NEAR and -_NEAR / 2 < dot.bottom - base < 1


def _letter(half: str, code: int) -> tuple[str, str]:
    """Make a letter of a code: what can be shown, and the first half of a pair that waits for its second."""
    if 0xD800 <= code < 0xDC00:
        return "", chr(code)
    if half and 0xDC00 <= code < 0xE000:
        return (half + chr(code)).encode("utf-16", "surrogatepass").decode("utf-16"), ""
    if code < 0x20 or 0xD800 <= code < 0xE000:
        return "", ""
    return chr(code), ""


def _links(document: pypdfium2.PdfDocument, page: pypdfium2.PdfPage) -> list[_Area]:
    """Give the areas of a page that lead to an address."""
    import pypdfium2.raw as pdfium  # noqa: PLC0415  see above

    found: list[_Area] = []
    at, link, box = ctypes.c_int(0), pdfium.FPDF_LINK(), pdfium.FS_RECTF()
    address = ctypes.create_string_buffer(_LONGEST_ADDRESS)
    height = page.get_height()
    while pdfium.FPDFLink_Enumerate(page.raw, at, link):
        action = pdfium.FPDFLink_GetAction(link)
        if not action or pdfium.FPDFAction_GetType(action) != _LINK_TO_ADDRESS:
            continue
        length = pdfium.FPDFAction_GetURIPath(document.raw, action, address, _LONGEST_ADDRESS)
        if 0 < length <= _LONGEST_ADDRESS and pdfium.FPDFLink_GetAnnotRect(link, box):
            words = address.raw[: length - 1].decode("utf-8", "replace")
            found.append(_Area(box.left, box.right, height - box.bottom, height - box.top, words))
    return found


def _dots(page: pypdfium2.PdfPage) -> list[_Area]:
    """Give what a page draws that has the size of a bullet; browsers draw theirs."""
    import pypdfium2.raw as pdfium  # noqa: PLC0415  see above

    found: list[_Area] = []
    left, bottom, right, top = (ctypes.c_float() for _ in range(4))
    least, most = _DOT
    height = page.get_height()
    for number in range(pdfium.FPDFPage_CountObjects(page.raw)):
        drawn = pdfium.FPDFPage_GetObject(page.raw, number)
        if pdfium.FPDFPageObj_GetType(drawn) != pdfium.FPDF_PAGEOBJ_PATH:
            continue
        if pdfium.FPDFPageObj_GetBounds(drawn, left, bottom, right, top):
            across, up = right.value - left.value, top.value - bottom.value
            if least <= across <= most and least <= up <= most:
                found.append(_Area(left.value, right.value, height - bottom.value, height - top.value))
    return found
