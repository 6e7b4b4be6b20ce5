"""Asks web archives for what they captured of an address: the Wayback Machine by its CDX server, others by TimeMaps.

Archives are charities with a limit for each client. One request at a time, with a pause between any two; who is told to
wait waits as long as told, and a refused connection, which is how the Wayback Machine shuts out who did not listen,
means minutes. Bodies are asked for as they were received (`id_`), and redirects are followed inside the archive only.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, TypeVar
from urllib.parse import urlencode, urljoin, urlsplit

from tracker.errors import SourceError
from tracker.fetch.memento import (
    FIELDS,
    Unreadable,
    raw_address,
    read_cdx,
    read_timemap,
    remembered,
    stamp,
    worth_asking,
)
from tracker.fetch.remembered import Missing, Remembered, judged_memento
from tracker.net.outcome import Answer, FailureKind, NoAnswer
from tracker.net.pace import http_date, retry_after
from tracker.net.session import REDIRECTS, Ask

if TYPE_CHECKING:
    from collections.abc import Callable

    from tracker.fetch.memento import Memento
    from tracker.net.outcome import Hop
    from tracker.net.session import Gate

Value = TypeVar("Value")

WAYBACK = "https://web.archive.org"
PAUSE = 4.0  # seconds from one request to the next: fifteen a minute
_TOLD_TO_WAIT = timedelta(minutes=1)  # at least, whatever Retry-After says
_SHUT_OUT = timedelta(minutes=5)
_ILL = timedelta(seconds=30)
_LONGEST = timedelta(hours=1)
_TRIES = 5
_ILL_IN_A_ROW = 3  # addresses that got nothing, after which it is the archive and not the address
_AT_ONCE = 2000  # rows of a list
_LISTS = 500  # pages of a list, or TimeMaps, for one address
_REDIRECTS = 5
_REFUSED = frozenset({FailureKind.CONNECT, FailureKind.DISCONNECTED, FailureKind.DNS})
_PASSING = frozenset({429, 500, 502, 503, 504})


@dataclass(slots=True)
class Patience:
    """When the archive may be asked again."""

    clock: Callable[[], datetime]
    sleep: Callable[[float], None]
    say: Callable[[str], None] = lambda _: None
    pause: float = PAUSE
    ready_at: datetime | None = field(default=None, init=False)

    def wait(self) -> None:
        """Wait for our turn."""
        now = self.clock()
        if self.ready_at is not None and self.ready_at > now:
            self.sleep((self.ready_at - now).total_seconds())
        self.ready_at = self.clock() + timedelta(seconds=self.pause)

    def back_off(self, time: timedelta, why: str) -> None:
        """Leave the archive alone for a while."""
        self.say(f"{why}: asking again in {time.total_seconds():,.0f} seconds")
        self.ready_at = self.clock() + time


class WebArchive:
    """One archive, asked patiently."""

    def __init__(self, gate: Gate, patience: Patience, base: str = WAYBACK, timemaps: str | None = None) -> None:
        self._gate, self._patience = gate, patience
        self._base, self._timemaps = base.rstrip("/"), timemaps
        self._ill = 0

    def mementos(self, url: str, since: datetime, until: datetime) -> tuple[Memento, ...]:
        """List what may be different captures of an address, oldest first.

        Raises:
            SourceError: the archive does not answer, or not in its protocol.
        """
        listed = self._by_timemaps(url) if self._timemaps else self._by_cdx(url, since, until)
        return worth_asking(one for one in listed if since <= one.at <= until)

    def _by_cdx(self, url: str, since: datetime, until: datetime) -> list[Memento]:
        asked = {
            "url": url, "from": stamp(since), "to": stamp(until), "output": "json", "fl": FIELDS,
            "filter": "!statuscode:[45]..", "collapse": "digest", "limit": str(_AT_ONCE), "showResumeKey": "true",
        }  # fmt: skip
        found: list[Memento] = []
        for _ in range(_LISTS):
            address = f"{self._base}/cdx/search/cdx?{urlencode(asked)}"
            listing = _read(lambda body: read_cdx(body, f"{self._base}/web/"), self._list(address), address)
            found += listing.mementos
            if listing.then is None:
                return found
            asked["resumeKey"] = listing.then
        raise SourceError(f"{url}: the archive's list has no end: choose days with --since and --until")

    def _by_timemaps(self, url: str) -> list[Memento]:
        waiting, seen, found = [f"{self._timemaps}{url}"], set[str](), []
        while waiting:
            address = waiting.pop(0)
            if address in seen or not self._is_ours(address):
                continue
            seen.add(address)
            if len(seen) > _LISTS:
                raise SourceError(f"{url}: the archive's TimeMaps have no end")
            told = _read(read_timemap, self._list(address), address)
            found += [one for one in told.mementos if self._is_ours(one.raw)]
            waiting += told.others
        return found

    def _list(self, address: str) -> bytes:
        answer = self._asked(address, follow=True)
        if isinstance(answer, Answer) and answer.status in (200, 404):
            return answer.body if answer.status == 200 else b""
        raise SourceError(f"{address}: {_said(answer)}")

    def _is_ours(self, address: str) -> bool:
        """Tell whether an address is one of this archive."""
        ours = urlsplit(self._timemaps or self._base)
        return urlsplit(address)[:2] == ours[:2]

    def page(self, memento: Memento) -> Remembered | Missing:
        """Ask for the bytes of a memento.

        Raises:
            SourceError: the archive does not answer, however often it is asked.
        """
        address = memento.raw
        hops: list[Hop] = []
        for _ in range(_REDIRECTS + 1):
            answer = self._asked(address)
            hops += answer.hops
            if isinstance(answer, NoAnswer):
                return Missing(memento, _said(answer))
            location = answer.header("location")
            if answer.status not in REDIRECTS or location is None:
                return judged_memento(memento, answer, tuple(hops))
            there = self._within(urljoin(address, location), memento)
            if there is None:
                return Missing(memento, f"it leads to {location[:200]}, out of the archive")
            address = there
        return Missing(memento, f"more than {_REDIRECTS} redirects")

    def _within(self, address: str, memento: Memento) -> str | None:
        """Give where a redirect leads inside the archive: as it says, or the page of that day it once led to."""
        if self._is_ours(address):
            return raw_address(address) if remembered(address) else None
        if not address.startswith(("http://", "https://")):
            return None
        before = memento.raw.partition(f"{stamp(memento.at)}id_/")[0]
        return f"{before}{stamp(memento.at)}id_/{address}"

    def _asked(self, address: str, *, follow: bool = False) -> Answer | NoAnswer:
        """Ask until there is an answer that means something, or it is plain that this address gives none.

        Raises:
            SourceError: the archive wants to be left alone, or gives nothing for one address after the other.
        """
        why, shuts_out = "", False
        for turn in range(_TRIES):
            self._patience.wait()
            answer = self._gate.ask(Ask(address, follow=follow))
            if isinstance(answer, NoAnswer) and not answer.kind.transient:
                return answer
            if isinstance(answer, Answer) and answer.status not in _PASSING:
                self._ill = 0
                return answer
            why, time, shuts_out = _why(answer, self._patience.clock())
            if turn + 1 < _TRIES:
                self._patience.back_off(min(time * 2**turn, max(_LONGEST, time)), why)
        self._ill += 1
        if shuts_out or self._ill >= _ILL_IN_A_ROW:
            raise SourceError(f"{why}: what came so far is kept; run the same command later, and it goes on from there")
        return answer


def _why(answer: Answer | NoAnswer, now: datetime) -> tuple[str, timedelta, bool]:
    """Say why there is nothing, how long to wait, and whether it is we who are not wanted."""
    if isinstance(answer, NoAnswer):
        shuts_out = answer.kind in _REFUSED
        return _said(answer), _SHUT_OUT if shuts_out else _ILL, shuts_out
    told = retry_after(answer.header("retry-after"), http_date(answer.header("date")) or now)
    least = _TOLD_TO_WAIT if answer.status == 429 else _ILL
    return _said(answer), max(told or least, least), answer.status == 429


def _said(answer: Answer | NoAnswer) -> str:
    if isinstance(answer, NoAnswer):
        return f"the archive gives no answer ({answer.kind}: {answer.detail})"
    return f"the archive answers {answer.status}"


def _read(reading: Callable[[bytes], Value], body: bytes, address: str) -> Value:
    try:
        return reading(body)
    except Unreadable as wrong:
        raise SourceError(f"{address}: {wrong}") from wrong
