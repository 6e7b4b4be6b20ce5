from __future__ import annotations

import pytest
from clause_builders import clause

from tracker.errors import UsageError
from tracker.significance.judge import Setting, judge
from tracker.significance.lexicon import Lexicon
from tracker.significance.rules import load_rules
from tracker.significance.terms import BadTerm, Meaning, parts_of
from tracker.significance.vocabulary import FACTS, TOPICS
from tracker.significance.words import words_of

OWN = '[[topic]]\nid = "pets"\nweight = 3.0\nstrong = "house pet*, cats"\n'


def found(term: str, text: str) -> list[str]:
    lexicon = Lexicon({term: [Meaning("topic", "t", "", 1.0)]}, {"not": frozenset({"not", "never"})})
    words = words_of(text)
    return [text[words.starts[first] : words.ends[last - 1]] for first, last, _ in lexicon.find(words.words)]


@pytest.mark.parametrize(
    ("term", "text", "expected"),
    [
        ("court order", "A Court-Order, and a court\u2019s order.", ["Court-Order"]),
        ("disclos*", "We disclose; disclosure.", ["disclose", "disclosure"]),
        (
            "we ... @not sell",
            "we will never sell. we sell. we do really do really not sell",
            ["we will never sell"],
        ),
        ("at least #", "at least 16, at least some", ["at least 16"]),
        ("a a", "a a a", ["a a", "a a"]),
    ],
)
def test_a_term_is_found_where_its_words_stand(term: str, text: str, expected: list[str]) -> None:
    assert found(term, text) == expected


@pytest.mark.parametrize("term", ["... sell", "sell ...", "@nobody sells", "*", "ab*"])
def test_a_term_that_cannot_be_read_is_refused(term: str) -> None:
    with pytest.raises(BadTerm):
        parts_of(term, {})


def test_offsets_survive_letters_that_grow_in_lower_case() -> None:
    assert found("order", "İİ order") == ["order"]


def test_the_shipped_rules_cover_every_topic_and_fact() -> None:
    rules = load_rules()
    assert rules.topics == TOPICS
    assert set(rules.scores.topics) == set(TOPICS)
    assert {name.split(".")[0] for name in rules.scores.facts} == set(FACTS)
    assert set(rules.languages) == {"en", "de", "fr", "es", "it", "pt", "ru"}
    assert rules.languages["en"].covers == {"all"}
    assert all(
        r.covers == {"law_enforcement", "ai_training", "data_sharing"} for c, r in rules.languages.items() if c != "en"
    )


def test_a_user_adds_a_topic_of_his_own() -> None:
    rules = load_rules([("pets.toml", OWN)])
    verdict = judge(clause(None, "You may bring house pets into any room of the hotel."), Setting(), rules)
    assert verdict.topics == ("pets",)
    assert "about pets: “house pets”" in [r.text for r in verdict.reasons]


def test_a_user_weighs_a_topic_anew() -> None:
    rules = load_rules([("mine.toml", '[[topic]]\nid = "security"\nweight = 0.0\n')])
    assert rules.scores.topics["security"] == 0.0


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[[topic]\n", "pets.toml: "),
        (
            '[[topic]]\nid = "pets"\nstrong = "cats, ab*"\n',
            "pets.toml, line 3: 'ab*' is too short for a word beginning",
        ),
        (
            '[[topic]]\nid = "Pets!"\n',
            "pets.toml, line 2: a topic needs an id of small letters, digits and _",
        ),
        ('[[value]]\nfact = "pets"\nid = "x"\nterms = "cat"\n', "pets.toml, line 2: no fact 'pets'"),
        ('[[topics]]\nid = "pets"\n', "pets.toml, line 1: unknown key 'topics'"),
        ('[[topic]]\nid = "pets"\nweight = "much"\n', "pets.toml, line 3: weight of pets is not a number"),
    ],
)
def test_a_mistake_in_a_rules_file_names_file_and_line(text: str, message: str) -> None:
    with pytest.raises(UsageError) as caught:
        load_rules([("pets.toml", text)])
    assert message in str(caught.value)


def test_a_pattern_is_linear_and_tells_its_topic() -> None:
    pytest.importorskip("re2", reason="patterns need google-re2")
    rules = load_rules([("mine.toml", "[[topic]]\nid = \"pets\"\nweight = 3.0\npatterns = ['(a+)+\\s?cats?']\n")])
    verdict = judge(clause(None, "Please feed aaa cats and " + "a" * 5000), Setting(), rules)
    assert verdict.topics == ("pets",)


def test_a_pattern_with_a_mistake_names_its_line() -> None:
    pytest.importorskip("re2", reason="patterns need google-re2")
    with pytest.raises(UsageError, match=r"mine\.toml, line 3: pattern '\(cat'"):
        load_rules([("mine.toml", '[[topic]]\nid = "pets"\npatterns = ["(cat"]\n')])
