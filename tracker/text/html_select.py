"""Which parts of a parsed page are the document: what `select` and `remove` mean, as marks on nodes.

`select` and `remove` read as in Open Terms Archive, with two differences: what is chosen twice appears
once, and parts appear in the order of the page, not in that of the selectors.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from selectolax.lexbor import LexborHTMLParser, SelectolaxError

from tracker.errors import DeclarationError, NoMatch
from tracker.text.declaration import Range
from tracker.text.html_links import hidden_mail

if TYPE_CHECKING:
    from collections.abc import Iterable

    from selectolax.lexbor import LexborNode

    from tracker.text.declaration import Page, Selector

_SHOWN_OTHERWISE = "[hidden], [style*=display i], [data-cfemail]"
_DISPLAY = re.compile(r"(?:^|[;\s])display\s*:\s*([a-z-]+)")
_FLOWING = frozenset({"inline", "contents", "initial", "inherit", "unset", "revert"})


@dataclass(slots=True)
class Marks:
    """What happens at which node, by the node's identity; counts, because parts may overlap."""

    show_before: Counter[int] = field(default_factory=Counter)  # +1 begins a chosen part, -1 ends one
    show_after: Counter[int] = field(default_factory=Counter)
    cut_before: Counter[int] = field(default_factory=Counter)  # the same for removed parts
    cut_after: Counter[int] = field(default_factory=Counter)
    dropped: set[int] = field(default_factory=set)  # elements removed whole
    hidden: set[int] = field(default_factory=set)  # elements that a browser does not show
    blocks: set[int] = field(default_factory=set)  # elements styled to stand on lines of their own
    on_the_way: set[int] = field(default_factory=set)  # above any node marked here
    mails: dict[int, str] = field(default_factory=dict)  # elements that hide a mail address, and which
    all: set[int] = field(default_factory=set)


def marked(tree: LexborHTMLParser, page: Page | None) -> Marks:
    """Return the marks that a page's declaration puts on its tree.

    Removing comes first: what lies in a removed part cannot be selected.

    Raises:
        NoMatch: nothing is selected, or an end of a selected range is not there.
        DeclarationError: a selector cannot be read.
    """
    marks = Marks()
    for selector in page.remove if page else ():
        _remove(tree, selector, marks)
    selectors: tuple[Selector, ...] = (page.select if page else ()) or ("html",)
    if not sum(_select(tree, selector, marks) for selector in selectors):
        raise NoMatch(", ".join(str(selector) for selector in selectors))
    _mark_shown_otherwise(tree, marks)
    return _joined(marks)


def found(tree: LexborHTMLParser, selector: str) -> list[LexborNode]:
    """Return the elements that a CSS selector matches.

    Raises:
        DeclarationError: the selector cannot be read.
    """
    try:
        return tree.css(selector)
    except SelectolaxError as error:
        raise DeclarationError(f"the CSS selector {selector!r} cannot be read") from error


def check_selector(selector: str) -> None:
    """Raise DeclarationError when a CSS selector cannot be read."""
    found(LexborHTMLParser("<p>"), selector)


def _select(tree: LexborHTMLParser, selector: Selector, marks: Marks) -> bool:
    if isinstance(selector, Range):
        ends = _ends(tree, selector, marks.dropped)
        if isinstance(ends, str):
            raise NoMatch(f"{ends} (an end of {selector})")
        _mark_range(ends, selector, marks, (marks.show_before, marks.show_after))
        return True
    nodes = {node.mem_id: node for node in found(tree, selector) if not _below(node, marks.dropped)}
    for key, node in nodes.items():
        marks.show_before[key] += 1
        marks.show_after[key] -= 1
        _mark_way(node, marks)
    return bool(nodes)


def _remove(tree: LexborHTMLParser, selector: Selector, marks: Marks) -> None:
    if not isinstance(selector, Range):
        marks.dropped.update(node.mem_id for node in found(tree, selector))
        return
    ends = _ends(tree, selector, marks.dropped)
    if not isinstance(ends, str):
        _mark_range(ends, selector, marks, (marks.cut_before, marks.cut_after))


def _ends(tree: LexborHTMLParser, wanted: Range, dropped: set[int]) -> tuple[LexborNode, LexborNode] | str:
    """Return the elements at both ends of a range, or the selector of the end that is missing."""
    start = next((node for node in found(tree, wanted.start) if not _below(node, dropped)), None)
    end = next((node for node in found(tree, wanted.end) if not _below(node, dropped)), None)
    if start is None or end is None:
        return wanted.start if start is None else wanted.end
    return start, end


def _mark_range(
    ends: tuple[LexborNode, LexborNode], wanted: Range, marks: Marks, sides: tuple[Counter[int], Counter[int]]
) -> None:
    start, end = ends
    sides[wanted.after_start][start.mem_id] += 1
    sides[wanted.after_end][end.mem_id] -= 1
    _mark_way(start, marks)
    _mark_way(end, marks)


def _mark_way(node: LexborNode, marks: Marks) -> None:
    above = node.parent
    while above is not None and above.mem_id not in marks.on_the_way:
        marks.on_the_way.add(above.mem_id)
        above = above.parent


def _below(node: LexborNode, dropped: set[int]) -> bool:
    above: LexborNode | None = node
    while dropped and above is not None:
        if above.mem_id in dropped:
            return True
        above = above.parent
    return False


def _mark_shown_otherwise(tree: LexborHTMLParser, marks: Marks) -> None:
    """Mark what a browser hides, puts on lines of its own or deciphers."""
    opened_by_readers: set[str] | None = None
    for node in tree.css(_SHOWN_OTHERWISE):
        attributes = node.attributes
        display = _DISPLAY.search((attributes.get("style") or "").lower())
        if mail := hidden_mail(attributes.get("data-cfemail") or ""):
            marks.mails[node.mem_id] = mail
        elif (display and display[1] == "none") or attributes.get("hidden", "until-found") != "until-found":
            opened_by_readers = _opened_by_readers(tree) if opened_by_readers is None else opened_by_readers
            if attributes.get("role") != "tabpanel" and attributes.get("id") not in opened_by_readers:
                marks.hidden.add(node.mem_id)
        elif display and display[1] not in _FLOWING:
            marks.blocks.add(node.mem_id)


def _opened_by_readers(tree: LexborHTMLParser) -> set[str]:
    """Return the names of the parts that a button or link of the page opens, such as answers below questions."""
    found: set[str] = set()
    for node in tree.css('[aria-controls], [href^="#"], [data-target^="#"]'):
        for name in ("aria-controls", "href", "data-target"):
            found.add((node.attributes.get(name) or "").removeprefix("#"))
    return found - {""}


def _joined(marks: Marks) -> Marks:
    parts: tuple[Iterable[int], ...] = (
        marks.show_before, marks.show_after, marks.cut_before, marks.cut_after,
        marks.dropped, marks.hidden, marks.blocks, marks.mails, marks.on_the_way,
    )  # fmt: skip
    marks.all.update(*parts)
    return marks
