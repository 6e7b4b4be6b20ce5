"""Where changes and snapshots are found, for those who are told of them: under `public_url`, where there is one."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote

from tracker.digest.message import Stored
from tracker.digest.visible import web_address

if TYPE_CHECKING:
    from datetime import datetime

    from tracker.model import Change, VersionRef


def stored(
    id: int,  # noqa: A002  it is the id of the change
    change: Change,
    *,
    page: str | None = None,
    public_url: str | None = None,
    is_confirmed: bool = True,
    recorded_at: datetime | None = None,
) -> Stored:
    """Give a change of the archive with the addresses of what it rests on; `page` is that of the document."""
    return Stored(
        id,
        change,
        page=page or web_address(change.after.source),
        url=_under(public_url, f"changes/{id}"),
        before_url=_snapshot(public_url, change.before),
        after_url=_snapshot(public_url, change.after),
        is_confirmed=is_confirmed,
        recorded_at=recorded_at,
    )


def feed_url(public_url: str | None, path: str) -> str | None:
    """Give where a feed is found; `path` is that of its file in the folder of feeds."""
    return _under(public_url, f"feeds/{quote(path)}")


def _snapshot(public_url: str | None, version: VersionRef | None) -> str | None:
    return _under(public_url, f"snapshots/{quote(version.id, safe='')}") if version else None


def _under(public_url: str | None, path: str) -> str | None:
    return None if public_url is None else f"{public_url.rstrip('/')}/{path}"
