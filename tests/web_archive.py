"""A web archive on loopback that speaks the protocols of real ones: a CDX server, TimeMaps and raw mementos."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from itertools import groupby
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

from scripted_server import Asked, ScriptedServer, page

from tracker.fetch.wayback import Patience, WebArchive
from tracker.net.address import allow_list
from tracker.net.session import Gate, verified_tls

if TYPE_CHECKING:
    from collections.abc import Iterator

TLS = verified_tls()
_RAW = re.compile(r"/web/(\d{14})id_/(.+)")


@dataclass(frozen=True)
class Kept:
    """One capture of the archive."""

    stamp: str
    url: str
    body: bytes
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    digest: str | None = None  # where the list says another than that of the body

    @property
    def listed_digest(self) -> str:
        return self.digest or base64.b32encode(hashlib.sha1(self.body).digest()).decode()

    @property
    def at(self) -> datetime:
        return datetime.strptime(self.stamp, "%Y%m%d%H%M%S").replace(tzinfo=UTC)


class Archived:
    """What the archive holds; `script` answers as it would."""

    def __init__(self, *kept: Kept, most: int = 1000) -> None:
        self.kept, self.most = list(kept), most
        self.base = ""

    def script(self, asked: Asked) -> Iterator[bytes]:
        if asked.target.startswith("/cdx/search/cdx?"):
            return self._cdx({name: values[0] for name, values in parse_qs(urlsplit(asked.target).query).items()})
        if asked.target.startswith("/timemap/link/"):
            return self._timemap(asked.target.removeprefix("/timemap/link/"))
        found = _RAW.fullmatch(asked.target)
        return self._memento(found[1], found[2]) if found else page(b"nothing here", "404 Not Found")

    def _of(self, url: str) -> list[Kept]:
        return sorted((one for one in self.kept if _key(one.url) == _key(url)), key=lambda one: one.stamp)

    def _cdx(self, told: dict[str, str]) -> Iterator[bytes]:
        assert told["output"] == "json"
        refused = re.compile(told["filter"].removeprefix("!statuscode:"))
        rows = [
            [one.stamp, one.url, str(one.status), one.listed_digest]
            for one in self._of(told["url"])
            if told["from"] <= one.stamp <= told["to"] and not refused.fullmatch(str(one.status))
        ]
        if told.get("collapse") == "digest":
            rows = [next(same) for _, same in groupby(rows, key=lambda row: row[3])]
        start, most = int(told.get("resumeKey", "0")), min(int(told["limit"]), self.most)
        body: list[list[str]] = rows[start : start + most]
        if body:
            body = [told["fl"].split(","), *body]
        if start + most < len(rows):
            body += [[], [str(start + most)]]
        return page(json.dumps(body).encode(), Content_Type="application/json")

    def _timemap(self, url: str) -> Iterator[bytes]:
        links = [f'<{url}>; rel="original"', f'<{self.base}/timemap/link/{url}>; rel="self"; type="x"']
        for one in self._of(url):
            when = format_datetime(one.at, usegmt=True)
            links.append(f'<{self.base}/web/{one.stamp}/{one.url}>; rel="first memento"; datetime="{when}"')
        return page(",\n".join(links).encode(), Content_Type="application/link-format")

    def _memento(self, stamp: str, url: str) -> Iterator[bytes]:
        there = [one for one in self._of(url) if one.url == url]
        if not there:
            return page(b"not archived", "404 Not Found")
        wanted = Kept(stamp, url, b"").at
        one = min(there, key=lambda each: abs(each.at - wanted))
        if one.stamp != stamp:
            return page(b"", "302 Found", Location=f"/web/{one.stamp}id_/{one.url}")
        headers = {f"x_archive_orig_{name}": value for name, value in one.headers.items()}
        if "Location" in one.headers:
            headers["Location"] = one.headers["Location"]
        status = "200 OK" if one.status == 200 else f"{one.status} Moved"
        return page(one.body, status, Memento_Datetime=format_datetime(one.at, usegmt=True), **headers)


def _key(url: str) -> str:
    """Give what an archive files an address under: neither scheme nor `www.` tells apart."""
    return re.sub(r"^https?://(www\.)?", "", url).rstrip("/").lower()


@dataclass
class Clock:
    """A clock that goes only when somebody sleeps."""

    now: datetime = datetime(2026, 1, 1, tzinfo=UTC)
    slept: list[float] = field(default_factory=list)

    def read(self) -> datetime:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.slept.append(round(seconds, 3))
        self.now += timedelta(seconds=seconds)


def web_archive(
    server: ScriptedServer, clock: Clock, *, timemaps: bool = False, said: list[str] | None = None
) -> WebArchive:
    """Ask a server on loopback as if it were the archive."""
    base = server.url("").rstrip("/")
    gate = Gate("policy-tracker/0", allow_list((f"127.0.0.1:{server.port}",)), tls=TLS)
    patience = Patience(clock.read, clock.sleep, (said if said is not None else []).append)
    return WebArchive(gate, patience, base, f"{base}/timemap/link/" if timemaps else None)
