"""Sources of news: what each gives, whatever it is, and the addresses articles go by."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from tracker.net.outcome import Trouble
from tracker.net.url import read_url

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime, timedelta

    from tracker.net.session import Gate

# Parameters that tell where a reader comes from, and nothing of the article.
_TRACKING = re.compile(
    r"utm_.*|at_.*|ns_.*|fb(?:clid|_.*)|gclid|gbraid|wbraid|dclid|msclkid|yclid|twclid|igshid|mc_(?:cid|eid)|ref(?:_src|errer)?"
    r"|cmp(?:id)?|ocid|smid|smtyp|spm|share|source|sh|taid|guccounter|guce_.*|amp|outputtype|xtor|ftag|_hs.*|wt_.*|partner",
    re.IGNORECASE,
)
_AMP_HOST = re.compile(r"^amp[.-]", re.IGNORECASE)
_AMP_PATH = re.compile(r"(?:/amp(?:\.html)?/?$|\.amp(?:\.html)?$|^/amp(?=/))", re.IGNORECASE)
LONGEST_ADDRESS = 2000


@dataclass(frozen=True, slots=True)
class Item:
    """An article a source tells of."""

    address: str
    title: str | None = None
    summary: str = ""  # looked at for names of services, and not kept
    published: datetime | None = None
    published_from: str | None = None
    not_after: datetime | None = None
    origin: str = "page"  # where its text is to be had: page, file, record
    place: str | None = None  # the file; of a page the address


@dataclass(frozen=True, slots=True)
class Listed:
    """What a source tells of now, and what it wants to be reminded of when it is asked again."""

    items: tuple[Item, ...]
    memory: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Refused:
    """Why a source told nothing."""

    detail: str
    retry_after: timedelta | None = None


class NewsSource(Protocol):
    """Anything that tells of articles."""

    @property
    def name(self) -> str:
        """Its name in the archive: it is known by it from one time to the next."""

    @property
    def host(self) -> str | None:
        """The host that is asked; None where it is this machine."""

    @property
    def services(self) -> tuple[str, ...]:
        """The services all its articles are about; none: each says by its words which it is about."""

    @property
    def is_chosen(self) -> bool:
        """Whether its articles were chosen already: they are read whatever their titles say."""

    @property
    def pause(self) -> float:
        """Seconds its host is left alone after it was asked."""

    def ask(self, memory: Mapping[str, str], gate: Gate, now: datetime) -> Listed | Refused:
        """Ask what there is; the memory is what it gave the last time."""


def plain_address(address: str) -> str | None:
    """Give an address without what tells where a reader comes from; None where it is none of a page."""
    try:
        url = urlsplit(str(read_url(address.strip()))) if len(address) <= LONGEST_ADDRESS else None
    except (Trouble, ValueError):
        return None
    if url is None:
        return None
    host, path = url.netloc, url.path
    if _AMP_HOST.match(host) or _AMP_PATH.search(path) or "amp" in url.query.lower().split("&"):
        host = _AMP_HOST.sub("www." if host.count(".") == 1 else "", host)
        path = _AMP_PATH.sub("", path)
    query = urlencode(_told(parse_qsl(url.query, keep_blank_values=True)))
    return urlunsplit((url.scheme, host, path or "/", query, ""))


def _told(parameters: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    return [(name, value) for name, value in parameters if not _TRACKING.fullmatch(name)]


def same_site(one: str, other: str) -> bool:
    """Tell whether two addresses are of one site: the same host, or one below the other."""
    first, second = (_host(address) for address in (one, other))
    return bool(first and second) and (
        first == second or first.endswith(f".{second}") or second.endswith(f".{first}")
    )  # fmt: skip


def _host(address: str) -> str:
    host = (urlsplit(address).hostname or "").lower()
    return _AMP_HOST.sub("", host).removeprefix("www.").removeprefix("m.")
