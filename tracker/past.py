"""What is known of one document so far: its texts, its faces, what was told of it. Values and questions to them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property
from typing import TYPE_CHECKING

from tracker.significance.dates import stamp
from tracker.significance.language import language_of
from tracker.text.blocks import fingerprint
from tracker.text.normalize import fold
from tracker.text.shelf import Shelf
from tracker.text.version import Version, read

if TYPE_CHECKING:
    from tracker.model import VersionRef

FLAPS = 3  # so many returns within ...
FLAPPING_WITHIN = timedelta(days=7)  # ... this time are no news any more
CLAUSES_KEPT = 20_000
REMEMBERED = timedelta(days=365)  # a clause that comes back after a longer time is new again
ESTABLISHED = timedelta(days=30)  # a clause that stood for so long was in force
FACES = 6  # texts of a document kept apart
AKIN = 0.25  # share of its text that a page has in common with the face it belongs to
AKIN_ELSEWHERE = 0.60  # ... where another face than the last one shall be that face


@dataclass(frozen=True, slots=True)
class Seen:
    """A record that came before: the first one with this text, and whether it was a good page."""

    id: str
    good: bool


@dataclass
class Face:
    """The last good text of one kind of page that a document shows: its languages, its regions, its parts in turn."""

    ref: VersionRef
    text: str
    shelf: Shelf

    @cached_property
    def version(self) -> Version:
        """The text as clauses."""
        return read(self.text, self.shelf)

    @cached_property
    def language(self) -> str | None:
        """The language of the text ("en", "de", ...); None where its words do not tell."""
        return language_of(self.text)

    @cached_property
    def stamp(self) -> str | None:
        """The date the page gives itself."""
        return stamp(self.text)

    @cached_property
    def chunks(self) -> frozenset[str]:
        """The pieces between blank lines."""
        return frozenset(self.text.split("\n\n"))

    @cached_property
    def length(self) -> int:
        """How many characters the pieces have."""
        return sum(map(len, self.chunks))

    def shares_with(self, other: Face) -> float:
        """Tells what share of the smaller of two texts stands in the other, by pieces between blank lines."""
        common = sum(map(len, self.chunks & other.chunks))
        return common / (min(self.length, other.length) or 1)


@dataclass(frozen=True, slots=True)
class Told:
    """A change graded high enough to be told, by the ids of the texts it leads from and to."""

    before: str
    after: str


@dataclass(slots=True)
class Past:
    """What is known of one document so far; `Past()` is a document never seen."""

    last: VersionRef | None = None
    shelf: Shelf = field(default_factory=Shelf)
    ids: dict[str, Seen] = field(default_factory=dict)
    digests: dict[str, str] = field(default_factory=dict)  # of all words of a version -> id of its first record
    faces: list[Face] = field(default_factory=list)  # the one seen last comes first
    doubt: Face | None = None  # the suspect text that came last
    first_seen: dict[bytes, datetime] = field(default_factory=dict)  # clauses by their fingerprint
    last_seen: dict[bytes, datetime] = field(default_factory=dict)
    told: list[Told] = field(default_factory=list)
    returns: list[datetime] = field(default_factory=list)

    def face_of(self, page: Face) -> Face:
        """Gives the good text that a page is to be compared with: the last one, unless it clearly belongs to another.

        Raises:
            IndexError: there is no good text yet.
        """
        last = self.faces[0]
        shared = page.shares_with(last)
        if shared >= AKIN_ELSEWHERE:
            page.language = last.language
        if len(self.faces) == 1 or shared >= AKIN:
            return last
        share, _, best = max((page.shares_with(face), -k, face) for k, face in enumerate(self.faces))
        if share >= AKIN_ELSEWHERE:
            return best
        same = (face for face in self.faces if face.language == page.language)
        return next(same, last) if page.language else last

    def bring_forward(self, page: Face) -> None:
        """Makes a good text the current one, in the place of those it grew out of."""
        others = [face for face in self.faces if face is not page and page.shares_with(face) < AKIN_ELSEWHERE]
        self.faces = [page, *others][:FACES]
        self.doubt = None

    def note_clauses(self, version: Version, moment: datetime) -> None:
        """Notes which clauses a good version holds."""
        if len(self.last_seen) > CLAUSES_KEPT:
            newest = sorted(self.last_seen.items(), key=lambda kept: kept[1])[CLAUSES_KEPT // 2 :]
            self.last_seen = dict(newest)
            self.first_seen = {print_: self.first_seen[print_] for print_ in self.last_seen}
        held = dict.fromkeys([block.fingerprint for block in version.blocks], moment)
        self.first_seen.update(dict.fromkeys(held.keys() - self.first_seen.keys(), moment))
        self.last_seen.update(held)

    def stood(self, words: str, moment: datetime) -> bool:
        """Tells whether a clause of these words stood for long in versions not long before.

        One that was put up, withdrawn within days and put up again is as new as it was at first.
        """
        print_ = fingerprint(fold(words))
        last = self.last_seen.get(print_)
        return last is not None and moment - last <= REMEMBERED and last - self.first_seen[print_] >= ESTABLISHED

    def flapping_at(self, moment: datetime) -> bool:
        """Notes a return to an earlier text and tells whether they have become too many to be news."""
        self.returns = [at for at in self.returns if abs(moment - at) <= FLAPPING_WITHIN]
        self.returns.append(moment)
        return len(self.returns) >= FLAPS

    def take_back(self, text: str) -> str | None:
        """Gives the told change that led away from a text, by the id it led to, and forgets it; None where none did."""
        for told in self.told:
            if told.before == text:
                self.told.remove(told)
                return told.after
        return None
