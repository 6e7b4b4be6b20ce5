"""Words inside one block: white space, emphasis, links and escaping."""

from __future__ import annotations

import re
from typing import NamedTuple

# Characters that show nothing and join nothing. The zero-width joiner and non-joiner stay: they shape letters.
_INVISIBLE = re.compile("[\u200b\u2060\ufeff\u00ad]")
_MARKUP = re.compile(r"[\\*_\[\]|<>`]")
_LINE_START = re.compile(r"[#+\-:=]|(?P<number>\d{1,9})(?=[.)](?:\s|$))")


class Run(NamedTuple):
    """Characters that look alike: same link, same emphasis."""

    text: str
    href: str = ""
    bold: bool = False
    emphasis: bool = False


BREAK = Run("\n")  # told apart by identity
GAP = Run(" ")

_Look = tuple[str, bool, bool]
_PLAIN: _Look = ("", False, False)


def paragraphs(runs: list[Run]) -> list[list[str]]:
    """Return the lines of each paragraph: one break ends a line, two or more end the paragraph."""
    if BREAK not in runs:
        line = _line(runs)
        return [[line]] if line else []
    found: list[list[str]] = []
    lines: list[str] = []
    start = 0
    breaks = 2
    for end in [*(at for at, run in enumerate(runs) if run is BREAK), len(runs)]:
        line = _line(runs[start:end])
        start = end + 1
        if line:
            if breaks > 1 and lines:
                found.append(lines)
                lines = []
            lines.append(line)
            breaks = 0
        breaks += 1
    return [*found, lines] if lines else found


def starting_a_line(line: str) -> str:
    """Escape what Markdown would read as a heading, list or rule at the start of a line."""
    hit = _LINE_START.match(line)
    if not hit:
        return line
    number = hit["number"] or ""
    return f"{number}\\{line[len(number) :]}"


def _line(runs: list[Run]) -> str:
    parts: list[str] = []
    look = _PLAIN
    gap = False
    for run in runs:
        text = run.text if run.text.isascii() else _INVISIBLE.sub("", run.text)
        words = text.split()
        if not words:
            gap = gap or bool(text)
            continue
        wanted: _Look = run[1:]
        gap = gap or text[0].isspace() or (look[0] != wanted[0] and "" not in (look[0], wanted[0]))
        if wanted == look:
            if gap and parts:
                parts.append(" ")
        else:
            _switch(parts, look, wanted, gap=gap and bool(parts))
            look = wanted
        parts.append(_MARKUP.sub(r"\\\g<0>", " ".join(words)))
        gap = text[-1].isspace()
    if look is not _PLAIN:
        _switch(parts, look, _PLAIN, gap=False)
    return "".join(parts)


def _switch(parts: list[str], old: _Look, new: _Look, *, gap: bool) -> None:
    """Close the marks that end and open those that begin; a link holds bold, bold holds emphasis."""
    same = 0
    while same < 3 and old[same] == new[same]:  # noqa: PLR2004
        same += 1
    for at in (2, 1, 0):
        if at >= same and old[at]:
            parts.append(f"]({old[0]})" if at == 0 else "**" if at == 1 else "_")
    if gap:
        parts.append(" ")
    for at in (0, 1, 2):
        if at >= same and new[at]:
            parts.append("[" if at == 0 else "**" if at == 1 else "_")
