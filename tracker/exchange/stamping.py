"""Having the chain of captures stamped by somebody else, and checking what they said.

Who can write to an archive can write its whole chain anew. An authority that signs, once a day, which hash the chain
has makes that show: what was recorded before a stamp cannot be changed afterwards without the stamp no longer fitting.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from tracker.errors import TrackerError, UsageError
from tracker.net.outcome import Answer, Limits, Trouble
from tracker.net.pace import retry_after
from tracker.net.session import Ask
from tracker.net.url import read_url
from tracker.store import proof, stamps
from tracker.store.verify import Broken
from tracker.timestamp import QUERY_TYPE, REPLY_TYPE, Stamped, Worthless, judged, query, read_certificates, require

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from tracker.config import Config
    from tracker.net.outcome import NoAnswer
    from tracker.net.session import Gate
    from tracker.store.stamps import StampRow
    from tracker.store.store import Store

_LIMITS = Limits(seconds=30.0, size=200_000)
_PATIENCE = timedelta(hours=1)  # before an authority that gave no stamp is asked again


@dataclass(frozen=True, slots=True)
class Authority:
    """Whom to ask, and by which certificates to believe the answer."""

    url: str
    certificates: bytes  # PEM


@dataclass(frozen=True, slots=True)
class Unstamped:
    """Why there is no stamp; it is tried again."""

    why: str


def read_authority(config: Config) -> Authority | None:
    """Read whom the configuration names; None where it names nobody.

    Raises:
        UsageError: the certificates are missing or are none, or the extra `evidence` is not installed.
    """
    url = config.told.evidence.authority
    if url is None:
        return None
    try:
        read_url(url)
    except Trouble as trouble:
        raise UsageError(f"{config.file}: evidence.authority: {trouble}") from trouble
    certificates = read_trusted(config)
    if certificates is None:
        raise UsageError(f"{config.file}: evidence.authority takes evidence.certificates, to verify its answers by")
    return Authority(url, certificates)


def read_trusted(config: Config) -> bytes | None:
    """Read the certificates (PEM) that the configuration trusts; None where it names none."""
    named = config.told.evidence.certificates
    if named is None:
        return None
    file = config.file.parent / named
    try:
        certificates = file.read_bytes()
        read_certificates(certificates)
    except OSError as wrong:
        raise UsageError(f"{config.file}: evidence.certificates: {file} cannot be read: {wrong.strerror}") from wrong
    except UsageError as wrong:
        raise UsageError(f"{config.file}: evidence.certificates: {file}: {wrong}") from wrong
    return certificates


def stamp_due(store: Store, authority: Authority, gate: Gate, now: datetime) -> StampRow | Unstamped | None:
    """Have the chain stamped where it is time: once a day (UTC), unless nothing was added, or the host has to wait."""
    length, _ = store.head()
    with store.reading() as connection:
        last = stamps.last(connection)
        ready = stamps.ready_at(connection, read_url(authority.url).host)
    is_new = length > (last.capture if last else 0)
    is_done = last is not None and last.asked_at.date() == now.date()
    if not is_new or is_done or (ready is not None and ready > now):
        return None
    return stamp(store, authority, gate, now)


def stamp(store: Store, authority: Authority, gate: Gate, now: datetime) -> StampRow | Unstamped:
    """Have the chain stamped as it is now, and keep the stamp where it is worth something."""
    length, head = store.head()
    if not length:
        return Unstamped("nothing was recorded yet")
    with store.reading() as connection:
        (logged,) = proof.between(connection, length, length)
    asked = query(logged.line)
    headers = (("Content-Type", QUERY_TYPE), ("Accept", REPLY_TYPE))
    told = gate.ask(Ask(authority.url, "POST", headers, body=asked.der, follow=False), _LIMITS)
    if not isinstance(told, Answer) or told.status != 200:
        return _put_off(store, authority, told, now)
    worth = judged(told.body, bytes.fromhex(head), authority.certificates, asked.nonce)
    if isinstance(worth, Worthless):
        return _put_off(store, authority, told, now, worth.why)
    with store.writing() as writing:
        stamps.add(
            writing.connection,
            length,
            asked_at=now,
            at=worth.at,
            authority=authority.url,
            answer=told.body,
            roots=worth.roots,
        )
    with store.reading() as connection:
        kept = stamps.last(connection)
    if kept is None:
        raise TrackerError(f"the stamp of capture {length} is not in the archive, where it was just written")
    return kept


def _put_off(store: Store, authority: Authority, told: Answer | NoAnswer, now: datetime, why: str = "") -> Unstamped:
    """Leave the authority alone for a while, or as long as it asks for."""
    wait = _PATIENCE
    if isinstance(told, Answer):
        why = why or f"it answers {told.status}"
        wait = max(wait, retry_after(told.header("retry-after"), now) or wait)
    else:
        why = f"{told.kind}: {told.detail}"
    with store.writing() as writing:
        writing.delay(read_url(authority.url).host, now + wait)
    return Unstamped(f"{authority.url} gave no time-stamp that is worth anything: {why}")


@dataclass(slots=True)
class Checked:
    """How many stamps there are, and how many of them only by what was kept with them."""

    stamps: int = 0
    by_their_own: int = 0


def broken_stamps(store: Store, certificates: bytes | None, checked: Checked) -> Iterator[Broken]:
    """Check every stamp against the chain and the certificates; gives what is broken.

    Without certificates, those that were kept with a stamp have to do: that shows damage, but not a forger who had
    the archive in his hands.
    """
    with store.reading() as connection:
        for one in stamps.kept(connection):
            require()
            checked.stamps += 1
            checked.by_their_own += certificates is None
            name, head = f"stamp {one.id} (of capture {one.capture})", stamps.hash_of(connection, one.capture)
            if head is None:
                yield Broken(name, f"capture {one.capture} is missing: the chain was cut off after it was stamped")
                continue
            worth = _judged(one, head, certificates)
            if isinstance(worth, Worthless):
                yield Broken(name, worth.why)
            elif worth.at != one.at:
                yield Broken(name, f"its row says {one.at:%Y-%m-%dT%H:%M:%SZ}, the stamp {worth.at:%Y-%m-%dT%H:%M:%SZ}")


def _judged(one: StampRow, head: bytes, certificates: bytes | None) -> Stamped | Worthless:
    if certificates is not None:
        return judged(one.answer, head, certificates)
    try:
        return judged(one.answer, head, one.roots.encode())
    except UsageError as wrong:
        return Worthless(f"what was kept with it cannot be read: {wrong}")
