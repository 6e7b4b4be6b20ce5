"""The laws and one famous change, on the texts of a real history."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

import pytest
from laws import misaligned, miscounted, not_rebuilt
from shared import history

from tracker.diff.changes import changes
from tracker.diff.compare import compare
from tracker.model import BlockKind, ChangeKind, Op
from tracker.text.shelf import Shelf
from tracker.text.version import read

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tracker.formats.history import Line

BEFORE = "4274ab2057baed5ee573ef85c7377020196e49fd"
AFTER = "28ae99800567c2cc20114e22bff5f3b7667ddbc1"
EDITS = [
    (Op.EQUAL, "If Telegram receives a"),
    (Op.DELETE, "court order"),
    (Op.INSERT, "valid order from the relevant judicial authorities"),
    (Op.EQUAL, "that confirms you're a"),
    (Op.DELETE, "terror suspect, we"),
    (Op.INSERT, "suspect in a case ... of the request and"),
    (Op.EQUAL, "may disclose your IP ... to the relevant authorities."),
    (Op.DELETE, "So far, this has never happened. When it does"),
    (Op.INSERT, "If any data is shared"),
    (Op.EQUAL, ", we will include"),
    (Op.DELETE, "it in a semiannual"),
    (Op.INSERT, "such occurrences in a quarterly"),
    (Op.EQUAL, "transparency report published at: https://t.me/transparency."),
]


@pytest.fixture(scope="module")
def records() -> Iterator[tuple[tuple[Line, ...], Callable[[str], str]]]:
    with history() as unpacked:
        yield unpacked


def test_the_clause_of_september_2024_is_shown_phrase_by_phrase(
    records: tuple[tuple[Line, ...], Callable[[str], str]],
) -> None:
    _, text_of = records

    (change,) = changes(compare(read(text_of(BEFORE)), read(text_of(AFTER)))).clauses

    assert (change.kind, change.block, change.number) == (ChangeKind.EDITED, BlockKind.PARAGRAPH, "8.3")
    assert change.path[-1] == "8.3. Law Enforcement Authorities"
    assert [(edit.op, _ends(edit.text)) for edit in change.edits] == EDITS


def _ends(text: str) -> str:
    """Give a phrase, and of a long one how it begins and ends."""
    words = text.split()
    return " ".join(words) if len(words) <= 10 else " ".join([*words[:4], "...", *words[-4:]])


def test_the_laws_hold_for_random_pairs(records: tuple[tuple[Line, ...], Callable[[str], str]]) -> None:
    lines, text_of = records
    pairs = [(a.id, b.id) for line in lines for a, b in zip(line.listed, line.listed[1:], strict=False)]
    broken = []
    for before, after in random.Random(20240923).sample(pairs, 300):
        shelf = Shelf()
        comparison = compare(read(text_of(before), shelf), read(text_of(after), shelf))
        if not_rebuilt(changes(comparison).clauses) or miscounted(comparison) or misaligned(comparison):
            broken.append((before, after))

    assert broken == []
