"""What comparing ignores, and what it must not."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.text.normalize import cloudflare_address, fold, fold_link, same_when_folded

SAME = {
    "quotes": ("\u201cdon\u2019t\u201d \u00abnow\u00bb `so`", '"don\'t" "now" \'so\''),
    "dashes": ("a \u2013 b \u2014 c\u2011d \u2212 e", "a - b - c-d - e"),
    "blanks": ("30\u00a0days", "30 days"),
    "characters without width": ("da\u200bta\ufeff \u202aor\u202c", "data or"),
    "letter forms": ("\ufb01le \uff21 e\u0301", "file A \u00e9"),
}
DIFFERENT = {
    "case": ("May", "may"),
    "accents": ("resume", "r\u00e9sum\u00e9"),
    "numbers": ("30 days", "31 days"),
    "marks": ("a, b", "a b"),
    "a word more": ("we share", "we do not share"),
}


@pytest.mark.parametrize("name", SAME)
def test_these_are_the_same_to_comparing(name: str) -> None:
    written, plain = SAME[name]

    assert fold(written) == plain
    assert same_when_folded(written, plain)


@pytest.mark.parametrize("name", DIFFERENT)
def test_these_are_not_the_same(name: str) -> None:
    assert not same_when_folded(*DIFFERENT[name])


@given(st.text())
def test_folding_twice_is_folding_once(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@pytest.mark.parametrize(
    ("target", "folded"),
    [
        ("https://example.org/a?utm_source=x&id=7&fbclid=z", "https://example.org/a?id=7"),
        ("http://example.org/a/", "https://example.org/a"),
        ("https://example.org/a;jsessionid=1F?q=2#part", "https://example.org/a?q=2#part"),
        ("/a?lang=de", "/a?lang=de"),
        ("/cdn-cgi/l/email-protection#4223", "mailto:"),
        ("http://[broken?x=1", "https://[broken?x=1"),
        ("#section-8", "#section-8"),
        ("mailto:a@example.org", "mailto:a@example.org"),
    ],
)
def test_a_link_is_compared_without_what_follows_its_reader(target: str, folded: str) -> None:
    assert fold_link(target) == folded


@pytest.mark.parametrize(
    "target",
    ["/privacy", "/cdn-cgi/l/email-protection", "/cdn-cgi/l/email-protection#42a", "/cdn-cgi/l/email-protection#00ff"],
)
def test_no_address_is_read_where_none_is_hidden(target: str) -> None:
    assert cloudflare_address(target) is None
