"""What holds for any history, however it falls into periods: nothing is told twice, nothing that is news is lost."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING

from hypothesis import given
from hypothesis import strategies as st
from messages import WANTS, found, news, turned

from tracker.digest.compose import compose, tellings, waiting
from tracker.digest.message import Telling
from tracker.digest.news import Told

if TYPE_CHECKING:
    from tracker.digest.message import Stored
    from tracker.digest.news import Wants

# What a step of a history does: a change, graded; or a return to the text after the change so many steps before,
# or to the one before it.
step = st.tuples(st.sampled_from(["change", "edit", "back", "again"]), st.integers(1, 3), st.booleans())


def history(steps: list[tuple[str, int, bool]]) -> list[Stored]:
    told: list[Stored] = []
    for k, (what, number, is_elsewhere) in enumerate(steps):
        if what in {"change", "edit"} or k < number:
            episode = "e" if what == "edit" else None
            document = "Terms" if is_elsewhere else "Privacy Policy"
            words = "may share it with everybody" if episode else f"may do the thing of number {k}"
            told.append(found(k, grade=number, hour=k, words=words, episode=episode, document=document))
        else:
            target = f"record {k - number}"
            told.append(
                turned(k, target if what == "again" else "old", undoes=None if what == "again" else target, hour=k)
            )
    return told


def told_in_periods(changes: list[Stored], cuts: set[int], wants: Wants) -> list[tuple[int, Telling]]:
    """Tell a history period by period, remembering what was told as an archive does."""
    said: list[tuple[int, Telling]] = []
    held: list[Stored] = []
    at = 0
    for cut in sorted({*cuts, len(changes)}):
        given_now = (*held, *changes[at:cut])
        before = {number: frozenset(what for other, what in said if other == number) for number, _ in said}
        told = tuple(Told(one, before[one.id]) for one in changes if one.id in before)
        digest = compose("digest", wants, news(*given_now, told=told))
        kept = waiting(wants, given_now)
        held = [replace(one, is_confirmed=True) for one in given_now if one.id in kept]
        said += tellings(digest) if digest else ()
        at = cut
    return said


@given(st.lists(step, max_size=14), st.sets(st.integers(0, 14)), st.booleans())
def test_nothing_is_told_twice(steps: list[tuple[str, int, bool]], cuts: set[int], provisional: bool) -> None:
    changes = [replace(one, is_confirmed=one.id % 2 == 0) for one in history(steps)]
    cuts = {cut for cut in cuts if cut <= len(changes)}
    said = told_in_periods(changes, cuts, replace(WANTS, provisional=provisional))
    assert [one for one, times in Counter(said).items() if times > 1] == []


@given(st.lists(step, max_size=14), st.sets(st.integers(0, 14)))
def test_what_is_news_is_told_in_one_message(steps: list[tuple[str, int, bool]], cuts: set[int]) -> None:
    changes = history(steps)
    cuts = {cut for cut in cuts if cut <= len(changes)}
    said = told_in_periods(changes, cuts, WANTS)
    first = [number for number, what in said if what in {Telling.CHANGE, Telling.SAME}]
    wanted = [one.id for one in changes if one.change.significance >= WANTS.least and one.change.episode is None]
    assert sorted(number for number in first if number in wanted) == wanted
