from __future__ import annotations

from dataclasses import replace

import pytest
from changes import disclosure
from messages import DAY, MIDNIGHT, WANTS, composed, found, news, said, told, turned

from tracker.digest.compose import compose, tellings, waiting
from tracker.digest.message import Failing, Foot, Telling
from tracker.digest.news import Explained, News
from tracker.model import Cause, Noise, Role


def test_the_most_significant_comes_first_within_services_and_documents() -> None:
    digest = composed(
        found(1, service="Brio", document="Terms"),
        found(2, document="Terms"),
        found(3, grade=3),
        found(4, service="Brio", document="FAQ"),
        found(5, hour=7),
    )
    assert digest is not None
    assert [(group.service, group.document, [one.stored.id for one in group.entries]) for group in digest.groups] == [
        ("Acme", "Privacy Policy", [3, 5]),
        ("Acme", "Terms", [2]),
        ("Brio", "Terms", [1]),
        ("Brio", "FAQ", [4]),
    ]


def test_a_message_knows_its_period_and_its_reader() -> None:
    digest = composed(found(1), wants=replace(WANTS, timezone="Europe/Paris", language="fr"))
    assert digest is not None
    assert (digest.id, digest.subscription, digest.since, digest.until) == (
        "digest 1",
        "Editors",
        MIDNIGHT,
        MIDNIGHT + DAY,
    )
    assert (digest.timezone, digest.language) == ("Europe/Paris", "fr")


def test_without_anything_to_tell_there_is_no_message() -> None:
    assert composed() is None
    assert composed(found(1, grade=1), found(2, noise=Noise.DATES)) is None


def test_who_wants_to_hear_that_nothing_changed_hears_it() -> None:
    failing = (Failing("Acme", "FAQ", MIDNIGHT, "HTTP 503"),)
    wants = replace(WANTS, nothing_changed=True)
    digest = compose("digest 1", wants, News(MIDNIGHT, MIDNIGHT + DAY, checked=40, unchanged=39, failing=failing))
    assert digest is not None
    assert (digest.groups, digest.foot) == ((), Foot(40, 39, {}, failing=failing))


def test_filters_choose_services_documents_topics_and_grades() -> None:
    here = found(1, topics=("retention",))
    others = (
        found(2, service="Brio", topics=("retention",)),
        found(3, document="Terms", topics=("retention",)),
        found(4, topics=("payment",)),
        found(5, grade=1, topics=("retention",)),
    )
    wants = replace(
        WANTS,
        services=frozenset({"Acme"}),
        documents=frozenset({"Privacy Policy"}),
        topics=frozenset({"retention"}),
    )
    digest = composed(here, *others, wants=wants)
    assert said(digest) == [(1, Telling.CHANGE)]
    assert digest is not None
    assert (digest.foot.minor, digest.foot.other_topics) == (1, 1)


def test_noise_and_what_is_minor_are_counted_at_the_foot() -> None:
    digest = composed(
        found(1),
        found(2, grade=1),
        found(3, noise=Noise.DATES),
        found(4, noise=Noise.DATES),
        found(5, noise=Noise.LINKS),
        found(6, service="Brio", noise=Noise.WALL),
        wants=replace(WANTS, services=frozenset({"Acme"})),
    )
    assert digest is not None
    assert digest.foot == Foot(suppressed={Noise.DATES: 2, Noise.LINKS: 1}, minor=1)


def test_what_finds_no_room_is_the_least_significant_and_is_counted() -> None:
    many = [found(k, grade=2 + (k == 7), document=f"Terms {k}") for k in range(1, 11)]
    digest = composed(*many, wants=replace(WANTS, most=4))
    assert digest is not None
    assert digest.foot.left_out == 6
    assert said(digest)[0] == (7, Telling.CHANGE)
    assert len(digest.entries) == 4


def test_first_records_and_upgrades_are_told_to_nobody() -> None:
    one = found(1)
    first = replace(one, change=replace(one.change, cause=Cause.FIRST_RECORD))
    upgrade = replace(one, id=2, change=replace(one.change, cause=Cause.TECHNICAL_UPGRADE))
    assert composed(first, upgrade) is None


def test_the_same_edit_in_ten_documents_is_one_entry() -> None:
    digest = composed(*(found(k, document=f"Terms {k}", hour=k, episode="e") for k in range(1, 11)))
    assert digest is not None
    (entry,) = digest.entries
    assert (entry.stored.id, [one.id for one in entry.also]) == (1, list(range(2, 11)))


def test_what_a_change_of_an_episode_brings_beside_is_told_too() -> None:
    first, second = found(1, episode="e"), found(2, document="Terms", episode="e")
    other = found(3, document="Terms", words="will sell it to anybody who asks")
    richer = replace(second, change=replace(second.change, clauses=(*second.change.clauses, *other.change.clauses)))
    assert said(composed(first, richer)) == [(1, Telling.CHANGE), (2, Telling.CHANGE)]


def test_the_change_with_which_an_episode_begins_need_not_know_it() -> None:
    digest = composed(found(1), found(2, document="Terms", episode="record 1"))
    assert digest is not None
    assert [(entry.stored.id, [one.id for one in entry.also]) for entry in digest.entries] == [(1, [2])]
    later = composed(found(2, document="Terms", episode="record 1"), told=(told(found(1)),))
    assert said(later) == [(2, Telling.SAME)]


def test_changes_of_different_services_are_different_events() -> None:
    digest = composed(found(1, episode="e"), found(2, service="Brio", episode="e"))
    assert said(digest) == [(1, Telling.CHANGE), (2, Telling.CHANGE)]


def test_put_up_and_taken_back_within_the_period_is_one_entry_that_says_so() -> None:
    digest = composed(found(1, episode="e"), found(2, hour=8, back=True, episode="e"))
    assert digest is not None
    (entry,) = digest.entries
    assert (entry.stored.id, entry.withdrawn_at) == (1, found(2, hour=8).change.after.at)
    assert tellings(digest) == ((1, Telling.CHANGE), (2, Telling.CHANGE), (1, Telling.WITHDRAWN))


def test_put_up_taken_back_and_put_up_again_is_one_entry_in_force() -> None:
    again = found(3, hour=10, episode="e")
    digest = composed(found(1, episode="e"), found(2, hour=8, back=True, episode="e"), again)
    assert digest is not None
    (entry,) = digest.entries
    assert (entry.stored.id, [one.id for one in entry.also], entry.withdrawn_at) == (1, [2, 3], None)


def test_an_exact_return_within_the_period_says_that_it_was_withdrawn() -> None:
    digest = composed(found(1), turned(2, "old", undoes="record 1"))
    assert digest is not None
    assert [(entry.stored.id, entry.withdrawn_at) for entry in digest.entries] == [(1, turned(2, "").change.after.at)]


def test_a_text_that_came_went_and_came_again_exactly_stands() -> None:
    digest = composed(found(1), turned(2, "old", undoes="record 1"), turned(3, "record 1", hour=11))
    assert digest is not None
    assert [(entry.stored.id, entry.withdrawn_at) for entry in digest.entries] == [(1, None)]


def test_who_was_told_of_a_change_is_told_that_it_was_withdrawn() -> None:
    digest = composed(turned(2, "old", undoes="record 1"), told=(told(found(1)),))
    assert said(digest) == [(1, Telling.WITHDRAWN)]
    assert digest is not None
    assert digest.foot.suppressed == {}
    assert tellings(digest) == ((1, Telling.WITHDRAWN),)


def test_who_was_not_told_of_a_change_hears_nothing_of_its_withdrawal() -> None:
    assert composed(turned(2, "old", undoes="record 1")) is None


def test_what_was_told_as_withdrawn_and_stands_again_is_told_once() -> None:
    up = turned(3, "record 1")
    assert said(composed(up, told=(told(found(1), Telling.CHANGE, Telling.WITHDRAWN),))) == [(1, Telling.RESTORED)]
    all_said = told(found(1), Telling.CHANGE, Telling.WITHDRAWN, Telling.RESTORED)
    assert composed(turned(4, "old", undoes="record 1"), told=(all_said,)) is None


def test_what_flaps_is_told_no_more() -> None:
    flapping = replace(turned(2, "old", flapping=True), id=2)
    assert composed(flapping, told=(told(found(1)),)) is None
    back_and_forth = (turned(2, "old", undoes="record 1", hour=8), turned(3, "record 1", hour=9))
    assert composed(*back_and_forth, told=(told(found(1)),)) is None


def test_a_withdrawal_in_many_documents_of_an_episode_is_one_entry() -> None:
    first, second = found(1, episode="e"), found(2, document="Terms", episode="e")
    there = turned(4, "old", undoes="record 2")
    there = replace(there, change=replace(there.change, document="Terms"))
    digest = composed(turned(3, "old", undoes="record 1"), there, told=(told(first), told(second)))
    assert digest is not None
    assert tellings(digest) == ((1, Telling.WITHDRAWN), (2, Telling.WITHDRAWN))
    assert len(digest.entries) == 1


def test_an_event_that_was_told_is_one_line_when_it_comes_to_another_document() -> None:
    digest = composed(found(2, document="Terms", episode="e"), told=(told(found(1, episode="e")),))
    assert said(digest) == [(2, Telling.SAME)]


def test_an_edit_that_takes_back_what_was_told_is_its_withdrawal() -> None:
    known = found(1, episode="e")
    back = found(2, back=True, episode="e", hour=9)
    assert said(composed(back, told=(told(known),))) == [(1, Telling.WITHDRAWN)]
    assert composed(back, told=(told(known, Telling.CHANGE, Telling.WITHDRAWN),)) is None


def test_nothing_is_told_twice() -> None:
    assert composed(found(1), told=(told(found(1)),)) is None
    assert said(composed(found(1), found(1))) == [(1, Telling.CHANGE)]


def test_a_newsworthy_change_waits_for_a_second_capture() -> None:
    fresh = replace(found(1, grade=3), is_confirmed=False)
    notable = replace(found(2), is_confirmed=False)
    assert waiting(WANTS, (fresh, notable)) == {1}
    assert composed(fresh) is None
    assert said(composed(replace(fresh, is_confirmed=True))) == [(1, Telling.CHANGE)]


def test_a_change_that_waited_and_was_withdrawn_is_told_with_its_end() -> None:
    fresh = replace(found(1, grade=3), is_confirmed=False)
    undoing = turned(2, "old", undoes="record 1")
    assert waiting(WANTS, (fresh, undoing)) == frozenset()
    digest = composed(fresh, undoing)
    assert digest is not None
    assert digest.entries[0].withdrawn_at == undoing.change.after.at


def test_who_wants_provisional_news_hears_them_and_how_they_end() -> None:
    wants = replace(WANTS, provisional=True)
    fresh = replace(found(1, grade=3), is_confirmed=False)
    assert said(composed(fresh, wants=wants)) == [(1, Telling.PROVISIONAL)]
    provisional = told(fresh, Telling.PROVISIONAL)
    assert composed(wants=wants, told=(provisional,)) is None
    sure = replace(provisional, stored=found(1, grade=3))
    assert said(composed(wants=wants, told=(sure,))) == [(1, Telling.CONFIRMED)]
    assert composed(wants=wants, told=(told(found(1, grade=3), Telling.PROVISIONAL, Telling.CONFIRMED),)) is None
    gone = turned(2, "old", undoes="record 1")
    assert said(composed(gone, wants=wants, told=(provisional,))) == [(1, Telling.WITHDRAWN)]


def test_coverage_that_comes_later_is_a_follow_up_with_what_is_new() -> None:
    (link,) = disclosure().coverage
    background = replace(link, role=Role.BACKGROUND)
    one = found(1)
    explained = replace(news(told=(told(one),)), explained=(Explained(one, (background, link)),))
    digest = compose("digest 1", WANTS, explained)
    assert digest is not None
    assert [(entry.telling, entry.coverage) for entry in digest.entries] == [(Telling.FOLLOW_UP, (link,))]
    assert compose("digest 1", replace(WANTS, follow_ups=False), explained) is None
    assert compose("digest 1", WANTS, replace(explained, told=())) is None


def test_background_alone_explains_nothing() -> None:
    (link,) = disclosure().coverage
    one = found(1)
    explained = (Explained(one, (replace(link, role=Role.BACKGROUND),)),)
    assert compose("digest 1", WANTS, replace(news(told=(told(one),)), explained=explained)) is None


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 1, 0), (1, 2, 0)])
def test_the_order_in_which_changes_are_given_decides_nothing(order: tuple[int, ...]) -> None:
    given = (found(1, episode="e"), found(2, hour=8, back=True, episode="e"), found(3, document="Terms", episode="e"))
    assert composed(*(given[k] for k in order)) == composed(*given)
