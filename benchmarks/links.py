"""How long it takes to tell which changes articles explain: many articles against a long history of one service.

    python benchmarks/links.py [--articles 10000] [--changes 3500] [--clauses 2] [--words 350]

Changes and articles are written by the dice, always the same ones: words as often as in a language, clauses of forty to
ninety words, and articles of which half quote or retell a clause that changed and half speak of something else. CPU
seconds and the most memory are printed; the bound is 60 seconds for the figures above, and 50 ms for one more article.
"""

from __future__ import annotations

import argparse
import random
import resource
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import accumulate

from tracker.coverage.archive import archive
from tracker.coverage.linking import match
from tracker.coverage.reading import ServiceNames
from tracker.model import (
    Article,
    BlockKind,
    Cause,
    Change,
    ChangeKind,
    ClauseChange,
    Edit,
    JudgedClause,
    Op,
    Role,
    Verdict,
    VersionRef,
)

START = datetime(2016, 1, 1, tzinfo=UTC)
DAYS = 3650
SYLLABLES = tuple(a + b for a in "bcdfglmnprstv" for b in ("a", "e", "i", "o", "u", "al", "er", "it", "or", "us"))
FRAME = (
    "the",
    "of",
    "and",
    "to",
    "a",
    "in",
    "for",
    "your",
    "you",
    "we",
    "may",
    "our",
    "with",
    "that",
    "on",
    "or",
    "not",
)


@dataclass
class Writer:
    """Writes texts by the dice."""

    dice: random.Random
    vocabulary: list[str] = field(default_factory=list)
    weights: list[float] = field(default_factory=list)

    def __post_init__(self) -> None:
        known = {"z" + "".join(self.dice.choices(SYLLABLES, k=self.dice.choice((2, 2, 3, 4)))) for _ in range(30_000)}
        self.vocabulary = [*FRAME, *sorted(known)]
        self.weights = list(accumulate(1 / (10 + rank) for rank in range(len(self.vocabulary))))

    def words(self, count: int) -> str:
        """Write words."""
        return " ".join(self.dice.choices(self.vocabulary, cum_weights=self.weights, k=count))

    def sentences(self, count: int) -> str:
        """Write sentences of together so many words."""
        said = []
        while count > 0:
            length = self.dice.randint(8, 28)
            said.append(self.words(length).capitalize() + ".")
            count -= length
        return " ".join(said)

    def clause(self) -> JudgedClause:
        """Write a clause of which a part was put in the place of another."""
        edits = (
            Edit(Op.EQUAL, self.sentences(self.dice.randint(15, 40)) + " "),
            Edit(Op.DELETE, self.words(self.dice.randint(2, 12)) + " "),
            Edit(Op.INSERT, self.words(self.dice.randint(6, 25)) + " "),
            Edit(Op.EQUAL, self.sentences(self.dice.randint(15, 30))),
        )
        before = "".join(edit.text for edit in edits if edit.op is not Op.INSERT)
        after = "".join(edit.text for edit in edits if edit.op is not Op.DELETE)
        path = (self.words(3).capitalize(),)
        change = ClauseChange(
            ChangeKind.EDITED, before, after, edits, path, None, None, None, BlockKind.PARAGRAPH
        )  # fmt: skip
        return JudgedClause(change, Verdict(self.dice.choice((1, 1, 2, 3)), 1.0, None, (), (), ()))

    def change(self, number: int, of: int, clauses: int) -> Change:
        """Write a change of so many clauses on average, at its place in ten years."""
        at = START + timedelta(days=DAYS * number / of)
        judged = tuple(self.clause() for _ in range(self.dice.randint(1, 2 * clauses - 1)))
        ref = VersionRef(at, str(number))
        return Change("Acme", "Privacy Policy", Cause.CHANGE, ref, ref, 2, None, "", None, "en", judged)

    def article(self, number: int, changes: list[Change], words: int) -> Article:
        """Write an article; every second one quotes a change."""
        change = self.dice.choice(changes)
        told = [self.sentences(words // 2), self.sentences(words // 2)]
        if number % 2:
            edits = self.dice.choice(change.clauses).change.edits
            told.insert(1, f"Acme has updated its policy, which now says: \u201c{edits[2].text.strip()}\u201d.")
        published = change.after.at + timedelta(days=self.dice.randint(0, 60)) if number % 3 else None
        text = "Acme is in the news. " + " ".join(told)
        return Article(str(number), None, "Acme again", None, published, None, "en", text)


def main() -> None:
    """Measure and print."""
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name, usual in (("articles", 10_000), ("changes", 3_500), ("clauses", 2), ("words", 350)):
        asked.add_argument(f"--{name}", type=int, default=usual)
    told = asked.parse_args()
    writer = Writer(random.Random(7))
    changes = [writer.change(number, told.changes, told.clauses) for number in range(told.changes)]
    articles = [writer.article(number, changes, told.words) for number in range(told.articles)]
    names = ServiceNames("Acme")
    before = memory()
    began = time.process_time()
    known = archive(changes)
    built = time.process_time()
    links = match(articles, known, names)
    matched = time.process_time()
    one_more = time.process_time()
    for article in articles[:50]:
        match([article], known, names)
    one_more = (time.process_time() - one_more) / 50
    clauses = sum(len(change.clauses) for change in changes)
    quoting = {one.link.article.id for one in links if one.link.role is Role.QUOTES}
    print(f"{told.articles} articles, {told.changes} changes of {clauses} clauses ({len(known.targets)} wordings)")
    print(f"index {built - began:.1f} s, matching {matched - built:.1f} s, together {matched - began:.1f} CPU seconds")
    print(f"one more article {one_more * 1000:.1f} ms; memory grew by {memory() - before:.0f} MB")
    print(f"{len(links)} links; {len(quoting)} articles quote a change")


def memory() -> float:
    """Give the most memory the process ever took, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    main()
