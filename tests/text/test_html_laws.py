"""Laws of extraction: no word is lost or glued, and what readers cannot see changes nothing."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tracker.model import Format
from tracker.text.declaration import Page
from tracker.text.extract import extract
from tracker.text.html_deep import overloaded

LAW = settings(max_examples=100, deadline=None, derandomize=True)
OPENINGS = (
    "<p>", "<div>", "<section>", "<h1>", "<h3>", "<blockquote>", "<details>", "<ul><li>", "<ol type=a><li>",
    "<table><tr><td>", "<dl><dt>", "<dl><dd>", "<b>", "<em>", "<span>", "<code>", "<font>", "<label>", "<a href=/x>",
)  # fmt: skip
STEPS = st.sampled_from((*OPENINGS, *["word"] * 12, *["close"] * 12, "</li><li>", "</td><td>", "</tr><tr><td>"))


def page(steps: list[str]) -> str:
    """Build a page: words in order, elements opened and closed around them, all closed at the end."""
    parts: list[str] = []
    endings: list[str] = []
    for at, step in enumerate([*steps, "word"]):
        if step == "word":
            parts.append(f"w{at} ")
        elif step == "close":
            parts.append(endings.pop() if endings else "")
        elif step in OPENINGS:
            parts.append(step)
            endings.append("".join(f"</{name}>" for name in reversed(re.findall(r"<(\w+)", step))))
        elif endings and endings[-1].startswith(step.partition("><")[0]):
            parts.append(step)
    return "".join([*parts, *reversed(endings)])


PAGES = st.lists(STEPS, max_size=40).map(page)


def words(text: str) -> list[str]:
    return re.findall(r"w\d+", text)


def canonical(html: str) -> str:
    return extract(Format.HTML, html.encode(), Page("https://example.org/"))


@LAW
@given(PAGES)
def test_every_word_is_kept_in_its_place(html: str) -> None:
    assert words(canonical(html)) == words(html)


@LAW
@given(PAGES, st.sampled_from(("class=a", "id='n-1' data-nonce=\"<x>\"", "style='color: red' onclick='go()'")))
def test_attributes_that_show_nothing_change_nothing(html: str, noise: str) -> None:
    noisy = re.sub(r"<(\w+)", rf"<\1 {noise}", html)

    assert canonical(noisy) == canonical(html)


@LAW
@given(
    PAGES,
    st.sampled_from((" \n ", "\t", "&nbsp;", "<!-- nonce 7 --> ", " <script>var w1</script> ", "\u200b \u2060")),
)
def test_blanks_and_comments_of_another_kind_change_nothing(html: str, blank: str) -> None:
    assert canonical(re.sub(r"(?<![<\w]) |(?<=\d) ", lambda _: blank, html)) == canonical(html)


@LAW
@given(PAGES)
def test_every_line_is_clean(html: str) -> None:
    for line in canonical(html).split("\n"):
        assert line.rstrip() == line or line.endswith("  ")
        assert line.startswith("|") or not re.search(r"\w\s\s+\w", line)


@LAW
@given(
    st.integers(min_value=1, max_value=20),
    st.sampled_from(("p", "div", "li", "td", "h2", "dd", "br", "a href=/x")),
)
def test_words_of_neighbours_are_never_glued(count: int, name: str) -> None:
    found = [f"w{at}" for at in range(count)]
    html = "".join(f"<{name}>{word}" for word in found)

    assert words(re.sub(r"\W", " ", canonical(html))) == found


HOSTILE = {
    "500 boxes": "<div>word " * 500,
    "20,000 boxes": "<div>word " * 20_000,
    "20,000 boxes after stray ends": "</div>" * 20_000 + "<div>word " * 20_000,
    "20,000 closed boxes": "<div>word " * 20_000 + "</div>" * 20_000,
    "20,000 spans": "<span>word " * 20_000,
    "20,000 links": "<a href=x>word " * 20_000,
    "5,000 lists": "<ul><li>word " * 5_000,
    "5,000 quotes": "<blockquote>word " * 5_000,
    "5,000 tables": "<table><tr><td>word " * 5_000,
    "2,500 crossed emphases": "<b><i>word " * 2_500,
    "fonts in every paragraph": "".join(f"<font color={at}>" for at in range(1_500)) + "<p>word " * 1_500,
    "50,000 attributes": f"<p {' '.join(f'a{at}=1' for at in range(50_000))}>word</p>",
    "50,000 open comments": "word" + "<!--" * 50_000,
    "50,000 paragraphs": "<p>word " * 50_000,
    "an attribute without end": "word <p title='" + "word " * 20_000,
    "wide cells": "<table>" + "<tr><td colspan=9999 rowspan=9999>word<td>word</tr>" * 300 + "</table>",
    "a large text": "word " * 200_000,
    "stray ends": "word" + "</p>" * 50_000,
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_page_keeps_its_words(name: str) -> None:
    html = HOSTILE[name]
    shown = html.partition("<p title=")[0] if "without end" in name else html

    assert canonical(html).count("word") == shown.count("word")


@pytest.mark.parametrize(
    ("html", "is_overloaded"),
    [
        ("<div>" * 500 + "word", False),
        ("<div>" * 600 + "word", True),
        ("<div></div>" * 5_000, False),
        ("<br>word<img src=a>" * 5_000, False),
        ("<p>word<li>word" * 5_000, False),
        (f"<img src='data:image/png;base64,{'A/b+' * 20_000}'>", False),
        (f"<pre>{'plain words without any end of tag ' * 2_000}</pre>", False),
        ("<p a=''" + "b=''" * 5_000 + ">", True),
    ],
)
def test_only_overloaded_pages_take_the_slow_way(html: str, *, is_overloaded: bool) -> None:
    assert overloaded(html) is is_overloaded
