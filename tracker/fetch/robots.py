"""robots.txt after RFC 9309: what a host asks of us, kept for a day, and taken for a no where nobody can tell."""

from __future__ import annotations

import re
import threading
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

from protego import Protego

from tracker.net.outcome import Answer, FailureKind, Limits, NoAnswer, Trouble
from tracker.net.pace import LONGEST_CRAWL_DELAY, retry_after
from tracker.net.session import Ask
from tracker.net.url import read_url

if TYPE_CHECKING:
    from tracker.net.session import Gate

OUR_NAME = "policy-tracker"  # what a robots.txt calls us
KEPT_FOR = timedelta(hours=24)
ASKED_AGAIN_AFTER = timedelta(minutes=15)  # where it could not be read
LARGEST = 500_000  # bytes that are read; what follows is ignored, as the standard lets us
_LIMITS = Limits(seconds=30.0, size=2_000_000, redirects=5)
_NAMED = re.compile(r"user[\s-]*agent[\s:]+(.*)", re.IGNORECASE | re.DOTALL)
_OURS = re.compile(re.escape(OUR_NAME) + r"(?![a-z_-])", re.IGNORECASE)  # a version may follow


class Access(StrEnum):
    """What a robots.txt amounts to."""

    RULES = "rules"
    ALLOW = "allow"  # there is none
    UNKNOWN = "unknown"  # nobody could tell: taken for a no


@dataclass(frozen=True, slots=True)
class Robots:
    """A robots.txt as it was read; a row of the store could hold it."""

    access: Access
    text: str
    good_until: datetime
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a page is not asked for."""

    kind: FailureKind
    detail: str


def read_robots(told: Answer | NoAnswer, now: datetime) -> Robots:
    """Say what the answer to a request for robots.txt amounts to."""
    if isinstance(told, NoAnswer):
        if told.kind is FailureKind.REDIRECT_LOOP:  # the standard: after five hops it may count as absent
            return Robots(Access.ALLOW, "", now + KEPT_FOR, told.detail)
        return Robots(Access.UNKNOWN, "", now + ASKED_AGAIN_AFTER, told.detail)
    if told.status in {200, 203}:
        text = told.body[:LARGEST].decode("utf-8-sig", errors="replace")
        return Robots(Access.RULES, "\n".join(map(_for_us, text.splitlines())), now + KEPT_FOR)
    detail = f"{told.hops[-1].url} answers {told.status}" if told.hops else f"answers {told.status}"
    if 400 <= told.status < 500 and told.status != 429:
        return Robots(Access.ALLOW, "", now + KEPT_FOR, detail)
    wait = max(retry_after(told.header("retry-after"), now) or ASKED_AGAIN_AFTER, ASKED_AGAIN_AFTER)
    return Robots(Access.UNKNOWN, "", now + min(wait, KEPT_FOR), detail)


def _for_us(line: str) -> str:
    """Write a line that names a robot anew: us exactly, everybody, or somebody else.

    The parser would take the first letters of our name for us, and multiplies names by rules: thousands of names that
    share thousands of rules would keep it busy for minutes. All others therefore get one name.
    """
    named = _NAMED.match(line.split("#", 1)[0].strip())
    if named is None:
        return line
    name = named[1]
    if name == "*":
        return "User-agent: *"
    return f"User-agent: {OUR_NAME if _OURS.match(name) else 'somebody-else'}"


class RobotsBook:
    """The robots.txt files read so far, by origin; for all threads of one process."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._known: dict[str, tuple[Robots, Protego | None]] = {}

    def refusal(self, url: str, gate: Gate, now: datetime) -> Refusal | None:
        """Say why a page is not to be asked for, or None; reads robots.txt where it is not known or too old."""
        try:
            origin = read_url(url).origin
        except Trouble as trouble:
            return Refusal(trouble.kind, trouble.detail)
        robots, rules = self._current(origin, gate, now)
        if robots.access is Access.UNKNOWN:
            return Refusal(FailureKind.ROBOTS_UNREACHABLE, f"{origin}/robots.txt cannot be read: {robots.detail}")
        if rules is not None and not rules.can_fetch(url, OUR_NAME):
            return Refusal(FailureKind.ROBOTS, f"{origin}/robots.txt asks us not to read {url}")
        return None

    def crawl_delay(self, url: str) -> float:
        """Give the pause that a host asks for, in seconds, as far as its robots.txt was read."""
        with self._lock:
            _, rules = self._known.get(read_url(url).origin, (None, None))
        told = rules.crawl_delay(OUR_NAME) if rules is not None else None
        # Not a number compares as no other: the smaller of the two is then the first.
        return max(min(LONGEST_CRAWL_DELAY, float(told)), 0.0) if told is not None else 0.0

    def _current(self, origin: str, gate: Gate, now: datetime) -> tuple[Robots, Protego | None]:
        with self._lock:
            known = self._known.get(origin)
        if known is not None and now < known[0].good_until:
            return known
        robots = read_robots(gate.ask(Ask(f"{origin}/robots.txt"), _LIMITS), now)
        if robots.access is Access.UNKNOWN and known is not None and known[0].access is not Access.UNKNOWN:
            # While it cannot be read, what it last said still stands.
            kept = known[0]
            current = (Robots(kept.access, kept.text, robots.good_until, robots.detail), known[1])
        else:
            current = (robots, Protego.parse(robots.text) if robots.access is Access.RULES else None)
        with self._lock:
            self._known[origin] = current
        return current
