from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.digest.visible import brief, visible, web_address


@pytest.mark.parametrize(
    ("hostile", "shown"),
    [
        ("\x1b[31mred\x1b[0m", "\u241b[31mred\u241b[0m"),
        ("\x1b]0;title\x07", "\u241b]0;title\u2407"),
        ("\x9b31m", "<U+009B>31m"),
        ("a\u202eb", "a<U+202E>b"),
        ("a\u2066b\u2069", "a<U+2066>b<U+2069>"),
        ("zero\u200bwidth\ufeff", "zero<U+200B>width<U+FEFF>"),
        ("half \ud800", "half \ufffd"),
        ("line\nfeed\tand\rreturn", "line feed and\u240dreturn"),
        ("tag\U000e0041", "tag<U+E0041>"),
        ("none\uffff\ufdd0", "none<U+FFFF><U+FDD0>"),
    ],
)
def test_what_would_act_is_written_out(hostile: str, shown: str) -> None:
    assert visible(hostile) == shown


@pytest.mark.parametrize("words", ["Größe, naïve — “quoted” 50 %", "می‌خواهم", "👩‍👩‍👧", "日本語", "שלום"])
def test_words_of_any_script_stay_as_they_are(words: str) -> None:
    assert visible(words) == words


@given(st.text(st.characters(codec=None)))
def test_no_text_can_steer_a_terminal(text: str) -> None:
    shown = visible(text)
    assert not re.search("[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]", shown)
    assert visible(shown) == shown
    shown.encode("utf-8")


@pytest.mark.parametrize(
    ("text", "most", "shown"),
    [
        ("short", 10, "short"),
        ("two  lines\nbecome\tone ", 30, "two lines become one"),
        ("cut between the words", 15, "cut between\u2026"),
        ("onewordthatislong", 10, "onewordth\u2026"),
        ("\x00" * 9, 30, "\u2400" * 9),
        ("\u202e" * 9, 12, "<U+202E><U+\u2026"),
    ],
)
def test_a_brief_text_is_one_line_of_so_many_characters(text: str, most: int, shown: str) -> None:
    assert brief(text, most) == shown


@given(st.text(), st.integers(min_value=4, max_value=40))
def test_a_brief_text_is_visible_and_brief(text: str, most: int) -> None:
    shown = brief(text, most)
    assert (len(shown) <= most, visible(shown)) == (True, shown)


@pytest.mark.parametrize(
    "url",
    [
        "https://news.example/a?b=c&d=(e)#f",
        "http://news.example",
        "https://\u0444\u043e\u043e.example/\u00fc",
    ],
)
def test_addresses_of_the_web_lead_there(url: str) -> None:
    assert web_address(url) == url


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)",
        "https://",
        "https:/news.example",
        "ht\ntps://news.example",
        "https://news.example/\r\nBcc:",
        "https://news.example/a b",
        'https://news.example/"x',
        "https://news.example/<b>",
        "https://news.example\\@evil.example",
        "https://news.example/\u202eexe",
        "https://[",
        "https://news.example/" + "a" * 2000,
        None,
    ],
)
def test_anything_else_is_no_address(url: str | None) -> None:
    assert web_address(url) is None
