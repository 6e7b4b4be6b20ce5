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


def of_edit(old: str, new: str, before: str, after: str, path: tuple[str, ...] = ()) -> list[str]:
    setting = Setting("Example", "Privacy Policy", "en", old=standing(old), new=standing(new))
    verdict = judge(clause(before, after, path=path), setting, RULES)
    return [f"{fact.fact} {fact.change} {fact.before or fact.after}" for fact in verdict.facts]


def test_data_of_an_edited_clause_that_moved_within_its_section_is_no_news() -> None:
    path = ("What we collect",)
    before, after = "We collect your name, IP address and referring pages.", "We collect your name and referring pages."
    near = f"## What we collect\n\n{after}\n\nIP addresses of your devices.\n\n## Tea\n\nGreen."
    far = f"## What we collect\n\n{after}\n\n## Tea\n\nIP addresses of your devices."
    assert of_edit(before, near, before, after, path) == []
    assert of_edit(before, far, before, after, path) == ["data_element removed IP address"]
    assert of_edit(before, far, before, after) == ["data_element removed IP address"]


def test_a_company_that_any_clause_names_did_not_come_or_go() -> None:
    before, after = "We run the shop.", "We run the shop with the help of Example Widgets, Inc. on weekdays."
    assert of_edit("Sold by Example Widgets Inc.", after, before, after) == []
    assert of_edit("Sold by somebody.", after, before, after) == ["party added Example Widgets, Inc."]


def test_an_age_at_which_any_clause_draws_a_line_did_not_come_or_go() -> None:
    gone = "Nobody under 14 may register an account."
    assert facts(gone, gone, "# Age\n\nThe site is not meant for children under the age of fourteen.") == []
    assert facts(gone, gone, "# Rooms\n\nWe have 14 rooms.") == [("age", "removed", None)]


def test_a_promise_given_elsewhere_in_like_words_did_not_go() -> None:
    gone = "We never sell your contact list to third parties."
    kept = "# Promises\n\nWe neither sell your contact list to third parties nor print it."
    assert facts(gone, gone, kept) == []


def test_a_choice_stands_elsewhere_only_where_it_is_about_the_same() -> None:
    gone = "With your permission we read the precise steps that your watch counts."
    same = "# Watch\n\nYour watch counts the precise steps that we read with your permission."
    other = "# Post\n\nWith your permission we send letters to friends."
    assert facts(gone, gone, same) == []
    assert facts(gone, gone, other) == [("consent", "removed", None)]


def test_questions_are_kept_with_their_answers() -> None:
    inquiry = Inquiry(standing("We share your phone number with the police.\n\nWe cannot read it."), ENGLISH.lexicon)
    answers = (
        inquiry.holds("data_element", "phone_number"),
        inquiry.holds("data_element", "health"),
        inquiry.says("the police"),
        inquiry.says("the army"),
        inquiry.denies("read"),
        inquiry.denies("shar"),
        inquiry.has_age(13),
        inquiry.names("Example Widgets, Inc."),
        inquiry.holds_near("data_element", "phone_number"),
    )
    assert answers == (True, False, True, False, True, False, False, False, False)
    assert tuple(inquiry.answers.values()) == answers[:-1]  # without a section nothing is asked of it
