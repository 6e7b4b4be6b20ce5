"""Builds messages for tests, so that a test shows only what it is about."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from changes import change, disclosure, edited, verdict

from tracker.digest.addresses import stored
from tracker.digest.compose import compose
from tracker.digest.message import Digest, Entry, Failing, Foot, Group, Stored, Telling
from tracker.digest.news import News, Told, Wants
from tracker.model import Cause, Change, JudgedClause, Noise, VersionRef

MIDNIGHT = datetime(2024, 9, 24, tzinfo=UTC)
DAY = timedelta(days=1)
WANTS = Wants("Editors")
PAGE = "https://example.org/privacy"
PUBLIC = "https://policies.example.org/"


def news(*changes: Stored, told: tuple[Told, ...] = (), since: datetime = MIDNIGHT) -> News:
    return News(since, since + DAY, changes, told)


def told(one: Stored, *tellings: Telling) -> Told:
    return Told(one, frozenset(tellings or (Telling.CHANGE,)))


def found(
    number: int,
    *,
    grade: int = 2,
    service: str = "Acme",
    document: str = "Privacy Policy",
    hour: int = 6,
    words: str = "may share it with everybody",
    episode: str | None = None,
    topics: tuple[str, ...] = (),
    back: bool = False,
    noise: Noise | None = None,
) -> Stored:
    """Build a change that puts words up, or with `back` takes them away; its record is named after its number."""
    one = edited(("=", "We "), ("-" if back else "+", words), ("=", " now."))
    judged = change(
        JudgedClause(one, verdict(grade, float(grade), topics=topics)),
        service=service,
        document=document,
        after=VersionRef(MIDNIGHT + timedelta(hours=hour), f"record {number}"),
        summary=f"Change {number}.",
        noise=noise,
    )
    return stored(number, replace(judged, episode=episode))


def turned(number: int, to: str, *, undoes: str | None = None, hour: int = 9, flapping: bool = False) -> Stored:
    """Build a return of Acme's Privacy Policy to the text of an earlier record."""
    one = change(
        cause=Cause.VARIANT, noise=Noise.VARIANT, after=VersionRef(MIDNIGHT + timedelta(hours=hour), f"r{number}")
    )
    return stored(number, replace(one, returns_to=to, undoes=undoes, flapping=flapping))


def composed(*changes: Stored, wants: Wants = WANTS, told: tuple[Told, ...] = ()) -> Digest | None:
    return compose("digest 1", wants, news(*changes, told=told))


def said(digest: Digest | None) -> list[tuple[int, Telling]]:
    """Give what a message says of which change, in its order."""
    return [] if digest is None else [(entry.stored.id, entry.telling) for entry in digest.entries]


def message(*entries: Entry, foot: Foot | None = None) -> Digest:
    """Build a message of some entries; without any, of one that has something of everything."""
    one = Entry(full(), coverage=disclosure().coverage)
    chosen = entries or (one,)
    groups = tuple(
        Group(entry.stored.change.service or "", entry.stored.change.document or "", (entry,)) for entry in chosen
    )
    return Digest("digest 1", "Editors", MIDNIGHT, MIDNIGHT + DAY, groups, honest() if foot is None else foot)


def full(told: Change | None = None) -> Stored:
    return stored(12, told or disclosure(), page=PAGE, public_url=PUBLIC)


def honest() -> Foot:
    why = Failing("Brio", "Terms", MIDNIGHT - DAY, "HTTP 503")
    return Foot(96, 90, {Noise.DATES: 3, Noise.VARIANT: 1}, minor=14, failing=(why,))
