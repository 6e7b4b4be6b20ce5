"""The one door to git: asking a repository what happened in it and for the bytes of its blobs.

Repositories come from strangers. Paths and revisions never stand where an option could; a repository's own
configuration gets nothing to start and no host to ask; what the caller's environment says of *its* repository
(inside a git hook, say) is left behind.
"""

from __future__ import annotations

import os
import subprocess
import tempfile
from contextlib import contextmanager
from typing import IO, TYPE_CHECKING

from tracker.errors import SourceError
from tracker.formats.history import LARGEST, TooLarge

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

# Variables by which a calling git names its own repository; `git rev-parse --local-env-vars` lists them.
_OF_THE_CALLER = (
    "GIT_ALTERNATE_OBJECT_DIRECTORIES",
    "GIT_CONFIG",
    "GIT_CONFIG_COUNT",
    "GIT_CONFIG_PARAMETERS",
    "GIT_COMMON_DIR",
    "GIT_DIR",
    "GIT_GRAFT_FILE",
    "GIT_IMPLICIT_WORK_TREE",
    "GIT_INDEX_FILE",
    "GIT_INTERNAL_SUPER_PREFIX",
    "GIT_NAMESPACE",
    "GIT_OBJECT_DIRECTORY",
    "GIT_PREFIX",
    "GIT_REPLACE_REF_BASE",
    "GIT_SHALLOW_FILE",
    "GIT_WORK_TREE",
)
# Files are all that git may fetch from: a repository that lacks objects cannot make it ask a host for them.
_OURS = {
    "GIT_ALLOW_PROTOCOL": "file",
    "GIT_NO_LAZY_FETCH": "1",
    "GIT_NO_REPLACE_OBJECTS": "1",
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_TERMINAL_PROMPT": "0",
    "LC_ALL": "C.UTF-8",
}
_SETTINGS = (
    "-c",
    "core.quotePath=false",
    "-c",
    "log.showRoot=true",
    "-c",
    "log.showSignature=false",
    "-c",
    "i18n.logOutputEncoding=UTF-8",
)
_CHUNK = 1 << 16


def environment(ceiling: Path) -> dict[str, str]:
    """Give the environment git runs in; it looks for no repository above `ceiling`."""
    kept = {name: value for name, value in os.environ.items() if name not in _OF_THE_CALLER}
    return kept | _OURS | {"GIT_CEILING_DIRECTORIES": str(ceiling)}


@contextmanager
def running(
    repository: Path, *arguments: str, talks: bool = False, doing: str = "read it to the end"
) -> Iterator[subprocess.Popen[bytes]]:
    """Run git in a repository; SourceError with git's own last words where it fails.

    A block that leaves early ends the process and asks nothing of its exit code.
    """
    with tempfile.TemporaryFile() as said:
        process = start(repository, *arguments, said=said, talks=talks)
        try:
            yield process
            if process.stdin:
                process.stdin.close()
            code = process.wait()
        finally:
            if process.poll() is None:
                process.kill()
                process.wait()
            for pipe in (process.stdin, process.stdout):
                if pipe:
                    pipe.close()
        if code:
            raise SourceError(f"{repository}: git cannot {doing}: {last_words(said)}")


def start(repository: Path, *arguments: str, said: IO[bytes], talks: bool) -> subprocess.Popen[bytes]:
    """Start git in a repository, its messages going to the file `said`."""
    try:
        return subprocess.Popen(  # noqa: S603  a list of arguments, no shell
            ["git", "-C", str(repository), *_SETTINGS, *arguments],  # noqa: S607  whichever git the user has
            stdin=subprocess.PIPE if talks else subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=said,
            env=environment(repository.resolve().parent),
        )
    except FileNotFoundError as missing:
        raise SourceError(
            f"{repository}: a git history takes git, which is not installed (or not on the PATH)"
        ) from missing


def answer(repository: Path, *arguments: str) -> tuple[int, str, str]:
    """Run git to its end; gives its exit code, its answer and its last words."""
    with tempfile.TemporaryFile() as said:
        process = start(repository, *arguments, said=said, talks=False)
        out, _ = process.communicate()
        return process.returncode, out.decode("utf-8", "replace").strip(), last_words(said)


def last_words(said: IO[bytes]) -> str:
    """Give the last line of what git said, without its "fatal:"."""
    said.seek(0)
    lines = said.read()[-2000:].decode("utf-8", "replace").strip().splitlines()
    return lines[-1].removeprefix("fatal: ").removeprefix("error: ") if lines else "it gave no reason"


def tokens(stream: IO[bytes]) -> Iterator[bytes]:
    """Split a stream at its NUL bytes."""
    rest = b""
    while block := stream.read(_CHUNK):
        *whole, rest = (rest + block).split(b"\0")
        yield from whole
    if rest:
        yield rest


class Blobs:
    """The blobs of a repository, by one `git cat-file --batch` that stays open."""

    def __init__(self, repository: Path, process: subprocess.Popen[bytes]) -> None:
        assert process.stdin  # noqa: S101  it was started with pipes
        assert process.stdout  # noqa: S101
        self._repository, self._ask, self._answer = repository, process.stdin, process.stdout

    def read(self, blob: str) -> bytes:
        """Give the bytes of a blob; SourceError where the repository lacks it."""
        try:
            self._ask.write(f"{blob}\n".encode())
            self._ask.flush()
        except BrokenPipeError:
            raise SourceError(f"{self._repository}: git stopped before blob {blob}") from None
        head = self._answer.readline().split()
        if len(head) != 3 or head[1] != b"blob":
            what = head[-1].decode("utf-8", "replace") if head else "git stopped"
            raise SourceError(f"{self._repository}: blob {blob} cannot be read ({what}): the history is broken")
        size = int(head[2])
        if size > LARGEST:
            self._pass_over(size + 1)
            raise TooLarge(f"{self._repository}: blob {blob}")
        body = self._answer.read(size + 1)
        if len(body) != size + 1:
            raise SourceError(f"{self._repository}: git stopped inside blob {blob}")
        return body[:-1]

    def _pass_over(self, size: int) -> None:
        """Read what nobody wants, so that the next answer is the next thing read."""
        while size and (block := self._answer.read(min(size, _CHUNK))):
            size -= len(block)


@contextmanager
def blobs(repository: Path) -> Iterator[Blobs]:
    """Open the blobs of a repository for reading."""
    with running(repository, "cat-file", "--batch", talks=True) as process:
        yield Blobs(repository, process)
