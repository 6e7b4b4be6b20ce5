"""Which changes of a service are one event."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from changes import NEW, change, clause, edited, verdict
from commands import NEW as LOOSER
from commands import OLD as STRICT
from commands import OTHER, SCHEMA, objects, tracker
from histories import DAY, NOON, Commit, git_repository

from tracker.episodes import Happening, episodes, happening, name_of
from tracker.model import Cause, Change, ChangeKind, ClauseChange, JudgedClause, Noise

if TYPE_CHECKING:
    from pathlib import Path

ORDER = edited(("=", "On receipt of a "), ("-", "court order"), ("+", "valid order"), ("=", " we may tell."))
BACK = edited(("=", "On a "), ("-", "valid order"), ("+", "court order"), ("=", " we talk."))


def on_day(day: float, name: str, words: ClauseChange = ORDER, document: str = "Terms", grade: int = 2) -> Change:
    made = change(JudgedClause(words, verdict(grade)), document=document)
    return replace(made, after=replace(NEW, at=NEW.at + timedelta(days=day), id=name))


def back_on_day(day: float, name: str, to: str, undoes: str | None = None) -> Change:
    made = replace(on_day(day, name), cause=Cause.VARIANT, noise=Noise.VARIANT, clauses=(), significance=0)
    return replace(made, returns_to=to, undoes=undoes)


def told(*changes: Change) -> list[str | None]:
    """Give the episode of each change."""
    happenings: list[Happening] = []
    places: list[int | None] = []
    for one in changes:
        happened = happening(one)
        places.append(len(happenings) if happened else None)
        happenings += [happened] if happened else []
    found = episodes(happenings)
    return [None if place is None else found.get(place) for place in places]


def test_the_same_edit_in_several_documents_within_days_is_one_episode() -> None:
    assert told(
        on_day(0, "a"),
        on_day(2, "b", document="FAQ"),
        on_day(2, "c", clause(ChangeKind.ADDED, None, "Something else.")),
    ) == ["a", "a", None]


def test_documents_come_in_any_order_and_the_episode_has_the_name_of_the_first_record() -> None:
    assert told(on_day(2, "b", document="FAQ"), on_day(0, "a")) == ["a", "a"]


def test_the_same_edit_weeks_later_is_another_event() -> None:
    assert told(on_day(0, "a"), on_day(8, "b", document="FAQ")) == [None, None]


def test_an_episode_does_not_go_on_for_ever() -> None:
    found = told(*(on_day(6 * k, f"r{k}") for k in range(8)))
    assert found == ["r0"] * 6 + ["r6"] * 2


def test_an_edit_taken_back_by_its_opposite_belongs_to_the_same_episode() -> None:
    assert told(on_day(0, "a"), on_day(3, "b", BACK)) == ["a", "a"]


def test_a_change_withdrawn_and_put_up_again_by_returns_is_one_episode() -> None:
    changes = (
        on_day(0, "new"),
        back_on_day(1, "x", "old", "new"),
        back_on_day(2, "y", "new"),
        back_on_day(3, "z", "old"),
    )
    assert told(*changes) == ["new"] * 4


def test_returns_between_the_faces_of_a_page_are_no_episode() -> None:
    assert told(on_day(0, "new"), back_on_day(1, "x", "german"), back_on_day(2, "y", "new")) == [None, None, None]


def test_minor_clauses_beside_notable_ones_do_not_tie_changes_together() -> None:
    minor = JudgedClause(ORDER, verdict(1))
    first = change(JudgedClause(clause(ChangeKind.ADDED, None, "A new rule."), verdict(3)), minor)
    other = replace(on_day(0, "b", grade=1), document="FAQ")
    assert told(replace(first, after=replace(NEW, id="a")), other) == [None, None]


def test_noise_upgrades_and_first_records_are_no_part_of_an_episode() -> None:
    assert happening(replace(on_day(0, "a"), significance=0, noise=Noise.DATES)) is None
    assert happening(replace(on_day(0, "a"), cause=Cause.TECHNICAL_UPGRADE)) is None
    assert happening(replace(on_day(0, "a"), cause=Cause.FIRST_RECORD)) is None


def test_an_edit_has_a_name_by_its_words_alone() -> None:
    louder = edited(("-", "COURT order,"), ("+", "valid  order"), ("=", " elsewhere"))
    assert name_of(ORDER) == name_of(BACK) == name_of(louder)
    assert name_of(ORDER) != name_of(edited(("-", "court order"), ("+", "other order")))
    assert name_of(edited(("-", "our"), ("+", "the"))) is None
    assert name_of(clause(ChangeKind.MOVED, "The same words stay.", "The same words stay.")) is None


def test_a_replay_tells_the_episode_also_where_its_first_change_is_not_shown(tmp_path: Path) -> None:
    files = {"Acme/Privacy Policy.md": STRICT, "Acme/Terms.md": STRICT + OTHER, "Brio/Terms.md": STRICT}
    repository = git_repository(
        tmp_path / "history.git",
        Commit(dict(files), "First record of all"),
        Commit({"Acme/Terms.md": LOOSER + OTHER}, at=NOON + 10 * DAY),
        Commit({"Acme/Privacy Policy.md": LOOSER}, at=NOON + 12 * DAY),
        Commit({"Acme/Privacy Policy.md": STRICT}, at=NOON + 13 * DAY),
        Commit({"Brio/Terms.md": LOOSER}, at=NOON + 13 * DAY),
    )
    every = objects(tracker("replay", repository, "--json", "--all"))
    (first,) = (one["after"]["id"] for one in every if one["document"] == "Terms" and "episode" in one)
    assert [(one["document"], one["cause"]) for one in every if one.get("episode") == first] == [
        ("Privacy Policy", "change"),
        ("Privacy Policy", "variant"),
        ("Terms", "change"),
    ]
    for one in every:
        SCHEMA.validate(one)
        assert list(one)[-2:] == ["clauses", "coverage"]
    (late,) = objects(tracker("replay", repository, "--json", "--since", "2024-09-12", "--service", "Acme"))
    assert late == next(one for one in every if one["after"] == late["after"] and one["document"] == late["document"])
    assert f"goes on from {first[:12]}: the same words within days" in tracker("replay", repository).stdout
