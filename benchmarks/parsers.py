"""Measures HTML parsers on real and hostile pages: speed, robustness, and whether they see the same words.

    python benchmarks/parsers.py HISTORY.git [PAGES]

HISTORY.git is a git repository of `.html` files. Parsers that are not installed say so. Every parser runs in
a process of its own, hostile pages in one each, with 10 seconds of processor time and 2 GB of memory.

Columns: milliseconds a page for parsing alone, and for parsing and reading all visible words; how many times
as fast as BeautifulSoup with lxml that is; pages whose words are those of html5lib, which builds the tree as
the HTML standard says; then, for each hostile page, seconds, or what went wrong. The last row is our whole way
from bytes to canonical text, of whole pages without a declaration.
"""

from __future__ import annotations

import hashlib
import re
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from functools import partial
from importlib import import_module
from typing import Any, TypeVar

import msgspec

from tracker.model import Format
from tracker.text.extract import extract

PAGES = 300
OURS = "bytes -> canonical text"
SILENT = {"script", "style", "noscript", "template", "head", "title"}
HOSTILE = {
    "div x500": "<div>word " * 500,
    "div x20k": "<div>word " * 20_000,
    "div x200k": "<div>word " * 200_000,
    "ul x20k": "<ul><li>word " * 20_000,
    "b,i x2.5k": "<b><i>word " * 2_500,
    "a x20k": "<a>word " * 20_000,
    "attributes x200k": f"<p {' '.join(f'a{at}=1' for at in range(200_000))}>word</p>",
    "<!-- x500k": "<p>word</p>" + "<!--" * 500_000,
    "< x2M": "<p>word</p>" + "<" * 2_000_000,
}
Words = Iterator[str]  # the first piece, always empty, comes when the page is parsed


class Measured(msgspec.Struct):
    """What one parser did with the real pages."""

    parse: float
    read: float
    words: list[str]


class Endured(msgspec.Struct):
    """What one parser did with one hostile page."""

    seconds: float
    kept: float


_Result = TypeVar("_Result", Measured, Endured)


def soup(builder: str, body: bytes) -> Words:
    """Read with BeautifulSoup over another parser."""
    tree = import_module("bs4").BeautifulSoup(body.decode("utf-8", "replace"), builder)
    yield ""
    node = tree.contents[0] if tree.contents else None
    words = import_module("bs4.element").NavigableString
    while node is not None:
        if getattr(node, "name", None) in SILENT:
            last = node
            while getattr(last, "contents", None):
                last = last.contents[-1]
            node = last
        elif type(node) is words:
            yield str(node)
        node = node.next_element


def html5lib(body: bytes) -> Words:
    """Read with html5lib."""
    library = import_module("html5lib")
    tree = library.parse(body.decode("utf-8", "replace"), treebuilder="etree", namespaceHTMLElements=False)
    yield ""
    waiting = [iter([tree])]
    tails = [""]
    while waiting:
        element = next(waiting[-1], None)
        if element is None:
            waiting.pop()
            yield tails.pop()
        elif isinstance(element.tag, str) and element.tag not in SILENT:
            yield element.text or ""
            waiting.append(iter(element))
            tails.append(element.tail or "")
        else:
            yield element.tail or ""


def lxml(body: bytes) -> Words:
    """Read with lxml."""
    etree = import_module("lxml.etree")
    tree = etree.fromstring(body, etree.HTMLParser(huge_tree=True, encoding="utf-8"))
    yield ""
    silent = 0
    for event, element in etree.iterwalk(tree, events=("start", "end", "comment", "pi")):
        is_silent = element.tag in SILENT
        if event == "start":
            silent += is_silent
            if not silent:
                yield element.text or ""
        else:
            silent -= is_silent and event == "end"
            if not silent:
                yield element.tail or ""


def selectolax(body: bytes) -> Words:
    """Read with Lexbor."""
    tree = import_module("selectolax.lexbor").LexborHTMLParser(body.decode("utf-8", "replace"))
    yield ""
    yield from _tree_words(tree.root, "child", "-text", "text_content")


def resiliparse(body: bytes) -> Words:
    """Read with resiliparse."""
    tree = import_module("resiliparse.parse.html").HTMLTree.parse(body.decode("utf-8", "replace"))
    yield ""
    yield from _tree_words(tree.document, "first_child", "#text", "value")


def _tree_words(root: Any, child: str, text: str, value: str) -> Words:  # the door to two untyped trees
    node, above = root, []
    while node is not None:
        if node.tag == text:
            yield getattr(node, value) or ""
        following = getattr(node, child) if node.tag not in SILENT else None
        if following is not None:
            above.append(node)
        else:
            following = node.next
        while following is None and above:
            following = above.pop().next
        node = following


def ours(body: bytes) -> Words:
    """Read as the tracker does."""
    yield ""
    yield extract(Format.HTML, body, None)


PARSERS: dict[str, Callable[[bytes], Words]] = {
    "html5lib": html5lib,
    "bs4 + html.parser": partial(soup, "html.parser"),
    "bs4 + lxml": partial(soup, "lxml"),
    "lxml": lxml,
    "selectolax (lexbor)": selectolax,
    "resiliparse": resiliparse,
    OURS: ours,
}


def pages(repository: str, count: int) -> list[bytes]:
    """Return pages spread evenly over the history, each content once."""
    options = ("--format=", "--raw", "--no-abbrev", "--no-renames", "--diff-filter=AM", "--", "*.html")
    log = ["git", "-C", repository, "log", *options]
    listed = subprocess.run(log, capture_output=True, check=True, text=True).stdout
    blobs = list(dict.fromkeys(line.split()[3] for line in listed.splitlines()))
    chosen = blobs[:: max(1, len(blobs) // count)][:count]
    batch = ["git", "-C", repository, "cat-file", "--batch"]
    out = subprocess.run(batch, input="\n".join(chosen).encode(), capture_output=True, check=True).stdout
    found, at = [], 0
    for _ in chosen:
        end = out.index(b"\n", at)
        size = int(out[at:end].split()[2])
        found.append(out[end + 1 : end + 1 + size])
        at = end + size + 2
    return [page for page in found if len(page) > 1_000]


def measure(name: str, repository: str, count: int) -> Measured:
    """Return what one parser does with the real pages."""
    parse = PARSERS[name]
    bodies = pages(repository, count)
    next(parse(b"<p>warm</p>"))
    started = time.process_time()
    for body in bodies:
        next(parse(body))
    parsed = time.process_time()
    texts = [_read(parse, body) for body in bodies]
    read = time.process_time()
    return Measured(
        (parsed - started) / len(bodies) * 1_000,
        (read - parsed) / len(bodies) * 1_000,
        [hashlib.sha256(" ".join(re.findall(r"\w+", text)).encode()).hexdigest() for text in texts],
    )


def _read(parse: Callable[[bytes], Words], body: bytes) -> str:
    try:
        return " ".join(parse(body))
    except Exception as failure:  # noqa: BLE001  # whatever a parser raises is its result
        return type(failure).__name__


def endure(name: str, hostile: str) -> Endured:
    """Return what one parser does with one hostile page."""
    next(PARSERS[name](b"<p>warm</p>"))
    resource.setrlimit(resource.RLIMIT_CPU, (10, 10))
    resource.setrlimit(resource.RLIMIT_AS, (2 << 30, 2 << 30))
    body = HOSTILE[hostile].encode()
    started = time.process_time()
    kept = " ".join(PARSERS[name](body)).count("word")
    return Endured(time.process_time() - started, kept / HOSTILE[hostile].count("word"))


def in_a_process(kind: type[_Result], *arguments: str) -> _Result | str:
    """Return what a process of its own says, or how it ended."""
    done = subprocess.run([sys.executable, __file__, *arguments], capture_output=True, check=False)
    if done.returncode < 0:
        return {-9: "> 10 s", -11: "crash", -24: "> 10 s"}.get(done.returncode, f"signal {-done.returncode}")
    if done.returncode:
        return (done.stderr.decode().strip().splitlines() or ["failed"])[-1].partition(":")[0]
    return msgspec.json.decode(done.stdout, type=kind)


def _cell(result: Endured | str) -> str:
    if isinstance(result, str):
        return result
    return f"{result.seconds:.2f}" + ("" if result.kept == 1 else f", {result.kept:.0%} of words")


def _ratio(base: Measured | str, row: Measured) -> str:
    return "" if isinstance(base, str) else f"{base.read / row.read:.1f}"


def _agreement(yardstick: Measured | str, row: Measured) -> str:
    if isinstance(yardstick, str):
        return ""
    same = sum(mine == theirs for mine, theirs in zip(row.words, yardstick.words, strict=True))
    return f"{same} of {len(row.words)}"


def main(repository: str, count: int) -> None:
    """Print the table."""
    print(_line("parser", "parse ms", "read ms", "x bs4+lxml", "words as html5lib", *HOSTILE))
    print("|" + "---|" * (5 + len(HOSTILE)))
    rows = {name: in_a_process(Measured, "measure", name, repository, str(count)) for name in PARSERS}
    for name, row in rows.items():
        if isinstance(row, str):
            print(_line(name, row))
            continue
        agreement = "" if name == OURS else _agreement(rows["html5lib"], row)
        hostile = [_cell(in_a_process(Endured, "endure", name, each)) for each in HOSTILE]
        figures = (
            f"{row.parse:.2f}" if name != OURS else "",
            f"{row.read:.2f}",
            _ratio(rows["bs4 + lxml"], row),
        )
        print(_line(name, *figures, agreement, *hostile), flush=True)


def _line(*cells: str) -> str:
    return f"| {' | '.join(cells)} |"


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["measure", name, repository, count]:
            print(msgspec.json.encode(measure(name, repository, int(count))).decode())
        case ["endure", name, hostile]:
            print(msgspec.json.encode(endure(name, hostile)).decode())
        case [repository, *rest]:
            main(repository, int(rest[0]) if rest else PAGES)
        case _:
            sys.exit(__doc__)
