from __future__ import annotations

from dataclasses import replace

import pytest
from clause_builders import clause, edits_between
from hypothesis import given, settings
from hypothesis import strategies as st

from tracker.model import BlockKind, ChangeKind, ClauseChange, Fact, Noise, Reason, Verdict
from tracker.significance.judge import Setting, judge
from tracker.significance.rules import load_rules

RULES = load_rules()
PRIVACY = Setting("Example", "Privacy Policy", "en")
TERMS = Setting("Example", "Terms of Service", "en")


def grade(change: ClauseChange, setting: Setting = PRIVACY) -> int:
    return judge(change, setting, RULES).significance


def test_a_few_words_inside_a_promise_outweigh_many_words_of_praise() -> None:
    praise = "Our little team has worked through the whole summer to make everything look nicer than it ever did."
    narrowed = judge(
        clause("We don't use your data for ads.", "We don't use your private chats for ads."), PRIVACY, RULES
    )
    assert (narrowed.significance, grade(clause(None, praise))) == (2, 1)


def test_a_licence_to_train_models_is_newsworthy() -> None:
    text = "You grant us a license to use your content to train our artificial intelligence models."
    verdict = judge(clause(None, text), TERMS, RULES)
    assert (verdict.significance, set(verdict.topics)) == (3, {"ai_training", "content_licence"})


def test_a_new_support_address_is_minor() -> None:
    assert grade(clause("Write to help@example.org for help.", "Write to support@example.org for help.")) == 1


@pytest.mark.parametrize(
    ("before", "after", "noise"),
    [
        ("Last updated: May 2, 2023", "Last updated: June 9, 2024", Noise.DATES),
        ("© 2023 Example", "© 2024 Example", Noise.DATES),
        ("Stand: 3. März 2023", "Stand: 4. April 2024", Noise.DATES),
        ("We say “hello”.", 'We say "hello".', Noise.COSMETIC),
        ("our Services are free", "our services are free", Noise.COSMETIC),
        ("Your recieved files are safe", "Your received files are safe", Noise.COSMETIC),
        (None, "Cookie Settings", Noise.COSMETIC),
        ("Retrieved from a page with number 1254", "Retrieved from a page with number 1302", Noise.COSMETIC),
    ],
)
def test_what_is_no_news_says_which_noise(before: str | None, after: str, noise: Noise) -> None:
    verdict = judge(clause(before, after), TERMS, RULES)
    assert verdict == Verdict(0, 0.0, noise, (), (), ())


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("We ask for your content.", "We ask for your consent."),
        (
            "Payouts start on March 3, 2024 and we keep a fee of them.",
            "Payouts start on May 3, 2024 and we keep a fee of them.",
        ),
        (None, "Your content is not used to train AI"),
    ],
)
def test_what_only_looks_like_noise_is_told(before: str | None, after: str) -> None:
    assert grade(clause(before, after, block=BlockKind.HEADING)) >= 1


@pytest.mark.parametrize("kind", [ChangeKind.MOVED, ChangeKind.RENUMBERED, ChangeKind.COPIED])
def test_text_that_only_changed_place_is_no_news(kind: ChangeKind) -> None:
    before = None if kind is ChangeKind.COPIED else "We sell data."
    assert judge(clause(before, "We sell data.", kind=kind), PRIVACY, RULES).noise is Noise.ORDER


@pytest.mark.parametrize("kind", [ChangeKind.SPLIT, ChangeKind.MERGED])
def test_a_paragraph_that_is_only_broken_otherwise_is_no_news(kind: ChangeKind) -> None:
    change = ClauseChange(kind, "One. Two.", "One.\nTwo.", (), (), None, None, None, BlockKind.PARAGRAPH)
    assert judge(change, PRIVACY, RULES).noise is Noise.MARKUP


def test_words_that_stood_elsewhere_do_not_count() -> None:
    text = "We share your location with advertising partners."
    assert judge(clause(None, text, after_elsewhere=((0, len(text)),)), PRIVACY, RULES).noise is Noise.ORDER


def test_a_new_link_target_alone_is_no_news() -> None:
    assert judge(clause("See here.", "See here.", kind=ChangeKind.RELINKED), PRIVACY, RULES).noise is Noise.LINKS


def test_a_list_of_what_is_forbidden_speaks_through_its_lead_in() -> None:
    item = "Publish drawings of the building"
    alone, listed = (
        judge(clause(None, item), TERMS, RULES),
        judge(clause(None, item, lead_in="You may not:"), TERMS, RULES),
    )
    assert listed.score > alone.score
    assert [r.rule for r in listed.reasons if r.rule == "place.list"] == ["place.list"]


def test_a_heading_gives_its_topic_to_the_clause_below() -> None:
    change = clause("We answer within a day.", "We answer within a week.", path=("Law Enforcement Authorities",))
    assert judge(change, PRIVACY, RULES).topics == ("law_enforcement",)


def test_a_clause_that_stood_there_before_weighs_little() -> None:
    text = "We collect your precise location and your contact list."
    known = Setting("Example", "Privacy Policy", "en", lambda words: words == text)
    verdict = judge(clause(None, text), known, RULES)
    assert (verdict.significance, verdict.reasons[-1].rule) == (1, "returned")


@pytest.mark.parametrize(
    ("language", "before", "after"),
    [
        (
            "ru",
            "Мы передаем номер телефона на основании решения суда.",
            "Мы передаем номер телефона на основании приказа судебного органа.",
        ),
        (
            "de",
            "Wir geben Daten an Behörden mit einem Gerichtsbeschluss heraus.",
            "Wir geben Daten an Behörden mit einer gültigen Anordnung heraus.",
        ),
        (
            "fr",
            "Nous divulguons vos données sur décision judiciaire.",
            "Nous divulguons vos données sur demande légale.",
        ),
        (
            "es",
            "Podemos divulgar datos con una orden judicial.",
            "Podemos divulgar datos con una solicitud legal.",
        ),
        (
            "it",
            "Possiamo divulgare i dati con un ordine del tribunale.",
            "Possiamo divulgare i dati con una richiesta legale.",
        ),
        (
            "pt",
            "Podemos divulgar dados com uma ordem judicial.",
            "Podemos divulgar dados com uma solicitação legal.",
        ),
    ],
)
def test_law_enforcement_is_read_in_seven_languages(language: str, before: str, after: str) -> None:
    verdict = judge(clause(before, after), Setting("Example", "Privacy", language), RULES)
    assert "law_enforcement" in verdict.topics
    assert "language.part" in [r.rule for r in verdict.reasons]


def test_a_language_not_covered_is_said_and_judged_by_size() -> None:
    text = "Wij kunnen uw gegevens met anderen delen als dat nodig is. " * 4
    verdict = judge(clause(None, text), Setting("Example", "Privacy", "nl"), RULES)
    assert (verdict.significance, verdict.topics, verdict.facts) == (2, (), ())
    assert "language not covered (nl): judged by size alone" in [r.text for r in verdict.reasons]


_SOME_WORDS = """
    we may will not never sell share your data IP address court order police consent AI train 30 days 16 years old $5
    notify you opt out opt in unless advertisers Ireland laws of Example Inc.
    \u201cquoted\u201d \u2013 \u0130stanbul May 2, 2024
"""
WORDS = st.sampled_from(_SOME_WORDS.split())
TEXTS = st.lists(WORDS, max_size=40).map(" ".join)


@settings(max_examples=200, deadline=None)
@given(TEXTS, TEXTS, st.sampled_from(["en", "de", "nl", None]))
def test_laws_of_every_verdict(before: str, after: str, language: str | None) -> None:
    """Spans hold words of their side, reasons add up to the score, silence has a name, and the judge repeats itself."""
    change = ClauseChange(
        ChangeKind.EDITED,
        before,
        after,
        edits_between(before, after),
        (),
        None,
        None,
        None,
        BlockKind.PARAGRAPH,
    )
    setting = Setting("Example", None, language)
    verdict = judge(change, setting, RULES)
    statements: tuple[Fact | Reason, ...] = (*verdict.facts, *verdict.reasons)
    for said in statements:
        for text, span in ((before, said.before_span), (after, said.after_span)):
            assert span is None or (0 <= span[0] < span[1] <= len(text) and text[slice(*span)].strip())
    assert verdict.score == round(sum(r.points for r in verdict.reasons), 2)
    assert (verdict.significance == 0) == (verdict.noise is not None)
    assert verdict.significance < 2 or any(r.before_span or r.after_span for r in verdict.reasons)
    assert len(verdict.topics) <= 3
    assert judge(change, setting, replace(RULES, verdicts={})) == verdict  # nothing remembered
