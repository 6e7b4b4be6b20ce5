"""What a message says around its entries: its subject, its headline, and the honest foot."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tracker.digest.dates import Dates
from tracker.digest.message import Telling
from tracker.digest.visible import brief
from tracker.model import Noise

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tracker.digest.message import Digest, Entry, Foot

LONGEST_SUBJECT = 120
_MOST_FAILING = 20
_NAME, _LINE = 120, 300  # characters

_PREFIXES = {
    Telling.CHANGE: "",
    Telling.PROVISIONAL: "Provisional: ",
    Telling.CONFIRMED: "Confirmed: ",
    Telling.WITHDRAWN: "Withdrawn: ",
    Telling.RESTORED: "Put up again: ",
    Telling.SAME: "",
    Telling.FOLLOW_UP: "Now explained: ",
}
NOISE_WORDS = {
    Noise.VARIANT: "returns to an earlier text",
    Noise.COSMETIC: "spelling or layout only",
    Noise.DATES: "dates only",
    Noise.LINKS: "links only",
    Noise.MARKUP: "markup only",
    Noise.ORDER: "order only",
    Noise.CAPTURE_LOSS: "incomplete captures",
    Noise.WALL: "walls before the page",
    Noise.EMPTY: "empty pages",
    Noise.LANGUAGE: "other languages",
    Noise.UPGRADE: "changes of our own reading",
    Noise.NO_SELECTOR: "pages in which the declaration found nothing",
}


def subject(digest: Digest) -> str:
    """Give the subject of a message: one line, what weighs most first."""
    return brief(("Test: " if digest.is_test else "") + _subject(digest), LONGEST_SUBJECT)


def _subject(digest: Digest) -> str:
    if not digest.entries:
        return _nothing(digest.foot)
    first = digest.entries[0]
    more = len(digest.entries) + digest.foot.left_out - 1
    behind = f" (and {more} more)" if more else ""
    summary = brief(first.stored.change.summary or "A policy changed", LONGEST_SUBJECT)
    room = LONGEST_SUBJECT - len(behind) - (len("Test: ") if digest.is_test else 0)
    return brief(_prefix(first) + summary, room) + behind


def _prefix(entry: Entry) -> str:
    return "Put up and withdrawn: " if entry.withdrawn_at is not None else _PREFIXES[entry.telling]


def _nothing(foot: Foot) -> str:
    told = "Nothing changed" + (f" in {_many(foot.checked, 'page')}" if foot.checked else "")
    failing = len(foot.failing)
    return told + (f"; {_many(failing, 'page')} cannot be read" if failing else "")


def headline(digest: Digest) -> str:
    """Say in a few words what the message holds."""
    if not digest.entries:
        return _nothing(digest.foot)
    fresh = sum(entry.telling in {Telling.CHANGE, Telling.PROVISIONAL, Telling.SAME} for entry in digest.entries)
    older = len(digest.entries) - fresh
    told = [_many(fresh, "change")] if fresh else []
    told += [f"{older} more on what was told before" if fresh else _many(older, "note") + " on what was told before"]
    return " and ".join(told if older else told[:1])


def period(digest: Digest) -> str:
    """Say for whom the message is, and of which time it tells."""
    dates = Dates(digest.timezone, digest.language)
    return f"{brief(digest.subscription, _NAME)}: {dates.moment(digest.since)} to {dates.moment(digest.until)}"


def foot(digest: Digest) -> tuple[str, ...]:
    """Say what the reader should know of the watching itself, a line each."""
    return tuple(_foot(digest.foot, Dates(digest.timezone, digest.language)))


def _foot(told: Foot, dates: Dates) -> Iterator[str]:
    if told.checked:
        yield f"{_many(told.checked, 'page')} checked, {told.unchanged:,} unchanged."
    hidden = [
        f"{_many(told.minor, 'minor change')}" if told.minor else "",
        f"{_many(told.other_topics, 'change')} of other topics" if told.other_topics else "",
        f"{_many(told.left_out, 'more change')} for which there was no room" if told.left_out else "",
    ]
    if any(hidden):
        yield f"Not shown: {', '.join(filter(None, hidden))}."
    if told.suppressed:
        kinds = ", ".join(f"{NOISE_WORDS[kind]} ({count:,})" for kind, count in told.suppressed.items())
        yield f"Suppressed as noise: {kinds}."
    for one in told.failing[:_MOST_FAILING]:
        name = f"{brief(one.service, _NAME)} \u00b7 {brief(one.document, _NAME)}"
        yield f"Cannot be read since {dates.moment(one.since)}: {name} ({brief(one.why, _LINE)})."
    if len(told.failing) > _MOST_FAILING:
        yield f"{_many(len(told.failing) - _MOST_FAILING, 'more page')} cannot be read."


def _many(count: int, noun: str) -> str:
    return f"{count:,} {noun}{'' if count == 1 else 's'}"
