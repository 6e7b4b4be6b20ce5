"""What both versions share is set aside unread; a clause is told the same, wherever it stands."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from telling import told

from tracker.diff.compare import compare
from tracker.diff.pieces import keeps_label
from tracker.text.shelf import Shelf
from tracker.text.units import units_of
from tracker.text.version import read

KEPT = "\n\n".join(f"## {number}. Part\n\n* item one of {number}\n* item two of {number}" for number in range(1, 9))
LINES = st.lists(
    st.sampled_from(("* a", "  * b", "words", "", "   ", "1. c", "| d | e |", "# f", "> g", "==", "h  ", "a) i")),
    max_size=9,
).map("\n".join)


def test_what_is_the_same_is_not_read_to_compare() -> None:
    shelf = Shelf()
    old, new = f"{KEPT}\n\nWe share data.\n\n{KEPT}", f"{KEPT}\n\nWe sell data.\n\n{KEPT}"
    comparison = compare(read(old, shelf), read(new, shelf))

    assert [(a and a.text, b and b.text) for a, b in comparison.sides] == [("We share data.", "We sell data.")]
    assert "blocks" not in vars(comparison.old)


def test_a_change_between_shared_parts_knows_its_place() -> None:
    found = told(f"{KEPT}\n\nWe share data.\n\n{KEPT}", f"{KEPT}\n\nWe sell data.\n\n{KEPT}")["clauses"]

    assert isinstance(found, list)
    assert [(clause["path"], clause["number"]) for clause in found] == [(["8. Part"], "8")]


@given(LINES)
def test_units_hold_all_of_a_chunk_and_mean_the_same_alone(chunk: str) -> None:
    units, starts = units_of(chunk)

    assert [chunk[start : start + len(unit)] for unit, start in zip(units, starts, strict=True)] == units
    alone = [block.key for unit in units for block in read(unit).blocks]
    assert [block.key for block in read(chunk).blocks] == alone


def test_a_row_is_not_told_by_a_cell_that_other_rows_have() -> None:
    row, cell, label = (
        read(text).blocks[0]
        for text in ("| Location | You or your devices |", "You or your devices", "Location of you")
    )

    assert (keeps_label(row, cell), keeps_label(row, cell, label), keeps_label(cell, row)) == (False, True, False)
