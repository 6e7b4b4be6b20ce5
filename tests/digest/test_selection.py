from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from changes import change, clause, verdict

from tracker.digest.selection import NOTHING, Selection
from tracker.model import Cause, ChangeKind, JudgedClause, Noise, VersionRef

NOTABLE = change(
    JudgedClause(clause(ChangeKind.ADDED, None, "We sell data."), verdict(2, 4.0, topics=("data_sharing",)))
)
NOISE = change(noise=Noise.LINKS)
FIRST = change(cause=Cause.FIRST_RECORD)


def _day(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(text)


@pytest.mark.parametrize(
    ("selection", "shown"),
    [
        (Selection(), (True, False, False)),
        (Selection(everything=True), (True, True, True)),
        (Selection(min_significance=2), (True, False, False)),
        (Selection(min_significance=3), (False, False, False)),
        (Selection(min_significance=1, everything=True), (True, False, False)),
        (Selection(topics=frozenset({"data_sharing", "disputes"})), (True, False, False)),
        (Selection(topics=frozenset({"disputes"}), everything=True), (False, False, False)),
        (NOTHING, (False, False, False)),
    ],
)
def test_a_selection_shows(selection: Selection, shown: tuple[bool, bool, bool]) -> None:
    assert tuple(selection.shows(one) for one in (NOTABLE, NOISE, FIRST)) == shown


@pytest.mark.parametrize(
    ("since", "until", "shown"),
    [
        ("2024-09-24", "2024-09-24", True),
        ("2024-09-25", None, False),
        (None, "2024-09-23", False),
        ("2024-09-01", None, True),
        (None, None, True),
    ],
)
def test_days_are_utc_and_inclusive(since: str | None, until: str | None, shown: bool) -> None:
    selection = Selection(_day(since), _day(until))
    last_second = VersionRef(datetime(2024, 9, 24, 23, 59, 59, tzinfo=UTC), "b")
    assert selection.shows(change(*NOTABLE.clauses, after=last_second)) is shown
