"""What may stand in a configuration, table by table; `tracker.config` reads them from a file.

A value that cannot be is refused where it is read, so that everything behind may rely on it.
"""

from __future__ import annotations

import re
from datetime import time, timedelta
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

import msgspec

from tracker.periods import read_cron

_DURATION = re.compile(r"(\d+(?:\.\d+)?)\s*(s|m|h|d|w)")
_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days", "w": "weeks"}
_CLOCK = re.compile(r"([01]\d|2[0-3]):([0-5]\d)")
AT_ONCE = "at_once"

Name = Annotated[str, msgspec.Meta(min_length=1, max_length=100)]
Grade = Annotated[int, msgspec.Meta(ge=1, le=3)]


class Table(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A table whose every key has a meaning."""


def duration(text: str) -> timedelta:
    """Read "90s", "30m", "12h", "2d" or "1w"; ValueError for anything else and for nothing at all."""
    match = _DURATION.fullmatch(text.strip())
    if match is None or not float(match[1]):
        raise ValueError(f"{text!r} is no duration; write 30m, 12h or 2d")
    return timedelta(**{_UNITS[match[2]]: float(match[1])})


def between(text: str) -> tuple[time, time]:
    """Read "22:00-07:00"; ValueError for anything else."""
    start, dash, end = text.partition("-")
    if not dash or not _CLOCK.fullmatch(start.strip()) or not _CLOCK.fullmatch(end.strip()):
        raise ValueError(f"{text!r} is no span of a day; write 22:00-07:00")
    return time.fromisoformat(start.strip()), time.fromisoformat(end.strip())


def zone(name: str) -> ZoneInfo:
    """Give a time zone by its name; ValueError where there is none."""
    try:
        return ZoneInfo(name)
    except (KeyError, OSError, ValueError) as wrong:
        raise ValueError(
            f"there is no time zone {name!r}; names are those of the tz database, such as Europe/Paris"
        ) from wrong


class FetchTable(Table, frozen=True, kw_only=True):
    """How servers are asked."""

    contact: str = ""  # address or page that servers are told, for complaints
    allow: tuple[str, ...] = ()  # local hosts or networks that may be asked all the same
    at_once: Annotated[int, msgspec.Meta(ge=1, le=64)] = 4  # hosts asked at the same time
    browser: bool = False  # pages that need scripts, or that are refused to programs, may be asked for by a browser


class WatchTable(Table, frozen=True, kw_only=True):
    """When pages are asked for, where their declaration does not say it."""

    every: str = "12h"
    window: str | None = None  # of the day, in `timezone`: "01:00-05:00"
    timezone: str = "UTC"
    jitter: Annotated[float, msgspec.Meta(ge=0, le=1)] = 0.1  # of the interval, added by chance
    confirm_after: str = "30m"  # until a page that looks wrong, or that changed a lot, is asked for again
    failing_after: str = "2d"  # of failures, before `tracker status` says that something is wrong
    keep_unused: str | None = None  # how long bodies are kept of which nothing was made; for ever where not given

    def __post_init__(self) -> None:
        """Refuse what cannot be."""
        for text in (self.every, self.confirm_after, self.failing_after, self.keep_unused):
            if text is not None:
                duration(text)
        if self.window is not None:
            between(self.window)
        zone(self.timezone)


class RulesTable(Table, frozen=True, kw_only=True):
    """Rules of one's own."""

    folder: str


class EvidenceTable(Table, frozen=True, kw_only=True):
    """How the chain of captures is stamped by somebody else."""

    authority: str | None = None  # address of an RFC 3161 time-stamp authority
    certificates: str | None = None  # file with the certificates it is verified by


class ServiceNewsTable(Table, frozen=True, kw_only=True):
    """News of one service."""

    feeds: tuple[str, ...] = ()  # whose articles are all about it
    words: tuple[str, ...] = ()  # GDELT is asked for, beside its names; none: the usual ones


class NewsTable(Table, frozen=True, kw_only=True):
    """Where coverage comes from, beside the seeds."""

    feeds: tuple[str, ...] = ()  # addresses of RSS or Atom feeds
    gdelt: bool = False
    inbox: str | None = None  # folder of saved articles
    services: dict[str, ServiceNewsTable] = {}
    every: str = "1h"

    def __post_init__(self) -> None:
        """Refuse what cannot be."""
        duration(self.every)


class FeedsTable(Table, frozen=True, kw_only=True):
    """The feeds that are written to files."""

    folder: str


class EmailTable(Table, frozen=True, kw_only=True, tag_field="kind", tag="email"):
    """A mail server that takes our messages."""

    host: Name
    sender: Name  # "Policy tracker <tracker@example.org>"
    port: Annotated[int, msgspec.Meta(ge=1, le=65535)] = 587
    security: Literal["starttls", "tls", "none"] = "starttls"
    user: str | None = None
    password_env: str | None = None  # name of the environment variable that holds the password
    authorities: str | None = None  # file of certificates, for a server with a certificate of one's own making
    reply_to: str | None = None
    unsubscribe_url: str | None = None

    def __post_init__(self) -> None:
        """Refuse what cannot be."""
        if (self.user is None) != (self.password_env is None):
            raise ValueError("user and password_env go together")


class WebhookTable(Table, frozen=True, kw_only=True, tag_field="kind", tag="webhook"):
    """A receiver of Standard Webhooks."""

    url: str | None = None
    url_env: str | None = None
    secrets_env: Annotated[
        tuple[str, ...], msgspec.Meta(min_length=1)
    ]  # environment variables; the first one signs first
    full: bool = False  # whole changes instead of what fits in 20 kB

    def __post_init__(self) -> None:
        """Refuse what cannot be."""
        if bool(self.url) == bool(self.url_env):
            raise ValueError("give one of url and url_env")


class AppriseTable(Table, frozen=True, kw_only=True, tag_field="kind", tag="apprise"):
    """Any service that Apprise speaks to (extra `apprise`)."""

    url_env: Name  # the environment variable with its address, which holds its secrets


Channel = EmailTable | WebhookTable | AppriseTable


class SubscriptionTable(Table, frozen=True, kw_only=True):
    """Who wants what, how often, by which channel."""

    name: Name
    channel: Name
    to: tuple[str, ...] = ()  # addresses, for mail
    services: tuple[str, ...] = ()  # none: all
    documents: tuple[str, ...] = ()
    topics: tuple[str, ...] = ()
    least: Grade = 2  # significance
    period: str = "daily"  # at_once, daily, weekly, or five fields of cron
    timezone: str = "UTC"
    quiet_hours: str | None = None  # "22:00-07:00": nothing is sent then, in `timezone`
    language: str = "en"  # of the dates
    nothing_changed: bool = False  # send a message also where there is nothing to tell
    follow_ups: bool = True  # tell when coverage explains what was told
    provisional: bool = False  # tell what is graded 3 at once, before a second capture confirms it

    def __post_init__(self) -> None:
        """Refuse what cannot be."""
        if self.period != AT_ONCE:
            try:
                read_cron(self.period)
            except ValueError as wrong:
                raise ValueError(f"period is none of at_once, daily and weekly: {wrong}") from wrong
        if self.quiet_hours is not None:
            between(self.quiet_hours)
        zone(self.timezone)


class OperatorTable(Table, frozen=True, kw_only=True):
    """Who is told, by another channel, when one fails for long."""

    channel: Name
    to: tuple[str, ...] = ()


class ConfigTable(Table, frozen=True, kw_only=True):
    """The whole file."""

    archive: str = "archive.sqlite"  # a file, or a postgresql:// address
    archive_env: str | None = None  # environment variable with the address, where it holds a password
    snapshots: str = "snapshots"
    declarations: str = "seeds/services"
    coverage: str = "seeds/coverage"
    public_url: str | None = None
    fetch: FetchTable = FetchTable()
    watch: WatchTable = WatchTable()
    rules: RulesTable | None = None
    evidence: EvidenceTable = EvidenceTable()
    news: NewsTable = NewsTable()
    feeds: FeedsTable | None = None
    channels: dict[str, Channel] = {}
    subscriptions: tuple[SubscriptionTable, ...] = ()
    operator: OperatorTable | None = None
