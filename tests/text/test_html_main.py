from __future__ import annotations

import pytest

from tracker.text.html_main import Main, main_part

CLAUSES = "".join(f"<p>Clause {n} says what happens to the words of part {n}.</p>" for n in range(20))
MENU = "".join(f"<li><a href=/{n}>A place to go number {n} of many</a></li>" for n in range(60))


def page(body: str) -> str:
    return f"<html><body><nav><ul>{MENU}</ul></nav>{body}<footer>Us</footer></body></html>"


@pytest.mark.parametrize(
    ("body", "selector"),
    [
        (f"<main>{CLAUSES}</main>", "main"),
        (f"<div id=wrap><main><div>{CLAUSES}</div></main></div>", "main"),
        (f"<div role=main>{CLAUSES}</div>", "[role=main]"),
        (f"<main>{CLAUSES}<article>{CLAUSES * 9}</article></main>", "article"),
        (f"<div id=outer><div id=policy>{CLAUSES}</div><p>Short.</p></div>", "#policy"),
        (f"<div class='css-1x2y3z legal-text'>{CLAUSES}</div><div class=aside>x</div>", ".legal-text"),
        (f"<ul class=links>{MENU}</ul><section id=terms>{CLAUSES}</section>", "#terms"),
        (f"<table><tr><td class=text>{CLAUSES}</td><td>x</td></tr></table>", ".text"),
        (f"<header><main>{CLAUSES}</main></header>", "main"),
    ],
)
def test_the_smallest_part_that_holds_most_of_the_words_is_named(body: str, selector: str) -> None:
    found = main_part(page(body))

    assert found is not None
    assert found.selector == selector
    assert found.share > 0.75


@pytest.mark.parametrize(
    "body",
    [
        f"<div class='text'>{CLAUSES}</div><div class='text'>{CLAUSES}</div>",  # two columns of one name
        f"<div class='a1b2c3'>{CLAUSES}</div>",
        f"<div id='post-20240901'>{CLAUSES}</div>",
    ],
)
def test_a_part_without_a_lasting_name_of_its_own_leaves_the_whole_body(body: str) -> None:
    assert main_part(page(body)) == Main("body", 1.0)


def test_a_page_of_links_has_no_text() -> None:
    assert main_part(f"<body><ul id=all>{MENU}</ul></body>") is None


def test_pages_without_words_and_pages_without_end_give_nothing() -> None:
    assert main_part("") is None
    assert main_part("<body><script>var words = 1</script></body>") is None
    assert main_part("<div>" * 100_000 + "words" + "</div>" * 100_000) is None
