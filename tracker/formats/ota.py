"""Git repositories and bundles in Open Terms Archive's layout: `Service/Document.md`, one commit a record.

The moment of a record is its author date (committer dates are those of whoever imported the history); the
order is that of the commits along the first parent, also where dates run backwards: technical upgrades carry
the date of the snapshot they read again.
"""

from __future__ import annotations

import os
import re
import tempfile
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from tracker.errors import SourceError
from tracker.formats import git
from tracker.formats.history import Line, Listed, Origin
from tracker.model import Cause, Format, Record

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_PATH = re.compile(rb"([^/]+)/([^/]+)\.(html|md|txt)", re.DOTALL)
_FILE_MODES = (b"100644", b"100755")
_FIRST = ("First record of ", "Start tracking ")
_UPGRADE = ("Refilter ", "Apply technical or declaration upgrade ")
_LOG = (
    *tuple(
        f"log --reverse --first-parent -m --root --raw --no-abbrev -z --find-renames=90% -l0 -O{os.devnull} "
        "--no-show-signature --no-notes --no-color".split()
    ),
    "--format=tformat:%H %at %s",
)
_COMMITTED = Origin("author date of a commit")
_BUNDLE = re.compile(rb"# v\d+ git bundle\n")


def is_repository(source: Path) -> bool:
    """Tell whether a folder is itself a git repository (and not merely inside one)."""
    bare = (source / "HEAD").is_file() and (source / "objects").is_dir() and (source / "refs").is_dir()
    return bare or (source / ".git").exists()


def is_bundle(source: Path) -> bool:
    """Tell whether a file says of itself that it is a git bundle."""
    with source.open("rb") as file:
        return _BUNDLE.match(file.read(32)) is not None


@dataclass(frozen=True, slots=True)
class GitReader:
    """Reads records through an open `git cat-file`."""

    blobs: git.Blobs

    def records(self, line: Line) -> Iterator[Record]:
        """Give the records of a line in commit order."""
        for one in line.listed:
            yield Record(
                line.service, line.document, one.at, one.id, one.source, one.format, self.blobs.read(one.id),
                one.recorded_as,
            )  # fmt: skip


@dataclass(frozen=True, slots=True)
class GitHistory:
    """The history of a repository, listed."""

    repository: Path
    lines: tuple[Line, ...]
    remarks: tuple[str, ...] = ()

    @contextmanager
    def reading(self) -> Iterator[GitReader]:
        """Open one git process that gives the bodies."""
        with git.blobs(self.repository) as blobs:
            yield GitReader(blobs)


@contextmanager
def open_bundle(bundle: Path) -> Iterator[GitHistory]:
    """Unpack a bundle beside nobody's files and give its history; nothing of it stays behind."""
    with tempfile.TemporaryDirectory(prefix="tracker-") as folder:
        repository = Path(folder) / "history.git"
        code, _, words = git.answer(
            Path(folder),
            "clone",
            "--quiet",
            "--bare",
            "--template=",
            "--",
            str(bundle.resolve()),
            str(repository),
        )
        if code:
            raise SourceError(f"{bundle}: git cannot unpack this bundle: {words}")
        yield read_repository(repository, name=bundle)


def read_repository(repository: Path, *, name: Path | None = None) -> GitHistory:
    """List the records of every document of a repository; `name` is what messages call it."""
    shown = name or repository
    lines = _lines(_steps(repository, _tip(repository, shown)))
    if not lines:
        raise SourceError(f"{shown}: holds no file Service/Document.md, .txt or .html: not Open Terms Archive's layout")
    return GitHistory(repository, lines)


def _tip(repository: Path, shown: Path) -> str:
    """Find the commit at the head; a bundle made without HEAD has to have one branch."""
    code, commit, words = git.answer(repository, "rev-parse", "--verify", "--quiet", "HEAD^{commit}")
    if not code:
        return commit
    code, branches, words = git.answer(repository, "for-each-ref", "--format=%(objectname)", "refs/heads")
    if code:
        raise SourceError(f"{shown}: not a git repository git can read: {words}")
    tips = sorted(set(branches.split()))
    if len(tips) != 1:
        raise SourceError(f"{shown}: " + ("has no commits" if not tips else "has no HEAD and several branches"))
    return tips[0]


@dataclass(frozen=True, slots=True)
class _Step:
    """What one commit did to one file."""

    commit: str
    at: datetime
    title: str
    path: bytes
    came_from: bytes | None
    blob: str | None  # None where the file went away


def _steps(repository: Path, tip: str) -> Iterator[_Step]:
    """Read what the commits did, oldest first, in the order git names the files."""
    with git.running(repository, *_LOG, tip, "--") as process:
        assert process.stdout  # noqa: S101  it was started with a pipe
        commit, at, title = "", datetime.fromtimestamp(0, UTC), ""
        stream = git.tokens(process.stdout)
        for token in stream:
            entry = token.lstrip(b"\n")
            if not entry.startswith(b":"):
                commit, stamp, title = (*entry.decode("utf-8", "replace").split(" ", 2), "", "")[:3]
                at = _moment(stamp)
                continue
            _, mode, _, blob, status = entry[1:].split(b" ")
            path = next(stream, b"")
            came_from = path if status.startswith(b"R") else None
            path = next(stream, b"") if came_from is not None else path
            gone = mode not in _FILE_MODES
            yield _Step(commit, at, title, path, came_from, None if gone else blob.decode())


def _moment(stamp: str) -> datetime:
    """Read an author date; a date git cannot tell or Python cannot hold is the epoch."""
    try:
        return datetime.fromtimestamp(int(stamp), UTC)
    except (ValueError, OverflowError, OSError):
        return datetime.fromtimestamp(0, UTC)


@dataclass(slots=True)
class _Growing:
    """A line while its commits are read."""

    path: bytes
    listed: list[Listed] = field(default_factory=list)


def _lines(steps: Iterable[_Step]) -> tuple[Line, ...]:
    """Gather the steps by file, following renames.

    A file that was deleted keeps its line: where it comes back, it is compared with what it last was.
    """
    growing: list[_Growing] = []
    by_path: dict[bytes, _Growing] = {}
    for step in steps:
        grown = by_path.pop(step.came_from, None) if step.came_from is not None else None
        if step.blob is None or not (matched := _PATH.fullmatch(step.path)):
            continue
        if grown is None and (grown := by_path.get(step.path)) is None:
            growing.append(grown := _Growing(step.path))
        grown.path = step.path
        by_path[step.path] = grown
        if not (grown.listed and grown.listed[-1].id == step.blob):
            cause = _cause(step.title, is_first=not grown.listed)
            kind = Format(matched[3].decode())
            grown.listed.append(Listed(step.at, step.blob, step.commit, kind, cause, origin=_COMMITTED))
    return tuple(sorted(map(_line, growing), key=lambda line: (line.service, line.document)))


def _line(grown: _Growing) -> Line:
    service, file = grown.path.decode("utf-8", "replace").split("/")
    return Line(service, file.rpartition(".")[0], tuple(grown.listed))


def _cause(title: str, *, is_first: bool) -> Cause:
    """Read what the title of a commit says of its record."""
    if title.startswith(_UPGRADE):
        return Cause.TECHNICAL_UPGRADE
    return Cause.FIRST_RECORD if is_first and title.startswith(_FIRST) else Cause.CHANGE
