"""What web archives say of their captures: the CDX server's answers and TimeMaps (RFC 7089), read into values.

Nothing is asked here, and nothing an archive says is trusted further than as words.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, NamedTuple

from tracker.net.pace import http_date

if TYPE_CHECKING:
    from collections.abc import Iterable

FIELDS = "timestamp,original,statuscode,digest"
_WIDTH = 14
_NEAR = timedelta(days=1)
_MEMENTO = re.compile(
    r"^(?P<before>.*?/)(?P<at>\d{4,14})(?P<mode>[a-z]{2}_)?/(?P<url>[a-z][a-z0-9+.-]*:/.*)$", re.DOTALL
)
_LINK = re.compile(r'<([^<>]*)>((?:\s*;\s*[\w*-]+\s*=\s*(?:"[^"]*"|[^\s;,"]+))*)')
_ATTRIBUTE = re.compile(r';\s*([\w*-]+)\s*=\s*(?:"([^"]*)"|([^\s;,"]+))')


class Unreadable(Exception):
    """What an archive says is not in the form that its protocol has."""


@dataclass(frozen=True, slots=True)
class Memento:
    """One capture as an archive lists it."""

    at: datetime
    url: str  # as it was asked then
    raw: str  # where its bytes are, as they were received
    digest: str | None = None  # SHA-1 of the bytes, in base 32
    status: int | None = None

    @property
    def leads_on(self) -> bool:
        """Whether it is a redirect, so that its page is somewhere else."""
        return self.status is not None and 300 <= self.status < 400


class Listing(NamedTuple):
    """One page of an archive's list, and what to ask for the next one with."""

    mementos: tuple[Memento, ...]
    then: str | None = None


class TimeMap(NamedTuple):
    """A TimeMap: its mementos and the further TimeMaps it names."""

    mementos: tuple[Memento, ...]
    others: tuple[str, ...] = ()


def stamp(at: datetime) -> str:
    """Give a moment as archives write it: fourteen digits."""
    return f"{at.astimezone(UTC):%Y%m%d%H%M%S}".rjust(_WIDTH, "0")


def moment(stamped: str) -> datetime:
    """Read up to fourteen digits; Unreadable where they are no moment."""
    start = f"{stamped}{'00000101000000'[len(stamped) :]}"
    try:
        return datetime.strptime(start, "%Y%m%d%H%M%S").replace(tzinfo=UTC)
    except ValueError as wrong:
        raise Unreadable(f"{stamped[:40]!r} is no moment") from wrong


def read_cdx(body: bytes, raw: str) -> Listing:
    """Read an answer of a CDX server in JSON; `raw` is where its captures are (".../web/")."""
    if not body.strip():
        return Listing(())
    try:
        rows = json.loads(body)
    except (ValueError, RecursionError) as wrong:
        raise Unreadable(f"the list is no JSON: {wrong}") from wrong
    if not isinstance(rows, list) or not all(isinstance(row, list) for row in rows):
        raise Unreadable("the list is no table")
    rows = [[str(cell) for cell in row] for row in rows]
    then = None
    if len(rows) > 1 and not rows[-2] and len(rows[-1]) == 1:
        then = rows[-1][0]
        rows = rows[:-2]
    head = FIELDS.split(",")
    if rows and rows[0] != head:
        raise Unreadable(f"the list has the columns {', '.join(rows[0])[:80]} and not {FIELDS}")
    return Listing(tuple(_row(dict(zip(head, row, strict=False)), raw) for row in rows[1:] if row), then)


def _row(told: dict[str, str], raw: str) -> Memento:
    if len(told) != len(FIELDS.split(",")):
        raise Unreadable("a row of the list lacks columns")
    status = int(told["statuscode"]) if told["statuscode"].isdecimal() else None
    digest = told["digest"] if told["digest"] not in ("", "-") else None
    at = moment(told["timestamp"])
    return Memento(at, told["original"], f"{raw}{stamp(at)}id_/{told['original']}", digest, status)


def read_timemap(body: bytes) -> TimeMap:
    """Read a TimeMap in link format."""
    mementos: list[Memento] = []
    others: list[str] = []
    for address, told in _LINK.findall(body.decode("utf-8", "replace")):
        attributes = {name.lower(): quoted or bare for name, quoted, bare in _ATTRIBUTE.findall(told)}
        rel = attributes.get("rel", "").lower().split()
        if "timemap" in rel:
            others.append(address)
        elif "memento" in rel:
            mementos.append(_linked(address, attributes.get("datetime")))
    if not mementos and not others and body.strip():
        raise Unreadable("the TimeMap has no link")
    return TimeMap(tuple(mementos), tuple(others))


def _linked(address: str, told: str | None) -> Memento:
    at = http_date(told)
    found = _MEMENTO.match(address)
    if at is None or found is None:
        raise Unreadable(f"{address[:200]!r} is named as a memento without a moment or an address in it")
    return Memento(at, found["url"], raw_address(address))


def raw_address(address: str) -> str:
    """Give the address of the bytes of a memento as they were received."""
    return _MEMENTO.sub(r"\g<before>\g<at>id_/\g<url>", address)


def remembered(address: str) -> str | None:
    """Give the address that a memento is of; None where an address names no memento."""
    found = _MEMENTO.match(address)
    return found["url"] if found else None


def worth_asking(mementos: Iterable[Memento]) -> tuple[Memento, ...]:
    """Choose of a list, by moment, what may be another text: no capture like the one before it.

    A redirect is followed only where no page was captured around it: mostly it is the same page under `http`.
    """
    ordered = sorted(mementos, key=lambda one: (one.at, one.leads_on, one.url))
    pages = [one.at for one in ordered if not one.leads_on]
    chosen: list[Memento] = []
    last: str | None = None
    for one in ordered:
        if one.leads_on:
            if not any(abs(at - one.at) <= _NEAR for at in pages):
                chosen.append(one)
                last = None
        elif one.digest is None or one.digest != last:
            chosen.append(one)
            last = one.digest
    return tuple(chosen)
