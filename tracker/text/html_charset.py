"""From bytes to characters: what a page's bytes say in which charset, and whether they are text at all."""

from __future__ import annotations

import codecs
import re

from tracker.errors import EmptyPage, UnreadablePage

# The few labels that the encoding standard of the web reads differently from Python's codec of the same name.
_AS_BROWSERS_READ = {
    "iso8859-1": "cp1252",
    "ascii": "cp1252",
    "iso8859-9": "cp1254",
    "iso8859-11": "cp874",
    "tis-620": "cp874",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "shift_jis": "cp932",
    "euc_kr": "cp949",
    "johab": "cp949",
    "big5": "big5hkscs",
    "utf-7": "cp1252",
    "x-sjis": "cp932",
    "windows-31j": "cp932",
    "x-gbk": "gb18030",
    "ks_c_5601-1987": "cp949",
    "x-user-defined": "cp1252",
    "unicode": "utf-16-le",
}
_MARKS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))
_CHARSETS = ("ascii", "big5", "cp", "euc", "gb", "hz", "iso", "johab", "koi8", "mac", "shift", "tis", "utf")
_META = re.compile(rb"""<meta[^>]{0,400}?charset\s*=\s*["']?\s*([\w.:-]{2,40})""", re.IGNORECASE)
_META_WITHIN = 4096  # the standard looks at 1,024 bytes; real pages put scripts before their meta

_MAGIC = {
    b"%PDF-": "a PDF file",
    b"\x89PNG": "an image",
    b"\xff\xd8\xff": "an image",
    b"GIF8": "an image",
    b"PK\x03\x04": "a zip archive or office document",
    b"PK\x05\x06": "a zip archive",
    b"\x1f\x8b": "compressed bytes",
    b"\x28\xb5\x2f\xfd": "compressed bytes",
    b"\xd0\xcf\x11\xe0": "an office document",
    b"{\\rtf": "an RTF document",
    b"\x7fELF": "a program",
}
_BROKEN_SHARE = 0.005  # of the characters; real pages with a wrong byte here and there stay below it
_NO_TEXT = bytes({*range(0x20), 0x7F} - set(b"\t\n\v\f\r"))


def characters(body: bytes, charset: str | None, *, markup: bool) -> str:
    """Return the text the bytes stand for, by byte order mark, header, meta element, UTF-8 or windows-1252.

    Raises:
        EmptyPage: there are no bytes but white space.
        UnreadablePage: the bytes are no text, whatever the charset.
    """
    if not body.strip():
        raise EmptyPage("the page has no bytes" if not body else "the page is white space only")
    _refuse_other_formats(body)
    for mark, encoding in _MARKS:
        if body.startswith(mark):
            return _decoded_or_refused(body[len(mark) :], (encoding,))
    return _decoded_or_refused(body, _candidates(body, charset, markup=markup))


def _refuse_other_formats(body: bytes) -> None:
    start = body[:1024].lstrip()
    for magic, kind in _MAGIC.items():
        if start.startswith(magic):
            raise UnreadablePage(f"the bytes are {kind}, not a page or text")
    if start.startswith(b"RIFF") and start[8:12] == b"WEBP":
        raise UnreadablePage("the bytes are an image, not a page or text")


def _candidates(body: bytes, charset: str | None, *, markup: bool) -> tuple[str, ...]:
    named = [_codec(charset)] if charset else []
    if markup and (meta := _META.search(body, 0, _META_WITHIN)):
        from_meta = _codec(meta[1].decode("ascii", "replace"))
        # A meta element that could be read cannot be in UTF-16; browsers read such pages as UTF-8.
        named.append("utf-8" if from_meta and from_meta.startswith("utf-16") else from_meta)
    return tuple(dict.fromkeys([*(name for name in named if name), "utf-8", "cp1252"]))


def _codec(label: str) -> str | None:
    """Return the codec a browser would use for a charset label; None where there is no such charset."""
    plain = label.strip().strip("\"'").lower()
    if plain in _AS_BROWSERS_READ:
        return _AS_BROWSERS_READ[plain]
    try:
        name = codecs.lookup(plain).name
    except (LookupError, ValueError):
        return None
    if not name.startswith(_CHARSETS):
        return None  # base64, rot13 and their like are codecs, not charsets
    return _AS_BROWSERS_READ.get(name, name)


def _decoded_or_refused(body: bytes, candidates: tuple[str, ...]) -> str:
    for encoding in candidates:
        text = body.decode(encoding, "replace")
        if text.count("\ufffd") + _controls(body, text, encoding) <= len(text) * _BROKEN_SHARE:
            if "\r" in text:
                text = text.replace("\r\n", "\n").replace("\r", "\n")
            return text.replace("\x00", "") if "\x00" in text else text
    raise UnreadablePage(f"the bytes are no text in any of {', '.join(candidates)}")


def _controls(body: bytes, text: str, encoding: str) -> int:
    """Count the control characters that no text has."""
    if encoding.startswith("utf-16"):
        return sum(text.count(chr(each)) for each in _NO_TEXT)
    return len(body) - len(body.translate(None, _NO_TEXT))
