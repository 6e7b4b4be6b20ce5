from __future__ import annotations

from changes import clause, edited

from tracker.digest.excerpt import excerpt
from tracker.model import ChangeKind, Edit, Op


def words(count: int, first: int = 0) -> str:
    return " ".join(f"w{number}" for number in range(first, first + count))


def test_long_stretches_that_stay_are_cut_where_no_change_is_near() -> None:
    change = edited(("=", words(40) + " "), ("-", "old"), ("+", "new"), ("=", " " + words(60, 100) + " "), ("+", "end"))
    assert excerpt(change) == (
        Edit(Op.EQUAL, "[…] " + words(14, 26) + " "),
        Edit(Op.DELETE, "old"),
        Edit(Op.INSERT, "new"),
        Edit(Op.EQUAL, " " + words(14, 100) + " […] " + words(14, 146) + " "),
        Edit(Op.INSERT, "end"),
    )


def test_a_short_clause_is_shown_whole() -> None:
    change = edited(("=", "We keep it "), ("-", "one"), ("+", "two"), ("=", " years."))
    assert excerpt(change) == change.edits


def test_the_end_of_a_long_clause_is_cut() -> None:
    change = edited(("+", "New. "), ("=", words(40)))
    assert excerpt(change) == (Edit(Op.INSERT, "New."), Edit(Op.EQUAL, " " + words(14) + " […]"))


def test_what_came_or_went_as_a_whole_is_shown_with_its_middle_cut() -> None:
    assert excerpt(clause(ChangeKind.ADDED, None, "Short.")) == (Edit(Op.INSERT, "Short."),)
    assert excerpt(clause(ChangeKind.REMOVED, "Short.", None)) == (Edit(Op.DELETE, "Short."),)
    (long,) = excerpt(clause(ChangeKind.ADDED, None, words(300)))
    assert long == Edit(Op.INSERT, words(90) + " […] " + words(30, 270))


def test_what_only_moved_shows_how_it_begins() -> None:
    assert excerpt(clause(ChangeKind.MOVED, words(50), words(50))) == (
        Edit(Op.EQUAL, words(28) + " [… ]".replace("… ", "…") + " "),
    )


def test_the_pieces_of_a_split_clause_are_told_apart() -> None:
    change = clause(ChangeKind.SPLIT, "One. Two.", "One.\nTwo.", parts=("One.", "Two."))
    assert excerpt(change) == (Edit(Op.EQUAL, "One. | Two."),)


def test_blanks_at_the_end_of_changed_words_stand_outside_the_marks() -> None:
    change = edited(
        ("=", "in a "), ("-", "semiannual "), ("+", "quarterly "), ("=", "report, "), ("-", "or so "), ("=", "they say")
    )
    assert excerpt(change) == (
        Edit(Op.EQUAL, "in a "),
        Edit(Op.DELETE, "semiannual"),
        Edit(Op.INSERT, "quarterly"),
        Edit(Op.EQUAL, " report, "),
        Edit(Op.DELETE, "or so"),
        Edit(Op.EQUAL, " they say"),
    )


def test_another_style_of_quotes_is_no_change_of_words() -> None:
    change = edited(("=", "if "), ("-", "you\u2019re "), ("+", "you're "), ("=", "a "), ("-", "user"), ("+", "guest"))
    assert excerpt(change) == (Edit(Op.EQUAL, "if you're a "), Edit(Op.DELETE, "user"), Edit(Op.INSERT, "guest"))


def test_what_is_written_without_blanks_is_cut_by_its_letters() -> None:
    (long,) = excerpt(clause(ChangeKind.ADDED, None, "\u6f22" * 5000))
    assert len(long.text) == 90 * 12 + len(" [\u2026] ") + 30 * 12 - 4
    (short,) = excerpt(clause(ChangeKind.ADDED, None, "\u6f22" * 1000))
    assert short.text == "\u6f22" * 1000
