"""What a page can do to the process that reads it: functions that an `Extractor` is told to read with."""

from __future__ import annotations

import ctypes
import json
import os
import signal
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

from tracker.text.extract import extract_record

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from tracker.model import Record
    from tracker.text.declaration import Page

kept: list[bytes] = []


def obey(record: Record, pages: Sequence[Page]) -> str:
    """Does what the page says; a page that says nothing of the kind is read."""
    order, _, value = record.body.decode().partition(" ")
    if order in ORDERS:
        return ORDERS[order](value) or f"pid {os.getpid()}"
    return extract_record(record, pages)


def _sleep(seconds: str) -> None:
    time.sleep(float(seconds))


def _work(seconds: str) -> None:
    end = time.process_time() + float(seconds)
    while time.process_time() < end:
        pass


def _eat(size: str) -> None:
    kept.append(bytes(int(size)))


def _crash(_: str) -> None:
    ctypes.string_at(0)


def _exit(code: str) -> None:
    os._exit(int(code))


def _die(_: str) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def _babble(length: str) -> str:
    return "a" * int(length)


def _blunder(words: str) -> None:
    raise ZeroDivisionError(words)


def _answer_by_half(_: str) -> None:
    os.write(_wire(), (1000).to_bytes(4, "big") + b"\x81")
    time.sleep(60)


def _garble(_: str) -> None:
    os.write(_wire(), (5).to_bytes(4, "big") + b"\xc1" * 5)


def _write(path: str) -> None:
    Path(path).write_bytes(b"words")


def _print(_: str) -> None:
    sys.stdout.write("printed\n" * 100_000)
    os.write(2, b"an error\n")


def _look_around(_: str) -> str:
    return json.dumps({"environment": dict(os.environ), "input": sys.stdin.read()})


def _wire() -> int:
    """Finds the descriptor that the answers go to: the last pipe that can be written to."""
    open_ones = [Path(f"/proc/self/fd/{number}") for number in range(3, 64)]
    pipes = [
        each for each in open_ones if each.exists() and "pipe" in str(each.readlink()) and os.access(each, os.W_OK)
    ]
    return max(int(each.name) for each in pipes)


ORDERS: dict[str, Callable[[str], str | None]] = {
    "sleep": _sleep,
    "work": _work,
    "eat": _eat,
    "crash": _crash,
    "exit": _exit,
    "die": _die,
    "babble": _babble,
    "blunder": _blunder,
    "half": _answer_by_half,
    "garble": _garble,
    "write": _write,
    "print": _print,
    "around": _look_around,
}
