from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.digest.visible import visible


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
