from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from changes import clause
from coverage_news import ACME, FORUM, HANDOVER, HISTORY, article, at, judged

from tracker.coverage.linking import Linked, link
from tracker.model import Article, Cause, ChangeKind, Evidence, Role

Found = tuple[int, Role]


def found(*articles: Article) -> list[Found]:
    return [(one.change, one.link.role) for one in link(articles, HISTORY, ACME)]


def only(*articles: Article) -> Linked:
    (one,) = link(articles, HISTORY, ACME)
    return one


def test_an_article_that_repeats_the_new_words_quotes_the_change() -> None:
    one = only(article("Acme opens up: “valid request of a prosecutor names you as a suspect of any crime”, it says."))
    words = "valid request of a prosecutor names you as a suspect of any crime"
    assert (one.change, one.link.role) == (1, Role.QUOTES)
    assert one.link.evidence == (Evidence(words, 0, "after", "quotes the new wording"),)


def test_an_article_that_repeats_the_old_words_quotes_the_change_too() -> None:
    one = only(article("Gone from the rules of Acme: “court order names you as a terror suspect”."))
    assert (one.change, one.link.role) == (1, Role.QUOTES)
    assert [(e.before_or_after, e.note) for e in one.link.evidence] == [("before", "quotes the old wording")]


def test_a_quotation_that_was_translated_back_is_still_one() -> None:
    text = "Acme would react when “a valid prosecutor's request names you as a suspect in any crime”."
    assert found(article(text)) == [(1, Role.QUOTES)]


def test_an_article_that_says_the_policy_changed_and_retells_it_describes_the_change() -> None:
    text = "Acme has updated its privacy policy: numbers of suspects now go to police when a prosecutor asks."
    one = only(article(text))
    assert (one.change, one.link.role) == (1, Role.DESCRIBES)
    assert one.link.evidence == (Evidence(text, 0, "after", "tells of the change in other words"),)


def test_an_article_on_the_same_subject_that_speaks_of_no_change_is_background() -> None:
    text = "A prosecutor in the capital says that Acme ignored her request to name the suspect of a crime."
    assert found(article(text)) == [(1, Role.BACKGROUND)]


def test_two_changes_quoted_in_one_article_are_both_linked() -> None:
    text = (
        "Acme allows itself “a biometric template of your face, kept for three years”. "
        "And “an arbitrator in Geneva” is removed, with “your right to join a class action”."
    )
    assert sorted(found(article(text, 95))) == [(2, Role.QUOTES), (3, Role.QUOTES)]


@pytest.mark.parametrize("days", [128, 179])
def test_news_that_comes_months_late_is_linked(days: float) -> None:
    text = "Acme unnoticed: “valid request of a prosecutor names you as a suspect of any crime”."
    assert found(article(text, days)) == [(1, Role.QUOTES)]


def test_an_undated_article_is_linked_by_its_words() -> None:
    text = "Acme now says it stores a “biometric template of your face, kept for three years after you leave”."
    assert found(article(text, None)) == [(2, Role.QUOTES)]


def test_an_old_article_on_the_same_clause_never_explains_a_later_change() -> None:
    text = "Acme adds a rule: “If a court order names you as a terror suspect, we may disclose your number”."
    assert found(article(text, -2000)) == [(1, Role.BEFORE_THE_CHANGE)]


def test_an_article_on_another_subject_at_the_same_time_is_not_linked() -> None:
    assert found(article("Acme opens an office in Lisbon and hires forty engineers for its camera team.")) == []


def test_an_article_that_quotes_what_did_not_change_explains_nothing_and_says_so() -> None:
    text = "Acme has long said: “we may disclose your telephone number to the police of your country”."
    one = only(article(text))
    assert one.link.role is Role.BACKGROUND
    assert one.link.evidence[0] == Evidence(
        "we may disclose your telephone number to the police of your country",
        0,
        "after",
        "quotes words that did not change",
    )


def test_an_article_about_another_service_needs_a_plain_quotation() -> None:
    told = "{} has changed its policy: the police may get a number, and a request may come from a prosecutor."
    assert (found(article(told.format("Acme"))), found(article(told.format("Brio")))) == (
        [(1, Role.DESCRIBES)],
        [],
    )
    quoted = "So: “valid request of a prosecutor names you as a suspect of any crime, we may disclose”."
    assert found(article(quoted)) == [(1, Role.QUOTES)]


def test_a_service_is_known_by_its_other_names_and_by_the_address_of_the_article() -> None:
    text = "{} has updated its privacy policy: numbers of suspects now go to police when a prosecutor asks."
    assert found(article(text.format("Acmegram"))) == [(1, Role.DESCRIBES)]
    assert found(article(text.format("It"), url="https://news.example/acme-policy")) == [(1, Role.DESCRIBES)]


def test_an_article_known_to_be_about_the_service_need_not_name_it() -> None:
    told = article("It has changed its policy: the police may get a number, and a request may come from a prosecutor.")
    (one,) = link([told], HISTORY, replace(ACME, given=True))
    assert (one.change, one.link.role) == (1, Role.DESCRIBES)
    assert found(told) == []


def test_a_date_that_agrees_is_no_quotation() -> None:
    dated = clause(
        ChangeKind.ADDED, None, "September 23, 2024: wording of the section on payment of invoices reviewed."
    )
    text = "Acme in the news. “September 23, 2024”, it read on the door."
    assert link([article(text)], [at(0, judged(dated))], ACME) == ()


def test_a_sentence_said_to_be_removed_that_only_moved_is_called_moved() -> None:
    moved = clause(ChangeKind.MOVED, FORUM.before, FORUM.before)
    text = "Acme removed “Disputes are heard by an arbitrator in Geneva, and you give up your right”."
    (one,) = link([article(text)], [at(0, judged(moved, 1))], ACME)
    told = [e.note for e in one.link.evidence]
    assert "tells of a removal, but these words only moved; they still stand in the document" in told


def test_a_clause_that_goes_up_twice_is_linked_once_at_the_fitting_time() -> None:
    added = clause(ChangeKind.ADDED, None, HANDOVER.after)
    history = (
        at(-100, judged(added)),
        at(-99, judged(clause(ChangeKind.REMOVED, HANDOVER.after, None))),
        at(0, judged(added)),
    )
    text = "Acme says: “valid request of a prosecutor names you as a suspect of any crime”."
    assert [one.change for one in link([article(text)], history, ACME)] == [2]


def test_first_records_explain_nothing() -> None:
    first = replace(HISTORY[1], cause=Cause.FIRST_RECORD)
    text = "Acme says: “valid request of a prosecutor names you as a suspect of any crime”."
    assert link([article(text)], [first], ACME) == ()


def test_a_foreign_article_is_matched_through_the_glossary() -> None:
    text = "Acme ha aggiornato i termini: su richiesta valida del procuratore cede il numero di un sospetto."
    assert found(article(text, language="it")) == [(1, Role.DESCRIBES)]


def arrests() -> list[Article]:
    return [
        article(
            "Police in France arrested Jo Doe. Acme had ignored a prosecutor who named a suspect.",
            name="1",
        ),
        article("The chief of Acme, Jo Doe, was detained in Paris over a crime, a prosecutor says.", name="2"),
        article("French prosecutors charged Jo Doe of Acme, who did not name a suspect of a crime.", name="3"),
        article("Acme: its founder Jo Doe was detained by Brazilian police, says this paper.", name="4"),
    ]


def test_the_article_that_stands_alone_against_three_others_is_contested() -> None:
    links = link(arrests(), HISTORY, ACME)
    assert [(one.link.article.id, one.link.role) for one in links] == [
        ("1", Role.BACKGROUND),
        ("2", Role.BACKGROUND),
        ("3", Role.BACKGROUND),
        ("4", Role.CONTESTED),
    ]
    assert links[-1].change == 1
    assert links[-1].link.evidence == (
        Evidence(
            "Acme: its founder Jo Doe was detained by Brazilian police, says this paper.",
            None,
            None,
            "contradicts 3 of 3 others on the authority behind the arrest or charge",
        ),
    )


def test_two_against_two_is_no_consensus() -> None:
    ours = arrests()
    articles = [*ours[:2], ours[3], replace(ours[3], id="5")]
    assert Role.CONTESTED not in {one.link.role for one in link(articles, HISTORY, ACME)}


def test_an_arrest_of_somebody_else_contradicts_nothing() -> None:
    other = replace(
        arrests()[3], text="Acme news: the singer Al Roe was detained by Brazilian police, says this paper."
    )
    assert Role.CONTESTED not in {one.link.role for one in link([*arrests()[:3], other], HISTORY, ACME)}


def test_an_article_that_names_another_law_than_all_others_is_contested() -> None:
    told = "Regulators fined Acme, the firm of Jo Doe, under the {} after a prosecutor named a suspect of a crime."
    laws = ["Online Safety Act"] * 3 + ["Digital Services Act"]
    articles = [article(told.format(law), name=str(number)) for number, law in enumerate(laws)]
    [odd] = [one.link for one in link(articles, HISTORY, ACME) if one.link.role is Role.CONTESTED]
    assert odd.article.id == "3"
    assert odd.evidence[0].note == "contradicts 3 of 3 others on the law behind the fine"


def test_the_account_of_the_service_itself_is_marked_and_is_no_voice_among_others() -> None:
    acme = replace(ACME, sites=("acme.example",))
    articles = [*arrests()[:3], replace(arrests()[3], url="https://www.acme.example/blog/1")]
    found = link(articles, HISTORY, acme)
    assert Role.CONTESTED not in {one.link.role for one in found}
    text = "We changed our rules: “valid request of a prosecutor names you as a suspect of any crime”."
    (own,) = link([article(text, url="https://blog.acme.example/rules")], HISTORY, acme)
    assert own.link.evidence[0].note == "the provider's own account: quotes the new wording"


def test_nothing_in_gives_nothing_out() -> None:
    assert link([], HISTORY, ACME) == ()
    assert link([article("Acme has updated its policy.")], [], ACME) == ()
    assert link([article("")], HISTORY, ACME) == ()


def test_links_do_not_depend_on_the_order_of_the_changes() -> None:
    text = "Acme says: “valid request of a prosecutor names you as a suspect of any crime”."
    (one,) = link([article(text)], HISTORY, ACME)
    (other,) = link([article(text)], HISTORY[::-1], ACME)
    assert (HISTORY[::-1][other.change], other.link) == (HISTORY[one.change], one.link)


def test_links_do_not_depend_on_the_hashes_of_the_process() -> None:
    tests = Path(__file__).parents[1]
    script = (
        "from coverage_news import *\n"
        "from test_coverage_linking import arrests\n"
        "from tracker.coverage.linking import link\n"
        "print(link(arrests(), HISTORY, ACME))"
    )
    said = {
        subprocess.run(
            [sys.executable, "-c", script],
            check=True,
            capture_output=True,
            env={"PYTHONHASHSEED": seed, "PYTHONPATH": f"{tests / 'coverage'}:{tests}:{tests.parent}"},
            text=True,
        ).stdout
        for seed in ("1", "2", "3")
    }
    assert len(said) == 1


def test_an_article_a_year_and_a_day_late_explains_nothing() -> None:
    text = "Acme says: “valid request of a prosecutor names you as a suspect of any crime”."
    assert [one.link.role for one in link([article(text, 366)], [HISTORY[1]], ACME)] == []
