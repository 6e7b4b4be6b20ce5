"""Writes small PDF files for tests: lines of text set in Courier, whose letters are all equally wide."""

from __future__ import annotations

import textwrap
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

WIDTH, HEIGHT = 612, 792
MARGIN = 72
LEADING = 1.2  # of the size
FONTS = ("Courier", "Courier-Bold")


@dataclass(frozen=True)
class Set:
    """Words set in one line."""

    words: str
    x: float
    y: float  # from the lower edge
    size: float = 10
    is_bold: bool = False


@dataclass(frozen=True)
class Leads:
    """An area that leads to an address."""

    box: tuple[float, float, float, float]
    address: str


@dataclass(frozen=True)
class Dot:
    """A bullet that is drawn."""

    x: float
    y: float


Piece = Set | Leads | Dot


def paragraph(
    words: str, top: float, *, characters: int = 60, left: float = MARGIN, size: float = 10, is_bold: bool = False
) -> list[Piece]:
    """Set words in lines of so many characters."""
    lines = textwrap.wrap(words, characters, break_on_hyphens=True)
    return [Set(line, left, top - LEADING * size * number, size, is_bold) for number, line in enumerate(lines)]


def pdf(*pages: Sequence[Piece], trailer: str = "") -> bytes:
    """Give the bytes of a PDF file."""
    objects = [b"<</Type/Catalog/Pages 2 0 R>>", b""]
    for font in FONTS:
        objects.append(f"<</Type/Font/Subtype/Type1/BaseFont/{font}/Encoding/WinAnsiEncoding>>".encode())
    kids = []
    for page in pages:
        links = [_link(piece) for piece in page if isinstance(piece, Leads)]
        content = b"\n".join(map(_drawn, page))
        objects.append(b"<</Length %d>>stream\n%s\nendstream" % (len(content), content))
        objects.append(
            f"<</Type/Page/Parent 2 0 R/MediaBox[0 0 {WIDTH} {HEIGHT}]/Contents {len(objects)} 0 R"
            f"/Resources<</Font<</F0 3 0 R/F1 4 0 R>>>>/Annots[{' '.join(links)}]>>".encode()
        )
        kids.append(f"{len(objects)} 0 R")
    objects[1] = f"<</Type/Pages/Count {len(kids)}/Kids[{' '.join(kids)}]>>".encode()
    return _file(objects, trailer)


def encrypted_pdf() -> bytes:
    """Give a PDF file that no empty password opens."""
    keys = f"/O<{'5a' * 32}>/U<{'a5' * 32}>"
    return pdf(
        [Set("Secret", MARGIN, 700)],
        trailer=f"/Encrypt<</Filter/Standard/V 1/R 2/P -4{keys}>>/ID[<{'00' * 16}><{'00' * 16}>]",
    )


def _drawn(piece: Piece) -> bytes:
    if isinstance(piece, Leads):
        return b""
    if isinstance(piece, Dot):
        return f"{piece.x} {piece.y} 4 4 re f".encode()
    words = piece.words.encode("cp1252").replace(b"\\", b"\\\\").replace(b"(", b"\\(").replace(b")", b"\\)")
    return f"BT /F{int(piece.is_bold)} {piece.size} Tf {piece.x} {piece.y} Td (".encode() + words + b") Tj ET"


def _link(piece: Leads) -> str:
    box = " ".join(map(str, piece.box))
    return f"<</Type/Annot/Subtype/Link/Rect[{box}]/A<</S/URI/URI({piece.address})>>>>"


def _file(objects: list[bytes], trailer: str) -> bytes:
    written = b"%PDF-1.7\n"
    places = []
    for number, each in enumerate(objects, 1):
        places.append(b"%010d 00000 n \n" % len(written))
        written += b"%d 0 obj\n%s\nendobj\n" % (number, each)
    count = len(objects) + 1
    table = b"xref\n0 %d\n0000000000 65535 f \n%s" % (count, b"".join(places))
    end = f"trailer<</Size {count}/Root 1 0 R{trailer}>>\nstartxref\n{len(written)}\n%%EOF".encode()
    return written + table + end
