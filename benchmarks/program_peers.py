"""The differs that are programs of their own, and the list of all peers that are there."""

from __future__ import annotations

import json
import shutil
import subprocess
import tempfile
import time
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from peers import (
    Absent,
    Aligner,
    Difflib,
    DiffMatchPatch,
    Ours,
    OursInHistory,
    Pair,
    Peer,
    Prosediff,
    Pygit2,
    Rapidfuzz,
    Row,
    equal,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


DRIVER = Path(__file__).with_name("wikidiff2.php")
MEDIAWIKI_CONTEXT = 2  # lines around a change, as MediaWiki asks for
ALL_LINES = 1_000_000
_ADDED_LINE, _DELETED_LINE, _MOVED_FROM, _MOVED_TO = 1, 2, 4, 5  # wikidiff2's types of lines
_INSERTED = 0  # ... and of what it highlights


class Wikidiff2(Aligner):
    """Wikipedia's differ, C++ inside PHP: lines, words and moved paragraphs."""

    name = "wikidiff2"

    def __init__(self) -> None:
        php = shutil.which("php")
        if php is None:
            raise Absent("there is no php (Debian: php-cli, php-wikidiff2)")
        listed = subprocess.run([php, "-m"], capture_output=True, check=True, text=True).stdout
        if "wikidiff2" not in listed.split():
            raise Absent("php has no wikidiff2 (Debian: php-wikidiff2)")
        self.process = subprocess.Popen([php, str(DRIVER)], stdin=subprocess.PIPE, stdout=subprocess.PIPE)

    def _ask(self, form: str, context: int, pair: Pair) -> tuple[float, bytes]:
        asked, said = _pipes(self.process)
        old, new = (text.encode("utf-8", "replace") for text in pair)
        asked.write(f"{form} {context} {len(old)} {len(new)}\n".encode() + old + new)
        asked.flush()
        took, length = map(int, said.readline().split())
        return took / 1_000_000, said.read(length)

    def spent(self, pair: Pair) -> float:
        """Gives what PHP counts for the call alone."""
        return self._ask("inline", MEDIAWIKI_CONTEXT, pair)[0]

    def compare(self, pair: Pair) -> object:
        """Gives its page."""
        return self._ask("inline", MEDIAWIKI_CONTEXT, pair)[1]

    def rows(self, pair: Pair) -> list[Row]:
        """Reads its JSON: lines with what was inserted and deleted in them, moved ones by the line they came from."""
        lines: list[dict[str, Any]] = json.loads(self._ask("json", ALL_LINES, pair)[1])["diff"]
        old, new = (_line_starts(text) for text in pair)
        sources = {line["moveInfo"]["id"]: line["offset"]["from"] for line in lines if line["type"] == _MOVED_FROM}
        out: list[Row] = []
        following = 0
        for line in lines:
            to = line["offset"]["to"]
            if to is None:  # left out for some changed lines: they follow the line before
                to = following
            if line["type"] not in {_DELETED_LINE, _MOVED_FROM}:
                deleted = sum(r["length"] for r in line.get("highlightRanges", ()) if r["type"] != _INSERTED)
                following = to + len(line["text"].encode()) - deleted + 1
            if line["type"] in {_ADDED_LINE, _DELETED_LINE, _MOVED_FROM}:
                continue
            is_moved = line["type"] == _MOVED_TO
            start = sources[line["moveInfo"]["linkId"]] if is_moved else line["offset"]["from"]
            out += _kept_in_line(line, old[start], new[to], "moved" if is_moved else "equal")
        return out

    def close(self) -> None:
        """Ends PHP."""
        _pipes(self.process)[0].close()
        self.process.wait()


def _line_starts(text: str) -> dict[int, int]:
    """Gives, for the place in bytes where each line begins, its place in characters."""
    out: dict[int, int] = {}
    characters = octets = 0
    for line in text.split("\n"):
        out[octets] = characters
        characters += len(line) + 1
        octets += len(line.encode("utf-8", "replace")) + 1
    return out


def _kept_in_line(line: dict[str, Any], old: int, new: int, op: str) -> list[Row]:
    text = line["text"].encode()
    out: list[Row] = []
    at = 0
    ranges = sorted(line.get("highlightRanges", ()), key=lambda r: r["start"])
    for start, length, kind in [*((r["start"], r["length"], r["type"]) for r in ranges), (len(text), 0, _INSERTED)]:
        kept = len(text[at:start].decode())
        if kept:
            out.append(equal((old, old + kept), (new, new + kept), op))
        changed = len(text[start : start + length].decode())
        old += kept + (changed if kind != _INSERTED else 0)
        new += kept + (changed if kind == _INSERTED else 0)
        at = start + length
    return out


class Git(Aligner):
    """`git diff-tree --stdin --word-diff`, one process for all pairs, which lie uncompressed in a repository."""

    name = "git diff-tree --word-diff"

    def __init__(self) -> None:
        if shutil.which("git") is None:
            raise Absent("there is no git")
        self.folder = tempfile.TemporaryDirectory()
        self.commits: dict[Pair, str] = {}
        self.process: subprocess.Popen[bytes] | None = None

    def prepare(self, pairs: Sequence[Pair]) -> None:
        """Writes each pair as two commits of one file."""
        repository = self.folder.name
        subprocess.run(["git", "init", "--quiet", "--bare", repository], check=True)
        marks = Path(repository) / "marks"
        stored = ("-c", "pack.compression=0", "-c", "fastimport.unpackLimit=1")
        command = ["git", "-C", repository, *stored, "fast-import", "--quiet", "--depth=0", f"--export-marks={marks}"]
        subprocess.run(command, input=b"".join(map(_commit, _flat(pairs), range(2 * len(pairs)))), check=True)
        named = dict(line.split() for line in marks.read_text("utf-8").splitlines())
        self.commits = {pair: named[f":{2 * k + 2}"] for k, pair in enumerate(pairs)}
        diff = ["git", "-C", repository, "diff-tree", "--stdin", "-p", "--word-diff=plain"]
        self.process = subprocess.Popen(diff, stdin=subprocess.PIPE, stdout=subprocess.PIPE)

    def spent(self, pair: Pair) -> float:
        """Reads the clock of the process before and after."""
        assert self.process
        clock = (~self.process.pid << 3) | 2  # Linux: the processor time of another process
        started = time.clock_gettime(clock)
        self.compare(pair)
        return time.clock_gettime(clock) - started

    def compare(self, pair: Pair) -> object:
        """Asks for one pair; a line that is no commit comes back as it is, after all that was asked before."""
        assert self.process
        asked, said = _pipes(self.process)
        asked.write(self.commits[pair].encode() + b"\nend\n")
        asked.flush()
        out = []
        while (line := said.readline()) not in {b"end\n", b""}:
            out.append(line)
        return out

    def rows(self, pair: Pair) -> list[Row]:
        """Reads the porcelain form of the two texts as files."""
        paths = []
        for name, text in zip(("old", "new"), pair, strict=True):
            path = Path(self.folder.name) / name
            path.write_bytes(text.encode("utf-8", "replace"))
            paths.append(str(path))
        command = ["git", "diff", "--no-index", "--word-diff=porcelain", f"-U{ALL_LINES}", *paths]
        said = subprocess.run(command, capture_output=True, check=False).stdout.decode("utf-8", "replace")
        old, new = ([k for k, character in enumerate(text) if not character.isspace()] for text in pair)
        if not said:
            return [equal((0, len(pair.old)), (0, len(pair.new)))]
        out: list[Row] = []
        i = j = 0
        for line in said.partition("\n@@")[2].split("\n")[1:]:
            words = len("".join(line[1:].split()))
            if words and line[0] == " ":
                out.append(equal((old[i], old[i + words - 1] + 1), (new[j], new[j + words - 1] + 1)))
            i += words if line[:1] in {" ", "-"} else 0
            j += words if line[:1] in {" ", "+"} else 0
        return out

    def close(self) -> None:
        """Ends git and takes the repository away."""
        if self.process:
            _pipes(self.process)[0].close()
            self.process.wait()
        self.folder.cleanup()


def _flat(pairs: Iterable[Pair]) -> list[str]:
    return [text for pair in pairs for text in pair]


def _commit(text: str, number: int) -> bytes:
    body = text.encode("utf-8", "replace")
    start = f"commit refs/heads/main\nmark :{number + 1}\ncommitter a <a@example.org> {number} +0000\ndata 0\n"
    return start.encode() + f"M 100644 inline text.md\ndata {len(body)}\n".encode() + body + b"\n"


def _pipes(process: subprocess.Popen[bytes]) -> tuple[IO[bytes], IO[bytes]]:
    assert process.stdin
    assert process.stdout
    return process.stdin, process.stdout


PEERS: tuple[type[Peer], ...] = (
    Ours, OursInHistory, Git, Wikidiff2, Pygit2, Rapidfuzz, Difflib, DiffMatchPatch, Prosediff,
)  # fmt: skip


def opened() -> list[Peer]:
    """Opens all peers that are installed and names the others."""
    out: list[Peer] = []
    for kind in PEERS:
        try:
            out.append(kind())
        except Absent as reason:
            print(f"{kind.name} is skipped: {reason}")
    return out
