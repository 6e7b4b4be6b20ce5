"""Asking for one page by hand, outside any schedule: through the same gate as every other request."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tracker import __version__
from tracker.errors import SourceError
from tracker.fetch.http import Fetcher, fetch, user_agent
from tracker.fetch.outcome import Captured, Failed, PageRequest
from tracker.net.address import allow_list
from tracker.net.session import Gate

if TYPE_CHECKING:
    from tracker.config import Config


def gate_of(config: Config) -> Gate:
    """Make the way out that a configuration allows.

    Raises:
        UsageError: its allow-list cannot be read.
    """
    return Gate(user_agent(__version__, config.fetch.contact), allow_list(config.fetch.allow))


def page_at(url: str, config: Config) -> Captured:
    """Fetch a page once.

    robots.txt is for programs that come by themselves; here a person asks.

    Raises:
        SourceError: there was no page; says why.
        UsageError: the allow-list of the configuration cannot be read.
    """
    outcome = fetch(PageRequest(url), Fetcher(gate_of(config)))
    if isinstance(outcome, Captured):
        return outcome
    why = f"{outcome.kind}: {outcome.detail}" if isinstance(outcome, Failed) else "not modified"
    raise SourceError(f"{url}: cannot be fetched ({why})")
