"""Laws of comparing, on drawn texts: real Markdown in small, and marks without sense."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from hypothesis import example, given
from hypothesis import strategies as st
from laws import misaligned, miscounted, not_rebuilt

from tracker.diff.alignment import Row, alignment
from tracker.diff.changes import Difference, changes
from tracker.diff.compare import Comparison, compare
from tracker.model import ChangeKind, Noise
from tracker.text.shelf import Shelf
from tracker.text.version import read

if TYPE_CHECKING:
    import random

WORDS = (
    "account", "advertisers", "authorities", "collect", "data", "delete", "disclose", "don't", "may", "messages",
    "never", "number", "phone", "services", "sign-in", "the", "third", "parties", "to", "we", "will", "you", "your",
    "\"partners\"",
)  # fmt: skip
SENTENCE = st.lists(st.sampled_from(WORDS), min_size=1, max_size=14).map(lambda words: " ".join(words) + ".")
OPENING = st.sampled_from(
    ("", "", "", "# ", "## 2. ", "### ", "* ", "  * ", "1. ", "8.3. ", "(a) ", "| x | ", ":   ", "> ", "**Note** ")
)
BLOCK = st.builds(
    lambda opening, words: opening + words, OPENING, st.lists(SENTENCE, min_size=1, max_size=3).map(" ".join)
)
SOUP = st.text(alphabet='ab1. \n*_`[]()<>&;#|:-\\!"\u2019\u00a0\u200b\u00e9\u4f60', max_size=60)
BLOCKS = st.lists(st.one_of(BLOCK, BLOCK, BLOCK, SOUP), max_size=10)


@st.composite
def pairs(draw: st.DrawFn) -> tuple[str, str]:
    """Draw two texts that share blocks: some kept, some gone, some come, some edited, all in any order."""
    old = draw(BLOCKS)
    kept = draw(st.permutations(old))[: draw(st.integers(0, len(old)))] if draw(st.booleans()) else old
    new = [draw(_edited(block)) for block in kept] + draw(st.lists(BLOCK, max_size=3))
    gap = draw(st.sampled_from(("\n\n", "\n\n", "\n", "\n\n\n")))
    return "\n\n".join(old), gap.join(new)


@st.composite
def _edited(draw: st.DrawFn, block: str) -> str:
    if draw(st.booleans()):
        return block
    words = block.split(" ")
    at = draw(st.integers(0, len(words)))
    return " ".join(
        [*words[:at], *draw(st.lists(st.sampled_from(WORDS), max_size=2)), *words[at + draw(st.integers(0, 2)) :]]
    )


def compared(old: str, new: str) -> Comparison:
    return compare(read(old), read(new))


def difference(old: str, new: str) -> Difference:
    return changes(compared(old, new))


@given(pairs())
def test_edits_rebuild_both_sides(texts: tuple[str, str]) -> None:
    assert not_rebuilt(difference(*texts).clauses) == []


@given(pairs())
def test_every_block_is_accounted_for_once(texts: tuple[str, str]) -> None:
    assert miscounted(compared(*texts)) == []


@given(pairs())
def test_the_alignment_is_a_partition_of_both_texts(texts: tuple[str, str]) -> None:
    assert misaligned(compared(*texts)) == []


@given(pairs())
def test_a_text_against_itself_has_no_changes(texts: tuple[str, str]) -> None:
    text = texts[1]

    assert difference(text, text).clauses == ()
    assert {row.op for row in _rows(text)} <= {"equal", "cosmetic"}


def _rows(text: str) -> list[Row]:
    return alignment(compared(text, text))


@given(pairs())
@example(("We sell.\n\nWe share.\n\nWe share.", "We sell.\n\nWe share it.\n\nWe share."))
def test_the_answer_is_the_same_on_a_shared_shelf(texts: tuple[str, str]) -> None:
    shelf = Shelf()
    old, new = (read(text, shelf) for text in texts)

    assert changes(compare(old, new)) == difference(*texts)


NUMBERED = st.lists(
    st.tuples(st.sampled_from(("## ", "")), SENTENCE), min_size=1, max_size=8, unique_by=lambda pair: pair[1]
)


@given(NUMBERED, st.integers(1, 30))
def test_renumbering_alone_changes_no_words(sections: list[tuple[str, str]], by: int) -> None:
    old = "\n\n".join(f"{mark}{at}. {words}" for at, (mark, words) in enumerate(sections, 1))
    new = "\n\n".join(f"{mark}{at + by}. {words}" for at, (mark, words) in enumerate(sections, 1))

    told = difference(old, new).clauses

    assert [(change.kind, change.edits) for change in told] == [(ChangeKind.RENUMBERED, ())] * len(sections)
    assert [(change.before, change.after) for change in told] == [(words, words) for _, words in sections]


PLAIN = st.lists(st.tuples(st.sampled_from(("", "", "* ", "## ")), SENTENCE), min_size=1, max_size=8)
STYLES = (
    lambda word: f"**{word}**",
    lambda word: f"_{word}_",
    lambda word: f"*{word}*",
    lambda word: word.replace("'", "\u2019").replace('"', "\u201c"),
    lambda word: word.replace("-", "\u2011"),
    lambda word: "\u200b" + word,
    lambda word: word,
    lambda word: word,
)
BLANKS = (" ", " ", " ", "  ", "\u00a0", "\t", "\n")


def restyled(block: tuple[str, str], chance: random.Random) -> str:
    """Write a block with other marks, quotes, dashes and blanks around the same words."""
    opening, words = block
    blanks = BLANKS[:-1] if opening == "## " else BLANKS
    opening = chance.choice(("* ", "- ", "+ ")) if opening == "* " else opening
    return opening + re.sub(
        r"(\S+)( ?)",
        lambda word: chance.choice(STYLES)(word[1]) + (chance.choice(blanks) if word[2] else ""),
        words,
    )


@given(PLAIN, st.randoms(use_true_random=False))
def test_reformatting_alone_is_quiet(blocks: list[tuple[str, str]], chance: random.Random) -> None:
    old = "\n\n".join(opening + words for opening, words in blocks)
    new = chance.choice(("\n\n", "\n\n\n", "\n \n")).join(restyled(block, chance) for block in blocks)

    told = difference(old, new)

    assert told.clauses == ()
    assert told.quiet in (Noise.MARKUP, Noise.COSMETIC, None)  # None: only blank lines differ


@given(PLAIN)
def test_a_link_put_around_words_only_links_them(blocks: list[tuple[str, str]]) -> None:
    old = "\n\n".join(opening + words for opening, words in blocks)
    new = "\n\n".join(f"{opening}[{words[:-1]}](https://example.org/a_(b)){words[-1]}" for opening, words in blocks)

    told = difference(old, new).clauses

    assert [(change.kind, change.before) for change in told] == [(ChangeKind.RELINKED, words) for _, words in blocks]
