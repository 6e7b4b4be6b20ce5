from __future__ import annotations

import base64
import hashlib
import re
from dataclasses import replace
from html.parser import HTMLParser

import pytest
from changes import change, disclosure, edited, verdict

from tracker.digest import page
from tracker.digest.addresses import stored
from tracker.model import Cause, Change, JudgedClause

ATTACK = "<script>alert(1)</script><img src=x onerror=alert(1)>\"'&{{ 7 * 7 }}"


class Seen(HTMLParser):
    """Notes the elements and addresses of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.elements: set[str] = set()
        self.attributes: set[str] = set()
        self.addresses: list[str | None] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.add(tag)
        self.attributes.update(name for name, _ in attrs)
        self.addresses += [value for name, value in attrs if name in {"href", "src", "action"}]


def whole(*changes: Change) -> str:
    parts = [
        page.head("What changed"),
        *(page.one(one, most=20) for one in changes),
        page.foot(len(changes), "end"),
    ]
    return "".join(parts)


def seen(html: str) -> Seen:
    found = Seen()
    found.feed(html)
    found.close()
    return found


def test_a_page_shows_words_facts_reasons_and_coverage() -> None:
    html = whole(disclosure())
    assert "<del>court order</del><ins>valid order</ins>" in html
    assert '<li class="weaker" dir="auto">legal basis: court order → valid order (weaker)</li>' in html
    assert "+3.0 the legal basis is lower: “valid order”" in html
    assert '<a href="https://news.example/acme" rel="noreferrer noopener">Acme opens up</a>' in html


def test_a_page_allows_its_own_style_and_nothing_else() -> None:
    html = whole(disclosure())
    policy = re.search('http-equiv="Content-Security-Policy" content="([^"]*)"', html)
    style = re.search("<style>(.*?)</style>", html, re.DOTALL)
    assert policy
    assert style
    digest = base64.b64encode(hashlib.sha256(style[1].encode()).digest()).decode()
    assert policy[1] == (f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'")
    found = seen(html)
    assert found.addresses == ["https://news.example/acme"]
    assert found.elements.isdisjoint({"script", "link", "iframe", "object", "form", "base"})
    assert "style" not in found.attributes


def test_every_text_of_a_stranger_is_escaped() -> None:
    (link,) = disclosure().coverage
    article = replace(link.article, title=ATTACK, publisher=ATTACK, url="https://x.example/" + ATTACK)
    evidence = replace(link.evidence[0], article_text=ATTACK, note=ATTACK)
    words = edited(("=", ATTACK), ("-", ATTACK), ("+", ATTACK), path=(ATTACK,))
    words = replace(words, number=ATTACK, links=((ATTACK, ATTACK),), path_before=(ATTACK,), number_before=ATTACK)
    (judged,) = disclosure().clauses
    facts = tuple(replace(fact, before=ATTACK, after=ATTACK) for fact in judged.verdict.facts)
    one = change(
        JudgedClause(words, replace(judged.verdict, facts=facts, topics=(ATTACK,))),
        service=ATTACK,
        document=ATTACK,
        summary=ATTACK,
        coverage=(replace(link, article=article, evidence=(evidence,)),),
    )
    found = seen(whole(one))
    assert {"script", "img"}.isdisjoint(found.elements)
    assert "onerror" not in found.attributes
    assert "49" not in page.one(one, most=20)


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)",
        "data:text/html,x",
        "//news.example",
        "ftp://news.example/a",
        "http://[",
        "",
        None,
    ],
)
def test_only_addresses_of_the_web_become_links(url: str | None) -> None:
    (link,) = disclosure().coverage
    one = replace(disclosure(), coverage=(replace(link, article=replace(link.article, url=url)),))
    assert seen(whole(one)).addresses == []


def test_a_page_without_changes_says_so() -> None:
    assert "No change to show." in whole()


def test_words_that_turn_around_the_direction_are_written_out() -> None:
    html = whole(change(JudgedClause(edited(("+", "a\u202eb")), verdict())))
    assert "<ins>a&lt;U+202E&gt;b</ins>" in html


def test_the_page_of_one_change_says_what_it_rests_on_and_how_it_was_judged() -> None:
    html = page.single(
        stored(12, disclosure(), page="https://example.org/p", public_url="https://policies.example.org")
    )
    said = " ".join(re.sub("<[^>]*>", " ", html).split())
    for words in (
        "A change of 2024-09-24",
        f"Snapshot before 2024-09-01 06:00:00 UTC , {'aaaa' * 10}",
        f"Snapshot after 2024-09-24 06:00:00 UTC , {'bbbb' * 10}",
        "Source https://example.org/privacy",
        "Change https://policies.example.org/changes/12 , tracker show 12",
        "+3.0 the legal basis is lower",
        "quotes Acme opens up , The Gazette, 2024-09-25",
    ):
        assert words in said
    assert "<details open>" in html
    assert seen(html).addresses == [
        "https://news.example/acme",
        f"https://policies.example.org/snapshots/{'aaaa' * 10}",
        f"https://policies.example.org/snapshots/{'bbbb' * 10}",
        "https://example.org/p",
        "https://policies.example.org/changes/12",
    ]


def test_the_page_of_a_first_record_has_nothing_before() -> None:
    assert "none: this is the first one" in page.single(stored(1, change(cause=Cause.FIRST_RECORD)))


def test_the_page_names_the_good_text_that_a_change_was_compared_with() -> None:
    html = page.single(stored(1, replace(disclosure(), compared_with="cccc")))
    assert "<code>cccc</code>, the last good text" in html
