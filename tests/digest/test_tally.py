from __future__ import annotations

from changes import change, clause, verdict

from tracker.digest.tally import Tally
from tracker.model import Cause, ChangeKind, JudgedClause, Noise


def test_a_tally_tells_everything_it_met_in_one_line() -> None:
    tally = Tally()
    tally.count(change(cause=Cause.FIRST_RECORD), is_shown=False)
    tally.count(change(JudgedClause(clause(ChangeKind.ADDED, None, "x"), verdict())), is_shown=True)
    for noise in (Noise.LINKS, Noise.VARIANT, Noise.VARIANT, Noise.NO_SELECTOR):
        tally.count(change(noise=noise), is_shown=False)
    assert tally.sentence(1) == (
        "1 document, 6 records, 5 changes, 1 shown; noise: variant 2, links 1; without a version: no_selector 1"
    )


def test_tallies_add_up() -> None:
    one, other = Tally(records=2, changes=1), Tally(records=3, changes=3, shown=1)
    other.noise[Noise.DATES] = 2
    one.add(other)
    assert (one.records, one.changes, one.shown, one.noise) == (5, 4, 1, {Noise.DATES: 2})
