"""One change with everything that shows it, as a file to keep: for a lawyer, a newsroom, a court.

The lines of the chain run from each page to the first stamp that covers it, so that a stamp a day keeps them few. They
are lines of the whole archive: who gets a dossier sees what else was asked for in between.
"""

from __future__ import annotations

import io
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from tracker.digest.message import Stored
from tracker.digest.page import single
from tracker.digest.reading import decode
from tracker.digest.schema import encode
from tracker.digest.visible import visible
from tracker.errors import StoreError, UsageError
from tracker.exchange.warc_log import write_captures
from tracker.formats.dossier import README, Stretch, readme, write_zip
from tracker.model import record_id
from tracker.store import proof, stamps
from tracker.store.coverage import coverage_of
from tracker.store.evidence import Outcome

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from sqlalchemy import Connection

    from tracker.model import Change
    from tracker.store.evidence import Capture, Logged
    from tracker.store.stamps import StampRow
    from tracker.store.store import Store

_LINE_BREAKS = str.maketrans("\r\n", "  ")


class Page(NamedTuple):
    """The captures that show one side of a change: one for each page of the document."""

    folder: str
    what: str
    captures: tuple[Logged, ...]


def write_dossier(store: Store, change_id: int, to: Path) -> None:
    """Write the dossier of a change; the file has its name when it is whole.

    Raises:
        UsageError: there is no such change.
        StoreError: what shows it is not in the archive any more, or is broken there.
    """
    files = dossier(store, change_id)
    unfinished = to.with_name(to.name + ".unfinished")
    try:
        with unfinished.open("wb") as file:
            write_zip(file, files)
        unfinished.replace(to)
    finally:
        with suppress(FileNotFoundError):
            unfinished.unlink()


def dossier(store: Store, change_id: int) -> dict[str, bytes]:
    """Give the files of a dossier by name, without their checksums."""
    row = store.change(change_id)
    if row is None:
        raise UsageError(f"there is no change {change_id} in the archive")
    with store.reading() as connection:
        change = replace(decode(row.json), coverage=coverage_of(connection, change_id))
    pages = _pages(tuple(store.log(row.service, row.document)), row.capture, change)
    captures = sorted((one for page in pages for one in page.captures), key=lambda one: one.number)
    with store.reading() as connection:
        stretches, files = _chain(connection, [one.number for one in captures], store.head())
    for page in pages:
        files |= _files(store, page)
    address = captures[-1].capture.url
    files["change.json"] = encode(change)
    files["change.html"] = single(Stored(change_id, change, address)).encode()
    files["captures.warc.gz"] = _warc(store, captures, stretches)
    subject = visible(f"{row.service}, {row.document}: change {change_id}")
    told = f"{subject}\n{'=' * len(subject)}\n\n{visible(change.summary)}"
    files[README] = readme(told, {page.folder: page.what for page in pages}, stretches).encode()
    return files


def _pages(log: tuple[Logged, ...], capture: int, change: Change) -> tuple[Page, ...]:
    """Find the captures of both sides, and the last one that showed the old side still in place."""
    records = _records(log)
    place = next((at for at, pages in enumerate(records) if capture in {one.number for one in pages}), None)
    if place is None:
        raise StoreError(f"capture {capture}, which showed the change, is not in the log of its document")
    after = records[place]
    found = [Page("after", "the page as it is after the change", after)]
    if change.compared_with and (old := _last(records[:place], change.compared_with)):
        found.insert(0, Page("compared-with", "the page that the change was judged against", old))
    if change.before and (old := _last(records[:place], change.before.id)):
        again = [one for one in log if old[-1].number < one.number < after[0].number and _shows(one, old[0])]
        if again:
            found.insert(0, Page("last-seen", "the page as it was before, seen the last time", (again[-1],)))
        found.insert(0, Page("before", "the page as it was before the change", old))
    return tuple(found)


def _records(log: Iterable[Logged]) -> list[tuple[Logged, ...]]:
    """Gather the captures into records, as the history of a document has them."""
    pages = [one for one in log if one.capture.outcome is Outcome.CAPTURED and one.sha256 is not None]
    records: list[tuple[Logged, ...]] = []
    for one in sorted(pages, key=lambda page: (page.capture.placed_at or page.capture.at, page.number)):
        if one.capture.part and records:
            records[-1] = (*records[-1], one)
        else:
            records.append((one,))
    return records


def _last(records: list[tuple[Logged, ...]], name: str) -> tuple[Logged, ...] | None:
    """Give the first of the last captures that showed a record: the moment at which it became what it was."""
    names = [record_id([page.sha256 or "" for page in pages]) for pages in records]
    places = [at for at, one in enumerate(names) if one == name]
    if not places:
        return None
    at = places[-1]
    while at and names[at - 1] == name:
        at -= 1
    return records[at]


def _shows(one: Logged, page: Logged) -> bool:
    return one.capture.outcome is Outcome.CAPTURED and one.capture.part == 0 and one.sha256 == page.sha256


def _chain(
    connection: Connection, numbers: list[int], head: tuple[int, str]
) -> tuple[tuple[Stretch, ...], dict[str, bytes]]:
    """Give the stretches of the chain that lead from captures to stamps, and their files."""
    found: list[tuple[int, int, StampRow | None]] = []
    for number in numbers:
        stamp = stamps.first_from(connection, number)
        end = head[0] if stamp is None else stamp.capture
        if found and found[-1][1] >= number:
            continue  # the stretch before covers it
        found.append((number, end, stamp))
    stretches: list[Stretch] = []
    files: dict[str, bytes] = {}
    for first, end, stamp in found:
        lines = list(proof.between(connection, first, end))
        when = f"{stamp.at:%Y-%m-%d %H:%M:%S} UTC by {visible(stamp.authority)}" if stamp else ""
        one = Stretch(first, end, lines[-1].hash, stamp.capture if stamp else None, when)
        stretches.append(one)
        files[one.name] = "".join(f"{logged.line}\n" for logged in lines).encode("ascii")
        if stamp is not None:
            files[f"stamps/{stamp.capture:010}.tsr"] = stamp.answer
            files[f"stamps/{stamp.capture:010}.pem"] = stamp.roots.encode()
    return tuple(stretches), files


def _files(store: Store, page: Page) -> dict[str, bytes]:
    """Give the files of one side: bytes, line of the log, and the line in words."""
    files: dict[str, bytes] = {}
    for number, one in enumerate(page.captures, 1):
        several = f"-{number}" if len(page.captures) > 1 else ""
        name = f"{page.folder}/page{several}.{one.capture.format}"
        files[name] = store.body(one.sha256 or "")
        files[f"{page.folder}/capture{several}.json"] = one.line.encode("ascii")
        files[f"{page.folder}/about{several}.txt"] = _about(one).encode()
    return files


def _about(one: Logged) -> str:
    """Tell in words what a line of the log tells."""
    capture = one.capture
    told = [
        f"Capture {one.number} of {capture.service}, {capture.document}",
        f"At:            {capture.at:%Y-%m-%d %H:%M:%S.%f} UTC, as told by: {capture.clock}",
        f"Asked for:     {capture.url or 'no address'}",
        *([f"Source:        {capture.source}"] if capture.source else []),
        *_hops(capture),
        f"Status:        {capture.status or 'none is known'}",
        f"SHA-256:       {one.sha256} (of the page)",
        f"Hash in chain: {one.hash} (of capture.json)",
        f"Made by:       {capture.tool}",
        *([f"Note:          {capture.note}"] if capture.note else []),
        "",
        "Headers we sent, as far as they are kept:" if capture.request else "No header that we sent is kept.",
        *(f"  {name}: {value}" for name, value in capture.request),
        "Headers as received:" if capture.headers else "No header as received is kept.",
        *(f"  {name}: {value}" for name, value in capture.headers),
    ]
    return "".join(f"{visible(line.translate(_LINE_BREAKS))}\n" for line in told)


def _hops(capture: Capture) -> list[str]:
    told = []
    for hop in capture.hops:
        certificate = f", certificate (SHA-256) {hop.certificate}" if hop.certificate else ""
        told.append(f"Answered:      {hop.status or 'nothing'} by {hop.url} at {hop.address or '?'}{certificate}")
    return told


def _warc(store: Store, captures: list[Logged], stretches: tuple[Stretch, ...]) -> bytes:
    """Give the captures as a WARC file, made at the moment of the last: the same dossier is the same file."""
    file, end = io.BytesIO(), stretches[-1]
    write_captures(store, captures, file, end=(end.last, end.head), at=max(one.capture.at for one in captures))
    return file.getvalue()
