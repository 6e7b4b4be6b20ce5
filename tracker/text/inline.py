"""The words of one block: Markdown's inline marks taken away, link targets set apart, every piece with its place.

Reads what Open Terms Archive's converter writes and what our own HTML writer writes. Marks that do not pair up are
words: a lone bracket stays a bracket.
"""

from __future__ import annotations

import html
import re
from typing import TYPE_CHECKING, NamedTuple

from tracker.text.normalize import cloudflare_address

if TYPE_CHECKING:
    from collections.abc import Iterable

_BLANK = r"\t\n\v\f\r\x1c-\x1f\x85\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000"  # all blanks but the space
_MARK = re.compile(rf"[\\*_`\[\]!<&{_BLANK}\u200b-\u200f\u2060\ufeff\u00ad]")  # what a token can begin with
_ODD = re.compile(rf"[{_BLANK}\u200b-\u200f\u2060\ufeff\u00ad]")
_INVISIBLE = re.compile(r"[\u200b-\u200f\u2060\ufeff\u00ad]+")
_TOKEN = re.compile(
    r"""
    \\(?P<escaped>[!-/:-@\[-`{-~])
  | (?P<image>!\[[^\[\]\n]*\]\([^()\n]*(?:\([^()\n]*\)[^()\n]*)*\))
  | (?P<open>\[)
  | \]\((?P<target><[^<>\n]*>|[^()\s]*(?:\([^()\s]*\)[^()\s]*)*)(?:\s+"[^"\n]*")?\)
  | (?P<close>\])
  | (?P<stars>\*+)
  | (?P<under>(?<!\w)_+(?=\S)|(?<=\S)_+(?!\w))
  | (?P<tick>`+)
  | <(?P<address>(?:https?://|mailto:)[^<>\s]+)>
  | (?P<break><br\s*/?>)
  | (?P<tag></?[A-Za-z][^<>]*>)
  | (?P<entity>&(?:\#\d{1,7}|\#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});)
  | (?P<blank>\n[\s>]*|[^\S\n ]+)
  | (?P<nothing>[\u200b-\u200f\u2060\ufeff\u00ad]+)
    """,
    re.VERBOSE,
)

_LINK = re.compile(r"\[([^\[\]]*)\]\(([^()\s<>]+)(?:\s+\"[^\"\n]*\")?\)")
_LONE_STARS = re.compile(r"(?:^|\s)\*+(?:\s|$)")  # no mark of emphasis
_AS_WRITTEN = ("escaped", "address")
_AS_BLANK = ("break", "blank")


Piece = tuple[str, int, int]  # visible characters and where they stand in the block's source


class Inline(NamedTuple):
    """The visible text of a block and its link targets in order."""

    text: str
    links: tuple[str, ...]


def visible(raw: str) -> Inline:
    """Gives the words of a block's source as a reader sees them, blanks squeezed, and its link targets."""
    if _is_plain(raw):
        return Inline(raw, ())
    return _simple(raw) or _spelled(*pieces(raw))


def _spelled(found: Iterable[Piece], links: tuple[str, ...]) -> Inline:
    return Inline(" ".join("".join([text for text, _, _ in found]).split()), links)


def _simple(raw: str) -> Inline | None:
    """Gives the words of a source whose only marks are links and stars, as most have; None where there are others."""
    if "\\" in raw or "![" in raw or "email-protection" in raw or ("\n" in raw and ">" in raw):
        return None
    links: list[str] = []
    text = raw
    if "[" in raw:
        *cut, rest = _LINK.split(raw)
        for words, target in zip(cut[1::3], cut[2::3], strict=True):
            if words or target[0] != "#":
                links.append(target)
        text = "".join([*[one for k, one in enumerate(cut) if k % 3 < 2], rest])
    if "[" in text or "]" in text or "_" in text or "<" in text or "`" in text or "&" in text:
        return None
    if not text.isascii() and _INVISIBLE.search(text):
        return None
    if "*" in text:
        if _LONE_STARS.search(raw):
            return None
        text = text.replace("*", "")
    return Inline(" ".join(text.split()), tuple(links))


def _is_plain(raw: str) -> bool:
    """Tells whether a source has no marks at all (single tests of a character are far faster than one of a class)."""
    if "[" in raw or "]" in raw or "*" in raw or "\\" in raw or "_" in raw or "  " in raw or "\n" in raw:
        return False
    if "<" in raw or "`" in raw or "&" in raw or "\t" in raw or raw[:1] == " " or raw[-1:] == " ":
        return False
    return raw.isascii() or not _ODD.search(raw)


def offsets(raw: str) -> list[int]:
    """Gives, for each character of `visible(raw).text` and for its end, the place in `raw` it comes from."""
    places: list[int] = []
    characters: list[str] = []
    for text, start, end in pieces(raw)[0]:
        same = end - start == len(text)
        for k, character in enumerate(text):
            if character == " " and (not characters or characters[-1] == " "):
                continue
            characters.append(character)
            places.append(start + k if same else start)
    while characters and characters[-1] == " ":
        characters.pop()
        places.pop()
    places.append(len(raw.rstrip()))
    return places


def pieces(raw: str) -> tuple[list[Piece], tuple[str, ...]]:
    """Splits a block's source into visible pieces and link targets; marks are left out."""
    reader = _Reader(raw)
    at = 0
    mark = _MARK.search(raw)
    while mark:
        found = _TOKEN.match(raw, mark.start())
        if not found:
            mark = _MARK.search(raw, mark.end())
            continue
        start, end = found.span()
        if start > at:
            reader.out.append((raw[at:start], at, start))
        reader.take(found)
        at = end
        mark = _MARK.search(raw, end)
    if at < len(raw):
        reader.out.append((raw[at:], at, len(raw)))
    return reader.out, tuple(reader.links)


class _Reader:
    """Collects the pieces of one block; `opened` are the brackets that may turn out to open a link."""

    def __init__(self, raw: str) -> None:
        self.raw = raw
        self.out: list[Piece] = []
        self.links: list[str] = []
        self.opened: list[int] = []

    def take(self, found: re.Match[str]) -> None:
        """Reads one token; marks of emphasis, pictures and tags have no words."""
        group = found.lastgroup
        start, end = found.span()
        if group in _AS_WRITTEN:
            at, until = found.span(group)
            self.out.append((self.raw[at:until], at, until))
        elif group == "open":
            self.opened.append(len(self.out))
            self.out.append(("[", start, end))
        elif group == "target":
            self._close_link(found.group("target"), start, end)
        elif group == "close":
            if self.opened:
                self.opened.pop()
            self.out.append(("]", start, end))
        elif group in _AS_BLANK:
            self.out.append((" ", start, end))
        elif group == "entity":
            self.out.append((_character(found.group()), start, end))
        elif group == "stars" and not _is_mark(self.raw, start, end):
            self.out.append((found.group(), start, end))

    def _close_link(self, target: str, start: int, end: int) -> None:
        """Ends a link: its bracket vanishes and its target is kept; a hidden e-mail address becomes the words."""
        if not self.opened:
            self.out.append(("](" + target + ")", start, end))
            return
        first = self.opened.pop()
        _, bracket_start, bracket_end = self.out[first]
        self.out[first] = ("", bracket_start, bracket_end)
        target = target.strip("<>")
        address = cloudflare_address(target)
        if address:
            self.out[first + 1 :] = [(address, bracket_end, start)]
        if len(self.out) > first + 1 or not target.startswith("#"):
            self.links.append(target)


def _is_mark(raw: str, start: int, end: int) -> bool:
    """Tells whether a run of stars is a mark of emphasis: it touches a word on one side at least."""
    before = raw[start - 1] if start else " "
    after = raw[end] if end < len(raw) else " "
    return not (before.isspace() and after.isspace())


def _character(entity: str) -> str:
    """Gives what a character reference stands for: any blank as a space, zero-width characters as nothing."""
    text = html.unescape(entity)
    return " " if text.isspace() else "" if _INVISIBLE.fullmatch(text) else text
