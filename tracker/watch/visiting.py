"""Asks for the pages of a document: the half of a check that talks to servers, and the only one that runs in threads.

Politeness lives here: one request at a time for a host, and a pause between two. What is asked for and what comes of
it are values; nothing is written.
"""

from __future__ import annotations

import hashlib
import threading
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from tracker.fetch.http import asked, fetch
from tracker.fetch.outcome import Captured, Failed, PageRequest, Validators
from tracker.net.outcome import FailureKind
from tracker.net.pace import HostPace, Turns, after_answer, after_failure

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from tracker.fetch.http import Fetcher
    from tracker.fetch.outcome import Outcome
    from tracker.text.declaration import Page

PATIENCE = timedelta(seconds=45)  # that a document waits for its host before it is put off: longer than any usual pause
_FOR_A_BROWSER = frozenset({FailureKind.CHALLENGE})
_SECRET = frozenset({"authorization", "cookie", "proxy-authorization", "x-api-key"})
_WITHHELD = "(withheld)"
_REFUSALS = frozenset({401, 403, 406, 429})  # what a program gets that is taken for a bot


@dataclass(frozen=True, slots=True)
class Errand:
    """What to ask for: the pages of one document."""

    service: str
    document: str
    pages: tuple[Page, ...]
    validators: Mapping[str, str]  # kept from the last good answer; of a single page only


@dataclass(frozen=True, slots=True)
class Visit:
    """What came of an errand."""

    errand: Errand
    outcomes: tuple[Outcome, ...]  # one of each page, up to the first that failed
    put_off: tuple[str, datetime] | None = None  # a host that wants to be left alone until then, and was not asked

    @property
    def failure(self) -> Failed | None:
        """The page that could not be had, where there is one."""
        return next((one for one in self.outcomes if isinstance(one, Failed)), None)


def host_of(url: str) -> str:
    """Give the name under which the pace of a server is kept."""
    return (urlsplit(url).hostname or "").lower()


class Visitor:
    """Asks for pages, from many threads; knows how patient each host is."""

    def __init__(
        self,
        fetcher: Fetcher,
        sleep: Callable[[float], None],
        dice: Callable[[], float],
        *,
        browse: Callable[[PageRequest], Outcome] | None = None,
        patience: timedelta = PATIENCE,
    ) -> None:
        self._fetcher, self._dice, self._browse, self._patience = fetcher, dice, browse, patience
        self._turns = Turns(fetcher.clock, sleep)
        self._lock = threading.Lock()
        self._paces: dict[str, HostPace] = {}

    def visit(self, errand: Errand) -> Visit:
        """Ask for the pages of a document, one after the other; the first that fails ends it."""
        outcomes: list[Outcome] = []
        for page in errand.pages:
            host = host_of(page.url)
            with self._turns.turn(host, lambda host=host: self.pace(host), self._patience) as may_ask:  # type: ignore[misc]
                if not may_ask:
                    return Visit(errand, (), (host, self.pace(host).ready_at or self._fetcher.clock()))
                outcome = self._ask(page, errand)
                self._note(host, page, outcome)
            outcomes.append(outcome)
            if isinstance(outcome, Failed):
                break
        return Visit(errand, tuple(outcomes))

    def pace(self, host: str) -> HostPace:
        """Give what is known of a host's patience."""
        with self._lock:
            return self._paces.get(host, HostPace())

    def _ask(self, page: Page, errand: Errand) -> Outcome:
        request = _request(page, errand.validators if len(errand.pages) == 1 else {})
        if page.execute_client_scripts and self._browse is not None:
            return self._browse(replace(request, validators=None))
        outcome = fetch(request, self._fetcher)
        if self._browse is not None and isinstance(outcome, Failed) and _takes_us_for_a_bot(outcome):
            return self._browse(replace(request, validators=None))
        return outcome

    def _note(self, host: str, page: Page, outcome: Outcome) -> None:
        """Note how the host fared, for whoever asks it next."""
        robots = self._fetcher.robots
        delay = robots.crawl_delay(page.url) if robots is not None and outcome.hops else 0.0
        now, dice = self._fetcher.clock(), self._dice()
        with self._lock:
            pace = replace(self._paces.get(host, HostPace()), crawl_delay=delay)
            if isinstance(outcome, Failed) and outcome.transient:
                pace = after_failure(pace, now, outcome.seconds, dice, outcome.retry_after)
            else:
                pace = after_answer(pace, now, outcome.seconds, dice)
            self._paces[host] = pace


def _request(page: Page, kept: Mapping[str, str]) -> PageRequest:
    validators = None
    if kept and kept.get("asked") == way_of_asking(page):
        validators = Validators(kept["url"], kept.get("etag"), kept.get("last_modified"))
    return PageRequest(page.url, page.language, page.headers, validators, page.despite_robots)


def way_of_asking(page: Page) -> str:
    """Give a short name of how a page is asked for: an answer to another way says nothing of this one."""
    told = repr((page.url, page.language, page.headers, page.execute_client_scripts))
    return hashlib.sha256(told.encode()).hexdigest()[:16]


def kept_validators(page: Page, outcome: Outcome) -> dict[str, str]:
    """Give what is kept of an answer to ask with the next time."""
    if not isinstance(outcome, Captured) or outcome.is_rendered or outcome.validators is None:
        return {}
    given = outcome.validators
    told = {"url": given.url, "etag": given.etag, "last_modified": given.last_modified, "asked": way_of_asking(page)}
    return {name: value for name, value in told.items() if value}


def sent_headers(outcome: Outcome) -> tuple[tuple[str, str], ...]:
    """Give the headers that a page was asked for with, for the record, which is no place for secrets."""
    ask = asked(outcome.request)
    own = tuple((name, _WITHHELD if name.lower() in _SECRET else value) for name, value in ask.origin_headers)
    return (*ask.headers, *own, *(ask.validators[1] if ask.validators else ()))


def _takes_us_for_a_bot(outcome: Failed) -> bool:
    return outcome.kind in _FOR_A_BROWSER or outcome.status in _REFUSALS
