"""Writes what was made of a capture, and takes up a capture that turned out to be right after all."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING

from tracker.digest.reading import decode
from tracker.episodes import LONGEST, episodes, happening
from tracker.model import Cause
from tracker.past import Past
from tracker.watch.watching import Known

if TYPE_CHECKING:
    from datetime import datetime

    from tracker.model import Change
    from tracker.store.writing import Writing
    from tracker.watch.watching import Assessed, Watching


class Result(StrEnum):
    """What came of a check."""

    FIRST = "first record"
    CHANGED = "changed"
    UNCHANGED = "unchanged"
    NOISE = "no news"
    SUSPECT = "suspect"
    FAILED = "failed"
    PUT_OFF = "put off"


@dataclass(frozen=True, slots=True)
class Checked:
    """A check as it went."""

    service: str
    document: str
    at: datetime
    result: Result
    why: str = ""
    change_id: int | None = None
    change: Change | None = None
    next_check_at: datetime | None = None


def accept(watching: Watching, service: str, document: str, now: datetime) -> Checked | None:
    """Take the last suspect page of a document for what it is: its user says so. None where there is none."""
    doubts = watching.store.suspects(service, document)
    if not doubts:
        return None
    number = doubts[-1][0]
    with watching.store.writing() as writing:
        for earlier, _ in doubts[:-1]:
            writing.settle(earlier, "passed over", now)
        writing.settle(number, "accepted", now)
    return reassessed(watching, service, document, number, now)


def reassessed(watching: Watching, service: str, document: str, number: int, now: datetime) -> Checked | None:
    """Assess a record anew that is trusted now: its change is news from here on."""
    past, made_by, last = Past(), watching.made_by(service, document), 0
    told: Checked | None = None
    for found in watching.journey(service, document, past):
        last = found.number
        if last == number:
            trusted = in_episode(watching, found)
            with watching.store.writing() as writing:
                change_id = write_assessed(writing, trusted, f"{made_by} settled", is_live=True)
            told = Checked(service, document, now, result_of(trusted), "", change_id, trusted.change)
    watching.remember(service, document, Known(past, last, made_by))
    return told


def write_assessed(writing: Writing, found: Assessed, made_by: str, *, is_live: bool, anew: bool = False) -> int:
    """Write what was made of a capture: its version, where it is one, and its change; gives the number of that.

    `anew` says that the capture was read before in another way. The first record of a document is no news.
    """
    change, version = found.change, None
    if found.text is not None:
        version = writing.record_version(
            found.number,
            found.text,
            language=change.language,
            fingerprint=found.fingerprint,
            cause=Cause.TECHNICAL_UPGRADE if anew else change.cause,
            made_by=made_by,
        )
    is_news = is_live and change.cause is not Cause.FIRST_RECORD
    return writing.record_change(found.number, version, change, made_by=made_by, is_live=is_news)


def in_episode(watching: Watching, found: Assessed) -> Assessed:
    """Give a change with the episode it goes on from, where there is one: in any document of its service."""
    change = found.change
    if (latest := happening(change)) is None:
        return found
    since = change.after.at - LONGEST
    before = [
        told
        for row in watching.store.changes(since=since)
        if row.service == change.service and row.capture != found.number
        if row.significance or row.cause is Cause.VARIANT
        if (told := happening(decode(row.json))) is not None
    ]
    episode = episodes([*before, latest]).get(len(before))
    return found if episode is None else found._replace(change=replace(change, episode=episode))


def result_of(found: Assessed) -> Result:
    """Name what came of a check by what its record changed."""
    change = found.change
    if found.text is None:
        return Result.SUSPECT
    if change.cause is Cause.FIRST_RECORD:
        return Result.FIRST
    return Result.CHANGED if change.significance else Result.NOISE
