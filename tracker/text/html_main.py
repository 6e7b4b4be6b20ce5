"""Which part of a page nobody declared yet is its text: the smallest element that holds most of the words.

A guess for a person to look at. It goes by where words stand that are no links, and names an element by what sites
keep: the elements made for it, an id, a class that occurs once; never by a place in the tree.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from selectolax.lexbor import LexborHTMLParser

from tracker.text.html_deep import overloaded

if TYPE_CHECKING:
    from collections.abc import Iterator

    from selectolax.lexbor import LexborNode

_MOST = 0.75  # of the words, which the element has to hold
_LINKS = 0.5  # of its letters, from which an element is a list of links
_ALIKE = 1.03  # elements that hold hardly more than another are taken for the same
_SILENT = frozenset(
    {"script", "style", "noscript", "template", "svg", "iframe", "select", "textarea", "button", "form"}
)
_FURNITURE = "nav, footer, aside, header, [role=navigation], [role=banner], [role=contentinfo], [hidden]"
_PLAIN = re.compile(r"[A-Za-z][A-Za-z_-]{1,38}[A-Za-z]")  # digits stand in names that a program made up
_MADE_UP = re.compile(r"^(?:css|sc|jsx|jss|chakra|emotion|astro|svelte)-|[bcdfghjklmnpqrstvwxz]{6}", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Main:
    """The element that seems to be the text of a page."""

    selector: str
    share: float  # of the letters of the page that stand in it


class _Weight(NamedTuple):
    """How many letters an element holds: outside links, and inside."""

    words: int
    links: int


def main_part(html: str) -> Main | None:
    """Guess which element of a page is its text; None where no element stands out that has a lasting name."""
    if overloaded(html):
        return None
    tree = LexborHTMLParser(html)
    if tree.body is None:
        return None
    furniture = {node.mem_id for node in tree.css(_FURNITURE) if not _holds_text(node)}
    weights = _weigh(tree.body, furniture)
    total = weights[tree.body.mem_id].words
    if not total:
        return None
    found = [(weights[node.mem_id], node) for node in _nodes(tree.body) if node.mem_id in weights]
    wide = [(weight, node) for weight, node in found if weight.words >= _MOST * total and _is_text(weight)]
    smallest = min((sum(weight) for weight, _ in wide), default=0)
    named = [(weight, name) for weight, node in wide if (name := _name(tree, node))]
    near = [(rank, sum(weight), name, weight) for weight, (rank, name) in named if sum(weight) <= smallest * _ALIKE]
    if not near:
        near = [(0, sum(weight), name, weight) for weight, (_, name) in named]
    if not near:
        return None
    _, _, selector, weight = min(near, key=lambda one: one[:2])
    return Main(selector, weight.words / total)


def _holds_text(node: LexborNode) -> bool:
    """Tell whether furniture is no furniture, because a site put its text into it."""
    return node.css_first("main, article, [role=main]") is not None


def _is_text(weight: _Weight) -> bool:
    return weight.links < _LINKS * (weight.words + weight.links)


def _nodes(body: LexborNode) -> Iterator[LexborNode]:
    yield body
    yield from body.css("main, article, section, div, td, [role=main]")


def _weigh(body: LexborNode, furniture: set[int]) -> dict[int, _Weight]:
    """Count the letters below every element, without recursion."""
    weights: dict[int, _Weight] = {}
    opened: list[tuple[LexborNode, bool, list[int]]] = [(body, False, [0, 0])]
    node = body.child
    while opened:
        if node is not None and (node.tag == "-text" or node.tag in _SILENT or node.mem_id in furniture):
            if node.tag == "-text":
                opened[-1][2][opened[-1][1]] += len("".join((node.text_content or "").split()))
            node = node.next
        elif node is not None:
            opened.append((node, opened[-1][1] or node.tag == "a", [0, 0]))
            node = node.child
        else:
            done, _, (words, links) = opened.pop()
            weights[done.mem_id] = _Weight(words, links)
            if opened:
                opened[-1][2][0] += words
                opened[-1][2][1] += links
                node = done.next
    return weights


def _name(tree: LexborHTMLParser, node: LexborNode) -> tuple[int, str] | None:
    """Give a selector that means this element alone, and how much it can be relied on: least first."""
    attributes = node.attributes
    names = [(0, node.tag or "")] if node.tag in ("main", "article") else []
    if attributes.get("role") == "main":
        names.append((1, "[role=main]"))
    if _lasts(identifier := attributes.get("id") or ""):
        names.append((2, f"#{identifier}"))
    names += [(3, f".{one}") for one in (attributes.get("class") or "").split() if _lasts(one)]
    names += [(4, "body")] if node.tag == "body" else []
    return next((one for one in names if len(tree.css(one[1])) == 1), None)


def _lasts(name: str) -> bool:
    return bool(_PLAIN.fullmatch(name)) and not _MADE_UP.search(name)
