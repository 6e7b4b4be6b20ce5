"""Inputs made to cost: the work stays bounded, and the answer is still an answer."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from laws import not_rebuilt

from tracker.diff.changes import changes
from tracker.diff.compare import compare
from tracker.text.version import read

if TYPE_CHECKING:
    from collections.abc import Callable

SENTENCE = "We may disclose your number to the authorities number {}. "


def equal_lines() -> tuple[str, str]:
    return "We may change these terms.\n\n" * 20_000, "We may change these terms.\n\n" * 15_000


def one_long_line() -> tuple[str, str]:
    sentences = [SENTENCE.format(k) for k in range(1_000_000 // len(SENTENCE.format(10_000)))]
    edited = [*sentences[:1000], "We never do. ", *sentences[1001:-1], "The end."]
    return "".join(sentences), "".join(edited)


def deep_lists() -> tuple[str, str]:
    old = [f"{'  ' * depth}* level {depth} of this list is yours" for depth in range(3000)]
    new = [line.replace("yours", "ours") if k % 7 == 0 else line for k, line in enumerate(old)]
    return "\n".join(old), "\n".join(new)


def open_brackets() -> tuple[str, str]:
    return "[" * 100_000 + "we share", "[" * 100_000 + "we sell"


def brackets_of_links() -> tuple[str, str]:
    return "[a](" * 25_000 + "we share", "[a](" * 25_000 + "we sell"


def open_pictures() -> tuple[str, str]:
    return "![" * 5_000 + "we share", "![" * 5_000 + "we sell"


def nearly_a_rule_of_a_table() -> tuple[str, str]:
    return "|" + "-" * 5_000 + "we share", "|" + "-" * 5_000 + "we sell"


def stars() -> tuple[str, str]:
    return "*a" * 100_000 + " we share", "*a" * 100_000 + " we sell"


def spaced_stars() -> tuple[str, str]:
    return "* " * 100_000 + "we share", "* " * 100_000 + "we sell"


def rewritten_lines() -> tuple[str, str]:
    return (
        "\n\n".join(f"clause {k} of the old terms speaks of {k * 7} things we {k * 3} do" for k in range(3000)),
        "\n\n".join(f"item {k * 11} in a new set, saying {k * 5} words they {k} want" for k in range(3000)),
    )


COSTLY = (
    equal_lines,
    one_long_line,
    deep_lists,
    open_brackets,
    brackets_of_links,
    open_pictures,
    nearly_a_rule_of_a_table,
    stars,
    spaced_stars,
    rewritten_lines,
)


@pytest.mark.parametrize("texts", COSTLY)
def test_costly_input_is_compared(texts: Callable[[], tuple[str, str]]) -> None:
    old, new = texts()

    told = changes(compare(read(old), read(new))).clauses

    assert told
    assert not_rebuilt(told) == []
