"""Runs the command line for tests as its users meet it: a process, its exit code, its two outputs."""

from __future__ import annotations

import atexit
import json
import os
import subprocess
import sys
import tempfile
from functools import cache
from pathlib import Path
from typing import Any  # what JSON holds

from histories import DAY, NOON, Commit, git_repository
from jsonschema import Draft202012Validator

ROOT = Path(__file__).parents[1]
SCHEMA = Draft202012Validator(json.loads((ROOT / "docs/schema/change.schema.json").read_text("utf-8")))

OLD = "## 8.3. Authorities\n\nOn receipt of a court order we may hand over your number. This never happened.\n"
NEW = "## 8.3. Authorities\n\nOn receipt of any valid order we may hand over your number.\n"
OTHER = "## Payments\n\nWe charge five euros a month and never more than that.\n"


def tracker(
    *arguments: str | Path, cwd: Path | None = None, environment: dict[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """Run the command; its locale is C so that nothing rests on the tester's."""
    told = [str(argument) for argument in arguments]
    around = {**os.environ, "PYTHONPATH": str(ROOT), "COLUMNS": "100", "LC_ALL": "C.UTF-8", **(environment or {})}
    with tempfile.NamedTemporaryFile("rb") as out, tempfile.NamedTemporaryFile("rb") as error:
        call = {"arguments": told, "cwd": str(cwd or Path.cwd()), "environment": around}
        call |= {"stdout": out.name, "stderr": error.name}
        nursery = _nursery()
        assert nursery.stdin
        assert nursery.stdout
        nursery.stdin.write(json.dumps(call) + "\n")
        nursery.stdin.flush()
        code = int(nursery.stdout.readline())
        return subprocess.CompletedProcess(told, code, out.read().decode("utf-8"), error.read().decode("utf-8"))


@cache
def _nursery() -> subprocess.Popen[str]:
    """Start what commands are forked from; it ends with this process, and is no child of it: some tests count those."""
    around = {**os.environ, "PYTHONPATH": str(ROOT), "LC_ALL": "C.UTF-8"}
    nursery = subprocess.Popen(
        ["sh", "-c", 'exec 3<&0; "$0" "$1" <&3 3<&- & exit 0', sys.executable, str(ROOT / "tests/nursery.py")],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        encoding="utf-8",
        env=around,
    )
    nursery.wait()
    atexit.register(_ended, nursery)
    return nursery


def _ended(nursery: subprocess.Popen[str]) -> None:
    assert nursery.stdin
    nursery.stdin.close()
    assert nursery.stdout
    nursery.stdout.close()


def objects(done: subprocess.CompletedProcess[str]) -> list[dict[str, Any]]:
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


def fails(code: int, message: str, *arguments: str | Path, cwd: Path | None = None) -> None:
    """Check that a call fails with one line on stderr and nothing on stdout."""
    done = tracker(*arguments, cwd=cwd)
    assert (done.returncode, done.stdout) == (code, "")
    assert done.stderr.startswith("tracker: ")
    assert done.stderr.count("\n") == 1
    assert message in done.stderr


def history(folder: Path) -> Path:
    """Make a history of two services: a change, a return, an upgrade dated back, another change."""
    return git_repository(
        folder / "history.git",
        Commit({"Acme/Privacy Policy.md": OLD, "Brio/Terms.md": OTHER}, "First record of Acme Privacy Policy"),
        Commit({"Acme/Privacy Policy.md": NEW}, at=NOON + 10 * DAY),
        Commit({"Acme/Privacy Policy.md": OLD}, at=NOON + 11 * DAY),
        Commit({"Acme/Privacy Policy.md": NEW + "\n"}, "Refilter Acme Privacy Policy", at=NOON + 5 * DAY),
        Commit({"Brio/Terms.md": OTHER.replace("five", "nine")}, at=NOON + 20 * DAY),
    )


def declarations(folder: Path, select: str) -> Path:
    folder.mkdir(exist_ok=True)
    terms = {"Terms": {"fetch": "https://example.org/", "select": select}}
    (folder / "Acme.json").write_text(json.dumps({"name": "Acme", "terms": terms}))
    return folder


def html(words: str) -> str:
    return f"<html><body><nav>Menu</nav><main><h1>Terms</h1><p>{words}</p></main></body></html>"
