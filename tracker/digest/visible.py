"""Text of strangers, made safe to show: it cannot steer a terminal or turn the order of words around."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

# Controls (C0 and C1), marks and overrides of direction, line separators, invisible blanks, tag characters,
# halves of surrogate pairs, and what is no character at all (XML refuses it). Joiners stay: several scripts are
# written with them.
_UNSAFE = re.compile(
    "[\x00-\x1f\x7f-\x9f\u00ad\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb"
    "\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff\U000e0000-\U000e007f]"
)
_NOT_IN_ADDRESSES = re.compile(r"[\s<>\"\\^`{|}]")
_LONGEST_ADDRESS = 2000


def visible(text: str) -> str:
    """Give the text with every character that would act instead of being read written out."""
    return _UNSAFE.sub(_written_out, text)


def _written_out(found: re.Match[str]) -> str:
    code = ord(found[0])
    if found[0] in "\t\n":
        return " "
    if code < 0x20:
        return chr(0x2400 + code)
    return "\ufffd" if 0xD800 <= code <= 0xDFFF else f"<U+{code:04X}>"


def brief(text: str, most: int) -> str:
    """Give a text safe to show on one line, of so many characters at most; cut between words where it is too long."""
    shown = " ".join(visible(text[: 4 * most]).split())
    if len(shown) <= most and len(text) <= 4 * most:
        return shown
    cut = shown[: most - 1]
    space = cut.rfind(" ", most // 2)
    return (cut if space < 0 else cut[:space]).rstrip() + "\u2026"


def web_address(url: str | None) -> str | None:
    """Give an address a link may lead to, wherever it is written; None for anything but a page of the web."""
    if url is None or len(url) > _LONGEST_ADDRESS or _UNSAFE.search(url) or _NOT_IN_ADDRESSES.search(url):
        return None
    try:
        parts = urlsplit(url)
    except ValueError:
        return None
    return url if parts.scheme in {"http", "https"} and parts.netloc else None
