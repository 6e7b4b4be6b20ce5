"""The life of a clause: who is who from version to version."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.digest.packing import pack
from tracker.digest.selection import NOTHING
from tracker.history import Biographer, lives_of
from tracker.lives import Life, most_changed_first, named
from tracker.model import Cause, Format, Record
from tracker.replay import Play
from tracker.significance.rules import load_rules

if TYPE_CHECKING:
    from collections.abc import Iterator

START = datetime(2025, 3, 1, 6, tzinfo=UTC)
PLAY = Play(lambda _: (), load_rules(), NOTHING, pack)

ORDER = "On receipt of a court order that names you, we may hand over your phone number to the authorities."
LOGS = "We keep server logs for thirty days and delete them afterwards, unless somebody attacked the service."
CHOICE = (
    "You can delete your account in the settings at any time you like; what you have written to others stays in their "
    "chats, where they can read it."
)
COPY = "You may ask us at any time for a copy of your data, and we answer within a month, without any fee for the copy."
REPORT = (
    "We publish a report about all requests of the police twice a year, naming each country and each court, and the "
    "law it rests on."
)
DATA, AUTHORITIES = f"## 1. Data\n\n{LOGS}\n\n{REPORT}", f"## 2. Authorities\n\n{ORDER}"
TEXT = f"# Policy\n\n{DATA}\n\n{AUTHORITIES}\n\n## 3. Choices\n\n{CHOICE}\n\n{COPY}"
LOOSER = TEXT.replace("court order", "valid order")


def records(*texts: str) -> Iterator[Record]:
    for day, text in enumerate(texts):
        body = text.encode()
        name = hashlib.sha256(body).hexdigest()
        at = START + timedelta(days=day)
        yield Record("Acme", "Policy", at, name, None, Format.MARKDOWN, body, Cause.CHANGE)


def lives(*texts: str) -> list[Life]:
    return lives_of(records(*texts), PLAY)


def life(found: list[Life], words: str) -> Life:
    """Give the life of the clause that last had these words."""
    (one,) = (one for one in found if one.text == words)
    return one


def told(one: Life) -> list[tuple[int, str]]:
    """Give the day and kind of each event."""
    return [((event.version.at - START).days, event.kind) for event in one.events]


def test_a_clause_is_born_with_the_first_record_and_changes_only_where_its_words_do() -> None:
    found = lives(TEXT, LOOSER)
    assert told(life(found, LOGS)) == [(0, "born")]
    edited = life(found, ORDER.replace("court", "valid"))
    assert told(edited) == [(0, "born"), (1, "edited")]
    assert (edited.number, edited.path, edited.is_there) == ("2", ("2. Authorities",), True)
    assert [event.significance for event in edited.events] == [0, 3]
    assert len(found) == 9


def test_a_return_brings_back_the_words_and_the_clause_of_the_earlier_text() -> None:
    found = lives(TEXT, LOOSER, TEXT, LOOSER, LOOSER.replace("thirty", "ninety"))
    order = life(found, ORDER.replace("court", "valid"))
    assert told(order) == [(0, "born"), (1, "edited"), (2, "returned"), (3, "returned")]
    assert [event.words for event in order.events] == [ORDER, None, ORDER, order.text]
    assert told(life(found, LOGS.replace("thirty", "ninety"))) == [(0, "born"), (4, "edited")]


def test_a_clause_that_went_and_comes_back_is_the_same() -> None:
    without = TEXT.replace(f"{REPORT}\n\n", "")
    assert told(life(lives(TEXT, without, TEXT), REPORT)) == [(0, "born"), (1, "removed"), (2, "returned")]
    later = TEXT.replace("thirty", "ninety")
    assert told(life(lives(TEXT, without, later), REPORT)) == [(0, "born"), (1, "removed"), (2, "returned")]


def test_a_removed_clause_is_remembered_with_its_last_place() -> None:
    gone = life(lives(TEXT, TEXT.replace(f"{REPORT}\n\n", "")), REPORT)
    assert (gone.is_there, gone.path, gone.number) == (False, ("1. Data",), "1")


def test_a_clause_that_moves_and_is_numbered_anew_stays_itself() -> None:
    moved = TEXT.replace(f"\n\n{CHOICE}", "").replace(f"\n\n{LOGS}", f"\n\n{LOGS}\n\n{CHOICE}")
    renumbered = TEXT.replace("## 2. Auth", "## 4. Auth")
    assert told(life(lives(TEXT, moved), CHOICE)) == [(0, "born"), (1, "moved")]
    found = lives(TEXT, renumbered)
    assert told(life(found, "Authorities")) == [(0, "born"), (1, "renumbered")]
    assert life(found, ORDER).number == "4"
    assert life(found, "Authorities").changes == []


def test_the_largest_piece_of_a_split_goes_on_and_the_others_are_born() -> None:
    whole = f"{LOGS} {COPY}"
    one = TEXT.replace(LOGS, whole).replace(f"\n\n{COPY}", "")
    two = one.replace(whole, f"{LOGS}\n\n{COPY}")
    found = lives(one, two, one)
    old, new = life(found, whole), life(found, LOGS)
    assert told(old) == [(0, "born"), (1, "split"), (2, "returned")]
    assert old.events[1].others == (new.id,)
    assert told(new) == [(1, "born"), (2, "removed")]


def test_the_largest_part_of_a_merger_goes_on_and_the_others_end_in_it() -> None:
    whole = f"{LOGS} {REPORT}"
    found = lives(TEXT, TEXT.replace(f"{LOGS}\n\n{REPORT}", whole))
    merged = life(found, whole)
    (other,) = (one for one in found if not one.is_there)
    assert told(merged) == told(other) == [(0, "born"), (1, "merged")]
    assert (merged.events[1].others, other.events[1].others) == ((other.id,), (merged.id,))


FAQ = "\n\n".join(
    f"### What of {one}?\n\nThe answer about {one} is: open the menu and choose {one}."
    for one in ("stickers", "channels", "groups", "bots", "themes", "calls")
)


def test_of_faces_that_take_turns_only_the_first_returns_are_told() -> None:
    texts = (TEXT, FAQ, TEXT, FAQ, TEXT, FAQ, TEXT, FAQ, LOOSER)
    logs = life(lives(*texts), LOGS)
    assert told(logs) == [(0, "born"), (1, "removed"), (2, "returned"), (3, "removed"), (4, "returned")]
    assert told(life(lives(*texts), ORDER.replace("court", "valid")))[-1] == (8, "edited")


def test_a_face_that_goes_on_goes_on_with_its_own_clauses() -> None:
    listed = FAQ.replace("the menu and choose calls", "the list and choose calls")
    found = lives(TEXT, FAQ, LOOSER, listed)
    calls = life(found, "The answer about calls is: open the list and choose calls.")
    assert told(calls) == [(1, "born"), (2, "removed"), (3, "returned"), (3, "edited")]
    assert told(life(found, ORDER.replace("court", "valid")))[2:] == [(2, "returned"), (2, "edited"), (3, "removed")]


GERMAN = """# Datenschutz

Wir erheben den Namen, die Anschrift und die Sprache, die Sie bei der Anmeldung für ein Konto bei uns angeben.

Wir speichern die Protokolle der Server für dreißig Tage und löschen sie danach, sofern niemand uns angegriffen hat.

Wenn wir eine gerichtliche Anordnung erhalten, dann können wir Ihre Telefonnummer an die Behörde weitergeben.

Sie können Ihr Konto in den Einstellungen löschen; was Sie anderen geschrieben haben, das bleibt bei ihnen.
"""


def test_a_page_in_another_language_takes_nothing_away() -> None:
    found = lives(TEXT, GERMAN, TEXT)
    assert [told(one) for one in found] == [[(0, "born")]] * 9 + [[(1, "born")]] * 5


SHORT = TEXT.replace(f"{REPORT}\n\n", "")
TEXTS = (TEXT, LOOSER, SHORT, FAQ, GERMAN, f"{SHORT}\n\n{REPORT}", f"{TEXT}\n\n{REPORT}", f"{FAQ}\n\n{LOGS}")


@given(st.lists(st.sampled_from(TEXTS), min_size=1, max_size=12))
def test_at_every_moment_each_place_has_one_clause_of_its_own(texts: list[str]) -> None:
    biographer = Biographer()
    for record in records(*texts):
        biographer.take(record, PLAY)
        version = biographer.past.faces[0].version
        row = biographer.rows[version.digest]
        assert len(set(row)) == len(row) == len(version.blocks)
        assert not set(row) & set(biographer.gone.values())
    rows = [set(biographer.rows[face.version.digest]) for face in biographer.past.faces]
    there = {one.id for one in biographer.finish() if one.is_there}
    assert rows[0] <= there <= set().union(*rows)


def test_what_a_great_rewrite_removes_is_gone_though_the_old_text_is_kept_apart() -> None:
    rest = TEXT[: TEXT.index("## 2.")]
    found = lives(TEXT + "\n\n" + FAQ, rest + "\n\n" + FAQ.replace("the menu", "any list").replace("choose", "select"))
    assert not life(found, ORDER).is_there
    assert life(found, LOGS).is_there


def test_a_wall_in_between_changes_nothing() -> None:
    wall = (
        "Just a moment...\n\nChecking your browser before you go on. Please enable JavaScript and cookies to continue."
    )
    assert [told(one) for one in lives(TEXT, wall, TEXT)] == [[(0, "born")]] * 9


@pytest.mark.parametrize(
    ("name", "texts"),
    [
        ("2", ["Authorities", ORDER]),
        ("2.", ["Authorities", ORDER]),
        ("authorities", ["Authorities", ORDER]),
        ("CHOICES", ["Choices", CHOICE, COPY]),
        ("9", []),
        ("  ", []),
    ],
)
def test_a_clause_is_named_by_its_number_or_words_of_its_heading(name: str, texts: list[str]) -> None:
    assert [one.text for one in named(lives(TEXT), name)] == texts


def test_a_number_means_the_clause_that_bears_it_now_and_else_the_one_that_bore_it_last() -> None:
    found = lives(TEXT, TEXT.replace("## 3. Choices", "## 4. Choices").replace("## 2. Auth", "## 3. Auth"))
    assert [one.text for one in named(found, "3")] == ["Authorities", ORDER]
    assert named(found, "2") == []
    gone = lives(TEXT, TEXT.replace(f"## 2. Authorities\n\n{ORDER}\n\n", ""))
    assert [one.text for one in named(gone, "2")] == ["Authorities", ORDER]


def test_clauses_that_changed_most_come_first() -> None:
    found = most_changed_first(lives(TEXT, TEXT.replace("thirty", "sixty"), LOOSER.replace("thirty", "ninety")))
    assert [len(one.changes) for one in found[:3]] == [2, 1, 0]
    assert [one.text[:7] for one in found[:2]] == [LOGS[:7], ORDER[:7]]
