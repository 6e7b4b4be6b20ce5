from __future__ import annotations

import io
from dataclasses import replace

from changes import change, clause, disclosure, edited, verdict
from rich.console import Console

from tracker.digest.terminal import block
from tracker.model import Cause, Change, ChangeKind, JudgedClause, Noise


def lines(one: Change, *, coloured: bool = False, most: int | None = 20) -> list[str]:
    return [" " * indent + text.plain for indent, text in block(one, coloured=coloured, most=most)]


def test_a_change_is_told_with_place_words_facts_reasons_and_coverage() -> None:
    assert lines(disclosure()) == [
        "Acme · Privacy Policy  2024-09-24 06:00 UTC  [3 newsworthy]",
        "  Acme changes who gets your number.",
        "  silent: the page's own date did not move",
        "  8. Sharing > 8.3. Authorities  (edited, significance 3, law_enforcement)",
        "    On receipt of a [-court order-]{+valid order+} we may hand over your number.",
        "    fact    legal basis: court order → valid order (weaker)",
        "    reason  +3.0 the legal basis is lower: “valid order”",
        "  quotes  Acme opens up, The Gazette, 2024-09-25  0.93",
        "    https://news.example/acme",
        "    “on a valid order” — 8.3, after",
    ]


def test_where_there_is_colour_words_are_marked_by_colour_and_line() -> None:
    shown = io.StringIO()
    console = Console(file=shown, force_terminal=True, color_system="standard", highlight=False, width=120)
    for _, text in block(disclosure(), coloured=True, most=20):
        console.print(text)
    assert "\x1b[9;31mcourt order\x1b[0m\x1b[4;32mvalid order\x1b[0m" in shown.getvalue()


def test_text_of_a_page_is_never_markup_and_never_steers_the_terminal() -> None:
    hostile = edited(
        ("=", "[bold]x[/bold] :smile: "),
        ("+", "\x1b]8;;http://evil\x07click\x1b[2J\u202e"),
        path=("\x1b[1mHead",),
    )
    one = replace(change(JudgedClause(hostile, verdict()), summary="s\x07"), service="A\x1bc", document="D\r")
    shown = io.StringIO()
    console = Console(file=shown, force_terminal=True, color_system="standard", width=200)
    for _, text in block(one, coloured=False, most=20):
        console.print(text, markup=False, emoji=False, highlight=False)
    told = shown.getvalue()
    assert "[bold]x[/bold] :smile: {+␛]8;;http://evil␇click␛[2J<U+202E>+}" in told
    assert "A␛c · D␍" in told
    assert "\x1b]" not in told
    assert "\x1b[2J" not in told


def test_clauses_that_say_nothing_are_counted_not_shown() -> None:
    links = [JudgedClause(clause(ChangeKind.RELINKED, "a", "a"), verdict(0, 0.0, noise=Noise.LINKS))] * 3
    one = change(JudgedClause(clause(ChangeKind.ADDED, None, "New rule."), verdict(1)), *links)
    assert lines(one)[-2:] == ["    {+New rule.+}", "  and 3 more changed clauses (links 3)"]
    assert sum("relinked" in line for line in lines(one, most=None)) == 3


def test_the_clauses_that_matter_most_come_first_and_the_others_are_counted() -> None:
    clauses = [
        JudgedClause(clause(ChangeKind.ADDED, None, f"Rule {n}."), verdict(2 if n == 4 else 1, float(n)))
        for n in range(6)
    ]
    told = lines(change(*clauses), most=2)
    assert [line.strip() for line in told if "{+" in line] == ["{+Rule 4.+}", "{+Rule 5.+}"]
    assert told[-1] == "  and 4 more changed clauses (minor 4)"


def test_a_return_names_the_record_it_returns_to() -> None:
    one = replace(
        change(cause=Cause.VARIANT, noise=Noise.VARIANT),
        returns_to="cccc" * 10,
        undoes="dddd" * 10,
        summary="",
    )
    assert lines(one) == [
        "Acme · Privacy Policy  2024-09-24 06:00 UTC  [0 noise] variant",
        "  variant",
        "  returns to cccccccccccc",
        "  undoes what was graded notable in dddddddddddd",
    ]
