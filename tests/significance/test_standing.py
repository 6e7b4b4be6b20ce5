from __future__ import annotations

from clause_builders import clause

from tracker.significance.judge import Setting, judge
from tracker.significance.rules import load_rules
from tracker.significance.standing import Inquiry, Standing
from tracker.text.shelf import Shelf
from tracker.text.version import read

RULES = load_rules()
ENGLISH = RULES.languages["en"]


def standing(text: str) -> Standing:
    return Standing(read(text, Shelf()))


def facts(old: str, gone: str, new: str) -> list[tuple[str, str, str | None]]:
    setting = Setting("Example", "Privacy Policy", "en", old=standing(old), new=standing(new))
    verdict = judge(clause(gone, None), setting, RULES)
    return [(fact.fact, fact.change.value, fact.direction and fact.direction.value) for fact in verdict.facts]


def test_a_value_that_another_clause_still_holds_did_not_go() -> None:
    gone = "We collect your precise location when you walk."
    kept = "# Data\n\nThe exact location of your phone is known to us."
    assert facts(gone, gone, kept) == []


def test_a_value_that_no_clause_holds_any_more_went() -> None:
    gone = "We collect your precise location when you walk."
    assert facts(gone, gone, "# Data\n\nWe like tea.") == [("data_element", "removed", None)]


def test_a_promise_that_another_clause_still_gives_has_no_direction() -> None:
    gone = "We never sell your data."
    assert facts(gone, gone, "# Promises\n\nAnd no, we do not sell it.") == [("promise", "removed", None)]
    assert facts(gone, gone, "# Promises\n\nWe like tea.") == [("promise", "removed", "weaker")]


def test_a_verdict_remembered_for_one_version_is_not_given_for_another() -> None:
    gone = "We share data with Example Widgets Limited for the shop."
    seen = [facts(gone, gone, text) for text in ("Tea.", "Sold by Example Widgets Limited.", "Tea.")]
    assert seen == [[("party", "removed", None)], [], [("party", "removed", None)]]


def test_questions_are_kept_with_their_answers() -> None:
    inquiry = Inquiry(standing("We share your phone number with the police.\n\nWe cannot read it."), ENGLISH.lexicon)
    answers = (
        inquiry.holds("data_element", "phone_number"),
        inquiry.holds("data_element", "health"),
        inquiry.says("the police"),
        inquiry.says("the army"),
        inquiry.denies("read"),
        inquiry.denies("shar"),
    )
    assert answers == (True, False, True, False, True, False)
    assert tuple(inquiry.answers.values()) == answers
