"""Words inside one block: white space, emphasis, links and escaping."""

from __future__ import annotations

import re

# Characters that show nothing and join nothing: blanks and hyphens of no width, marks of direction. The
# zero-width joiner and non-joiner stay: they shape letters.
INVISIBLE = re.compile("[\u200b\u200e\u200f\u2060\ufeff\u00ad]")
_MARKUP = re.compile(r"[\\*_\[\]|<>`]")
_ESCAPED = {ord(sign): f"\\{sign}" for sign in "\\*_[]|<>`"}
_LINE_START = re.compile(r"[#+\-:=]|(?P<number>\d{1,9})(?=[.)](?:\s|$))")
_STARTERS = frozenset("#+-:=0123456789")

Look = tuple[str, bool, bool]  # where the words lead, whether they are bold, whether emphasised
Run = tuple[str, Look]  # plain tuples: a page has thousands of them
PLAIN: Look = ("", False, False)
BREAK: Run = ("\n", ("", False, False))  # told apart by identity
GAP: Run = (" ", PLAIN)


def paragraphs(runs: list[Run]) -> list[list[str]]:
    """Return the lines of each paragraph: one break ends a line, two or more end the paragraph."""
    found: list[list[str]] = []
    lines: list[str] = []
    start = 0
    breaks = 2
    for end in [*(at for at, run in enumerate(runs) if run is BREAK), len(runs)]:
        words = line(runs[start:end])
        start = end + 1
        if words:
            if breaks > 1 and lines:
                found.append(lines)
                lines = []
            lines.append(words)
            breaks = 0
        breaks += 1
    return [*found, lines] if lines else found


def starting_a_line(words: str) -> str:
    """Escape what Markdown would read as a heading, list or rule at the start of a line."""
    hit = _LINE_START.match(words) if words[0] in _STARTERS else None
    if not hit:
        return words
    number = hit["number"] or ""
    return f"{number}\\{words[len(number) :]}"


def line(runs: list[Run]) -> str:
    """Return runs without breaks as one line of Markdown."""
    parts: list[str] = []
    look = PLAIN
    gap = False
    for text, wanted in runs:
        words = text.split()
        if not words:
            gap = gap or bool(text)
            continue
        if wanted is not look and wanted != look:
            gap = gap or text[0].isspace() or bool(look[0] and wanted[0] and look[0] != wanted[0])
            _switch(parts, look, wanted, gap=gap and bool(parts))
            look = wanted
        elif parts and (gap or text[0].isspace()):
            parts.append(" ")
        plain = " ".join(words)
        parts.append(plain.translate(_ESCAPED) if _MARKUP.search(plain) else plain)
        gap = text[-1].isspace()
    if look is not PLAIN:
        _switch(parts, look, PLAIN, gap=False)
    return "".join(parts)


def _switch(parts: list[str], old: Look, new: Look, *, gap: bool) -> None:
    """Close the marks that end and open those that begin; a link holds bold, bold holds emphasis."""
    same = 0
    while same < 3 and old[same] == new[same]:
        same += 1
    for at in (2, 1, 0):
        if at >= same and old[at]:
            parts.append(f"]({old[0]})" if at == 0 else "**" if at == 1 else "_")
    if gap:
        parts.append(" ")
    for at in (0, 1, 2):
        if at >= same and new[at]:
            parts.append("[" if at == 0 else "**" if at == 1 else "_")
