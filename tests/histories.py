"""Builds real histories for tests: git repositories by git itself, folders of pages by writing them."""

from __future__ import annotations

import json
import subprocess
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

NOON = 1_725_192_000  # 2024-09-01T12:00:00Z
DAY = 86_400


@dataclass(frozen=True)
class Commit:
    """One commit: what it writes (None deletes), its title, and its author date."""

    files: dict[str, str | bytes | None]
    title: str = "Record new changes of A Terms"
    at: int = NOON
    committed: int = field(default=NOON + 4000 * DAY)


def git(folder: Path, *arguments: str, stdin: bytes = b"") -> str:
    done = subprocess.run(["git", "-C", folder, *arguments], input=stdin, capture_output=True, check=True)
    return done.stdout.decode("utf-8", "replace").strip()


def git_repository(folder: Path, *commits: Commit) -> Path:
    """Make a bare repository that holds the commits."""
    folder.mkdir(parents=True, exist_ok=True)
    git(folder, "init", "-q", "--bare", "-b", "main")
    git(
        folder,
        "fast-import",
        "--quiet",
        "--date-format=raw-permissive",
        stdin=b"".join(map(_stream, commits)),
    )
    return folder


def _stream(commit: Commit) -> bytes:
    title = commit.title.encode()
    lines = [
        b"commit refs/heads/main",
        b"author a <a@example.org> %d +0200" % commit.at,
        b"committer c <c@example.org> %d +0000" % commit.committed,
        b"data %d\n%s" % (len(title), title),
    ]
    for name, content in commit.files.items():
        path = _quoted(name)
        if content is None:
            lines.append(b"D " + path)
        else:
            body = content if isinstance(content, bytes) else content.encode()
            lines.append(b"M 100644 inline %s\ndata %d\n%s" % (path, len(body), body))
    return b"\n".join(lines) + b"\n\n"


def _quoted(name: str) -> bytes:
    return b'"' + name.encode().replace(b"\\", b"\\\\").replace(b'"', b'\\"').replace(b"\n", b"\\n") + b'"'


def blob_of(folder: Path, text: str) -> str:
    return git(folder, "hash-object", "--stdin", stdin=text.encode())


def page(root: Path, name: str, body: str | bytes, sidecar: dict[str, object] | str | None = None) -> Path:
    """Write a page of a folder source, and its sidecar where one is given."""
    path = root / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(body if isinstance(body, bytes) else body.encode())
    if sidecar is not None:
        told = sidecar if isinstance(sidecar, str) else json.dumps(sidecar)
        path.with_suffix(".json").write_text(told, encoding="utf-8")
    return path
