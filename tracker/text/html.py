"""The door to HTML: a page's markup in, canonical text out.

Lexbor builds the tree that a browser would build; this module walks it, never by recursion, and tells the
writer. Pages on which Lexbor would not come to an end are flattened by BeautifulSoup first (`html_flat`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urljoin

from selectolax.lexbor import LexborHTMLParser, LexborNode

from tracker.text.html_deep import overloaded
from tracker.text.html_select import Marks, marked
from tracker.text.html_words import NO_ATTRIBUTES
from tracker.text.html_write import WITH_ATTRIBUTES, Writer

if TYPE_CHECKING:
    from tracker.text.declaration import Page

# Elements whose content is no text of the page: programs, pictures, fields to fill in, what old browsers see.
_SILENT = frozenset((
    "script", "style", "noscript", "template", "head", "title", "svg", "iframe", "object", "video",
    "audio", "canvas", "select", "textarea", "datalist", "noframes", "noembed", "rp", "-comment",
    "-doctype", "!doctype",
))  # fmt: skip


def canonical(html: str, page: Page | None, base_url: str | None) -> str:
    """Return the canonical text of what a declaration chooses of a page; "" where that holds no words.

    Raises:
        NoMatch: the selectors found nothing.
        DeclarationError: a selector cannot be read.
    """
    if overloaded(html):
        from tracker.text.html_flat import flattened  # noqa: PLC0415 - importing bs4 takes longer than most replays

        html = flattened(html)
    tree = LexborHTMLParser(html)
    writer = Writer(_base(tree, base_url or (page.url if page else "")), page.drop_query if page else ())
    if tree.root is not None:
        _Walk(marked(tree, page), writer).over(tree.root)
    return writer.finished()


def _base(tree: LexborHTMLParser, address: str) -> str:
    """Return the address that relative links of the page start from."""
    element = tree.head.css_first("base[href]") if tree.head else None
    try:
        return urljoin(address, element.attributes["href"] or "") if element else address
    except ValueError:  # an address like http://[half
        return address


class _Walk:
    """One way through a tree, in the order of the page; tells the writer what is chosen and shown."""

    def __init__(self, marks: Marks, writer: Writer) -> None:
        self._marks = marks
        self._writer = writer
        self._shown = 0
        self._cut = 0
        self._visible = False

    def over(self, root: LexborNode) -> None:
        """Visit every node that can matter."""
        writer, marked = self._writer, self._marks.all
        opening, closing = writer.OPENING, writer.CLOSING
        opened: list[tuple[LexborNode, str, bool]] = []
        node: LexborNode | None = root
        while node is not None:
            tag = node.tag or ""
            if tag == "-text":
                if self._visible:
                    writer.text(node.text_content or "")
                following = node.next
            elif (
                self._enters(node, tag)
                if (is_marked := node.mem_id in marked)
                else self._visible and tag not in _SILENT
            ):
                if told := opening.get(tag):
                    told(writer, node.attributes if tag in WITH_ATTRIBUTES else NO_ATTRIBUTES)
                opened.append((node, tag, is_marked))
                following = node.child
            else:
                if tag == "li" and not self._shown:
                    writer.skip_item(node.attributes)
                following = node.next
            while following is None and opened:
                node, tag, is_marked = opened.pop()
                if told := closing.get(tag):
                    told(writer, NO_ATTRIBUTES)
                if is_marked:
                    self._leaves(node)
                following = node.next
            node = following

    def _enters(self, node: LexborNode, tag: str) -> bool:
        """Tell whether the content of a marked element matters, having done what its marks ask for."""
        marks = self._marks
        key = node.mem_id
        if key in marks.dropped:
            return False
        if key in marks.mails and self._visible:
            self._writer.link(marks.mails[key], f"mailto:{marks.mails[key]}")
            return False
        asked_for = key in marks.on_the_way or key in marks.show_before
        if not asked_for and (tag in _SILENT or (key in marks.hidden and self._visible)):
            return False
        self._turn(marks.show_before[key], marks.cut_before[key])
        if key in marks.blocks and self._visible:
            self._writer.boundary()
        if self._visible or asked_for:
            return True
        self._turn(marks.show_after[key], marks.cut_after[key])
        return False

    def _leaves(self, node: LexborNode) -> None:
        """Do what the marks of an element ask for at its end."""
        marks = self._marks
        key = node.mem_id
        if key in marks.blocks and self._visible:
            self._writer.boundary()
        self._turn(marks.show_after[key], marks.cut_after[key])

    def _turn(self, shown: int, cut: int) -> None:
        if shown or cut:
            if shown:
                self._writer.boundary()
            else:
                self._writer.gap()
            self._shown += shown
            self._cut += cut
            self._visible = self._shown > 0 and self._cut <= 0
