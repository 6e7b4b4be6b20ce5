"""Writes a git repository in Open Terms Archive's layout: one file a document, one commit a record.

Author dates are the moments of the records and committer dates too, so that the same archive gives the same commits.
Everything goes through one `git fast-import`: first the bodies, document by document, then the commits in the order of
all documents together.
"""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import IO, TYPE_CHECKING

from tracker.errors import SourceError, UsageError
from tracker.formats import git
from tracker.model import Cause

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from tracker.model import Format

_TITLES = {
    Cause.FIRST_RECORD: "First record of {}",
    Cause.TECHNICAL_UPGRADE: "Apply technical or declaration upgrade on {}",
}
_CHANGE = "Record new changes of {}"
_AUTHOR = b"policy-tracker <>"


@dataclass(frozen=True, slots=True)
class Entry:
    """A body that one commit writes."""

    service: str
    document: str
    part: int  # of a document made of several pages; those after the first get files of their own
    format: Format
    body: bytes


@dataclass(frozen=True, slots=True)
class Recorded:
    """A record: what it writes, when it was, where it stands among all, and why it was recorded."""

    entries: tuple[Entry, ...]
    at: datetime
    placed_at: datetime
    cause: Cause
    about: str = ""  # what else its commit says


@dataclass(frozen=True, slots=True)
class _Commit:
    place: tuple[datetime, int]
    at: datetime
    message: str
    changes: tuple[bytes, ...]


def write_repository(repository: Path, documents: Iterable[Iterable[Recorded]]) -> int:
    """Write the records of documents into a new bare repository; gives how many commits it has.

    Raises:
        UsageError: a name cannot stand in a repository.
        SourceError: git is missing or fails.
    """
    with _importing(repository) as stream:
        writer = _Writer(stream)
        for document in documents:
            writer.take(document)
        writer.finish()
    return len(writer.commits)


@contextmanager
def _importing(repository: Path) -> Iterator[IO[bytes]]:
    """Make a repository and open the way into it."""
    try:
        repository.mkdir(parents=True)
    except FileExistsError:
        raise UsageError(f"{repository}: is there already; name a new folder") from None
    except OSError as wrong:
        raise SourceError(f"{repository}: cannot be made: {wrong.strerror}") from wrong
    code, _, words = git.answer(repository, "init", "--quiet", "--bare", "--template=", "--initial-branch=main")
    if code:
        raise SourceError(f"{repository}: git cannot make a repository: {words}")
    with git.running(
        repository, "fast-import", "--quiet", "--date-format=raw", talks=True, doing="write it"
    ) as process:
        assert process.stdin  # noqa: S101  it was started with pipes
        try:
            yield process.stdin
            process.stdin.flush()
        except BrokenPipeError:
            process.wait()  # git's own words on it are told by the door


class _Writer:
    """Sends bodies as they come, and commits when all bodies are there."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream = stream
        self._marks = 0
        self.commits: list[_Commit] = []

    def take(self, document: Iterable[Recorded]) -> None:
        """Send the bodies of a document."""
        there: dict[int, bytes] = {}
        for record in document:
            changes: list[bytes] = []
            for entry in record.entries:
                path = _path(entry)
                if there.get(entry.part, path) != path:
                    changes.append(b"D " + there[entry.part])
                there[entry.part] = path
                changes.append(b"M 100644 :%d %s" % (self._blob(entry.body), path))
            first = record.entries[0]
            title = _TITLES.get(record.cause, _CHANGE).format(f"{first.service} {first.document}")
            message = f"{title}\n\n{record.about}\n" if record.about else f"{title}\n"
            place = (record.placed_at, len(self.commits))
            self.commits.append(_Commit(place, record.at, message, tuple(changes)))

    def _blob(self, body: bytes) -> int:
        self._marks += 1
        self._stream.write(b"blob\nmark :%d\ndata %d\n%s\n" % (self._marks, len(body), body))
        return self._marks

    def finish(self) -> None:
        """Send the commits, oldest place first."""
        for commit in sorted(self.commits, key=lambda one: one.place):
            when = b"%d +0000" % max(0, int(commit.at.astimezone(UTC).timestamp()))
            message = commit.message.encode("utf-8", "replace")
            self._stream.write(
                b"commit refs/heads/main\nauthor %s %s\ncommitter %s %s\ndata %d\n%s\n%s\n\n"
                % (_AUTHOR, when, _AUTHOR, when, len(message), message, b"\n".join(commit.changes))
            )
        self._stream.write(b"done\n")


def _path(entry: Entry) -> bytes:
    for name in (entry.service, entry.document):
        if "/" in name or name.startswith(".") or not name.isprintable():
            raise UsageError(f"{name!r} cannot be the name of a file in a repository: leave it out with --service")
    more = f" #{entry.part + 1}" if entry.part else ""
    path = f"{entry.service}/{entry.document}{more}.{entry.format}".encode("utf-8", "replace")
    return b'"%s"' % path.replace(b"\\", b"\\\\").replace(b'"', b'\\"')
