from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import pytest
from commands import ROOT, fails, history, tracker
from histories import Commit, git_repository

from tracker import __version__
from tracker.cli import COMMANDS

if TYPE_CHECKING:
    from pathlib import Path


def test_the_version_is_told() -> None:
    assert tracker("--version").stdout == f"tracker {__version__}\n"


@pytest.mark.parametrize("command", [[], *([name] for name in COMMANDS), ["coverage", "match"]])
def test_every_command_has_help_with_examples(command: list[str]) -> None:
    done = tracker(*command, "--help")
    assert done.returncode == 0
    assert "Example" in done.stdout or command == ["coverage"]


def test_the_table_of_commands_says_what_each_command_says_of_itself() -> None:
    for name, line in COMMANDS.items():
        assert " ".join(tracker(name, "--help").stdout.split("\n\n")[1].split()) == line


def test_help_imports_no_command() -> None:
    code = (
        "import sys; from tracker.cli import exit_code_of; exit_code_of(['--help']); "
        "print(sorted(name for name in sys.modules if 'tracker' in name))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=True)
    assert done.stdout.splitlines()[-1] == "['tracker', 'tracker.cli', 'tracker.errors']"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["replai"], "No such command 'replai'"),
        (["replay", "--loud"], "No such option"),
        (["replay", "--since", "yesterday"], "'yesterday' does not match the format '%Y-%m-%d'"),
        (["replay", "--min-significance", "7"], "7 is not in the range 0<=x<=3"),
        (["replay", "--topic", "weather"], 'there is no topic "weather"; topics are law_enforcement'),
        (["replay", "--config", "nowhere.toml"], "nowhere.toml: cannot be read"),
        (["replay", "--declarations", "nowhere"], "Directory 'nowhere' does not exist"),
        (["replay", "--coverage", "nowhere"], "Path 'nowhere' does not exist"),
        (["diff", "one.md"], "Missing argument 'NEW'"),
        (["diff", "nowhere.md", "b.md"], "nowhere.md: cannot be read: No such file or directory"),
    ],
)
def test_a_wrong_call_ends_with_two_and_one_line(arguments: list[str], message: str, tmp_path: Path) -> None:
    fails(2, message, *arguments, cwd=tmp_path)


@pytest.fixture(name="history")
def _history(tmp_path: Path) -> Path:
    return history(tmp_path)


@pytest.mark.parametrize("shape", [["--json"], []])
def test_a_reader_that_has_enough_ends_a_replay_quietly(history: Path, shape: list[str]) -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "tracker", "replay", str(history), "--all", *shape],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    assert process.stdout
    assert process.stderr
    process.stdout.close()
    said = process.stderr.read().decode()
    process.stderr.close()
    assert process.wait() == 0
    assert "Traceback" not in said
    assert "Exception" not in said


def test_a_replay_that_is_ended_leaves_no_file_and_no_process(tmp_path: Path) -> None:
    long = "".join(f"Line {n} says nothing much at all.\n\n" for n in range(3000))
    history = git_repository(
        tmp_path / "h.git",
        *(Commit({f"S{n % 3}/Terms.md": long.replace("nothing", f"n{n}")}) for n in range(450)),
    )
    desk = tmp_path / "desk"
    desk.mkdir()
    process = subprocess.Popen(
        [sys.executable, "-m", "tracker", "replay", str(history), "--json"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        start_new_session=True,
        env={**os.environ, "PYTHONPATH": str(ROOT), "TMPDIR": str(desk)},
    )
    while not any(desk.iterdir()) and process.poll() is None:
        time.sleep(0.05)
    process.send_signal(signal.SIGTERM)
    assert process.wait(30) == 128 + signal.SIGTERM
    assert process.stderr
    assert process.stderr.read() == b""
    process.stderr.close()
    assert list(desk.iterdir()) == []
    with pytest.raises(ProcessLookupError):
        _wait_for_group(process.pid)


def _wait_for_group(group: int) -> None:
    """Wait until no process of a group is left."""
    for _ in range(100):
        os.killpg(group, 0)
        time.sleep(0.1)
