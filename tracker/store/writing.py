"""One transaction that changes the archive, and everything that can be written in it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tracker.store import captures, documents, versions
from tracker.store.crash import Point

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from sqlalchemy import Connection

    from tracker.model import Cause, Change
    from tracker.store.blobs import Cache
    from tracker.store.crash import Crash
    from tracker.store.evidence import Capture


@dataclass(frozen=True, slots=True)
class Writing:
    """An open transaction."""

    connection: Connection  # for rows that other parts keep beside these, such as what is to be sent
    _cache: Cache
    _crash: Crash

    def reached(self, point: Point) -> None:
        """Say that what other parts write beside captures has come to a named point."""
        self._crash(point)

    def record_capture(self, capture: Capture) -> int:
        """Add a capture to the log, its body where it is new; gives its number.

        A body that is there already, or that the server says is unchanged, costs this one row.
        """
        return captures.record(self.connection, capture, self._cache, self._crash)

    def record_version(
        self, capture: int, text: str, *, language: str | None, fingerprint: str, cause: Cause, made_by: str
    ) -> int:
        """Add the version that a capture gave; the same capture read by the same `made_by` gives one only."""
        return versions.record_version(
            self.connection,
            capture,
            text,
            language=language,
            fingerprint=fingerprint,
            cause=cause,
            made_by=made_by,
            cache=self._cache,
            crash=self._crash,
        )

    def record_change(
        self, capture: int, version: int | None, change: Change, *, made_by: str, is_live: bool = True
    ) -> int:
        """Add what a capture changed; judged anew, by another `made_by`, it replaces what was said of the capture.

        Only a change that was found while watching (`is_live`) is ever told to anybody.
        """
        return versions.record_change(
            self.connection, capture, version, change, made_by=made_by, is_live=is_live, crash=self._crash
        )

    def name_episode(self, change: int, episode: str) -> None:
        """Say which episode a stored change belongs to."""
        versions.name_episode(self.connection, change, episode)

    def suspect(self, capture: int, reason: str) -> None:
        """Mark a capture as no page of its document, until someone settles it."""
        captures.suspect(self.connection, capture, reason)

    def settle(self, capture: int, verdict: str, at: datetime) -> None:
        """Say what a suspect capture turned out to be."""
        captures.settle(self.connection, capture, verdict, at)

    def watch(self, service: str, document: str, *, host: str, declaration: str, due: datetime) -> None:
        """Watch a document from now on; one that is watched already keeps its turn."""
        documents.watch(self.connection, service, document, host, declaration, due)

    def unwatch(self, service: str, document: str) -> None:
        """Watch a document no longer; its history stays."""
        documents.unwatch(self.connection, service, document)

    def checked(
        self,
        service: str,
        document: str,
        *,
        at: datetime,
        next_check_at: datetime,
        failure: str | None = None,
        validators: Mapping[str, str] | None = None,
    ) -> None:
        """Note how a check went and when the next is due."""
        documents.checked(
            self.connection,
            service,
            document,
            at=at,
            next_check_at=next_check_at,
            failure=failure,
            validators=validators,
        )
        self._crash(Point.PLANNED)

    def delay(self, host: str, until: datetime) -> None:
        """Ask a host no more before a moment."""
        documents.delay(self.connection, host, until)
