"""Laws that hold for any text: spans lie in it, evidence is short, links are few."""

from __future__ import annotations

from coverage_news import ACME, BIOMETRIC, FORUM, HANDOVER, HISTORY, article
from hypothesis import given
from hypothesis import strategies as st

from tracker.coverage.evidence import LONGEST, MOST, cut
from tracker.coverage.linking import link
from tracker.coverage.words import lower, masked, quotations, sentences, words

PIECES = st.sampled_from(
    [
        *(text for clause in (BIOMETRIC, FORUM, HANDOVER) for text in (clause.before, clause.after) if text),
        "Acme updated its policy. ",
        "Acme now says",
        "“",
        "”",
        "\n",
        " police in France arrested Jo Doe ",
        "İstanbul ǅ ",
        "on 3 May 2024",
    ]
)
TEXTS = st.lists(st.one_of(PIECES, st.text(max_size=20)), max_size=14).map("".join)


@given(st.text())
def test_lower_case_and_masking_keep_every_offset(text: str) -> None:
    assert (len(lower(text)), len(masked(text))) == (len(text), len(text))


@given(TEXTS)
def test_sentences_lie_in_the_text_one_after_the_other_and_lose_no_word(text: str) -> None:
    spans = sentences(text)
    ends = [0, *(end for _, end in spans)]
    assert all(before <= start < end <= len(text) for before, (start, end) in zip(ends, spans, strict=False))
    assert "".join("".join(text[start:end] for start, end in spans).split()) == "".join(text.split())


@given(TEXTS)
def test_quotations_and_words_lie_in_the_text(text: str) -> None:
    found = words(masked(text))
    spans = [*quotations(text), *zip(found.starts, found.ends, strict=True)]
    assert all(0 <= start < end <= len(text) for start, end in spans)


@given(st.text(max_size=900))
def test_a_cut_text_is_short_and_a_beginning_of_the_text(text: str) -> None:
    one_line = " ".join(text.split())
    short = cut(text)
    assert len(short) <= LONGEST
    assert short == one_line or one_line.startswith(short[:-1])


@given(st.lists(TEXTS, max_size=4), st.sampled_from([None, -900.0, -10.0, 3.0, 120.0, 900.0]))
def test_links_are_few_and_their_evidence_is_short(texts: list[str], days: float | None) -> None:
    articles = [article(text, days, name=str(number)) for number, text in enumerate(texts)]
    links = [one.link for one in link(articles, HISTORY, ACME)]
    assert all(0 <= one.score <= 1 for one in links)
    assert all(len([one for one in links if one.article == told]) <= 3 for told in articles)
    assert all(1 <= len(one.evidence) <= MOST for one in links)
    assert all(0 < len(shown.article_text) <= LONGEST for one in links for shown in one.evidence)
