from __future__ import annotations

import pytest
from clause_builders import clause
from hypothesis import given
from hypothesis import strategies as st

from tracker.model import Cause, ClauseChange, JudgedClause, Noise
from tracker.significance.judge import Setting, judge
from tracker.significance.rules import load_rules
from tracker.significance.summary import LIMIT, summarise

RULES = load_rules()


def judged(change: ClauseChange) -> JudgedClause:
    return JudgedClause(change, judge(change, Setting("Example", "Terms", "en"), RULES))


@pytest.mark.parametrize(
    ("before", "after", "sentence"),
    [
        (
            "We disclose data to the police on a court order.",
            "We disclose data to the police on a subpoena.",
            "Example changes what a disclosure takes from “court order” to “subpoena” in its Terms",
        ),
        (
            "Files are safe. We never sell your data.",
            "Files are safe.",
            "Example drops a promise: “We never sell your data” in its Terms",
        ),
        (
            "We retain log files for 30 days.",
            "We retain log files for 90 days.",
            "Example changes a period from “30 days” to “90 days” on retention and deletion in its Terms",
        ),
        (
            None,
            "You grant us a licence to train our AI models.",
            "Example adds a clause on AI and training: “You grant us a licence to train our AI models” in its Terms",
        ),
    ],
)
def test_one_sentence_says_what_matters_most(before: str | None, after: str | None, sentence: str) -> None:
    assert summarise("Example", "Terms", [judged(clause(before, after))]) == sentence


def test_further_clauses_are_counted() -> None:
    clauses = [
        judged(clause(None, "We collect your precise location.")),
        judged(clause(None, "Our house is red.")),
    ]
    assert summarise("Example", None, clauses).endswith("“We collect your precise location” (and 1 more clause)")


def test_noise_is_said_as_noise() -> None:
    assert summarise("Example", "Terms", [], noise=Noise.DATES) == "Example changes dates only in its Terms"


def test_a_first_record_is_said() -> None:
    assert (
        summarise("Example", "Terms", [], cause=Cause.FIRST_RECORD)
        == "Example is recorded for the first time in its Terms"
    )


@given(st.text(max_size=300), st.text(max_size=300), st.text(max_size=80), st.text(max_size=80))
def test_a_summary_is_one_line_of_at_most_140_characters(before: str, after: str, service: str, document: str) -> None:
    sentence = summarise(service, document, [judged(clause(before, after))])
    assert 0 < len(sentence) <= LIMIT
    assert "\n" not in sentence
