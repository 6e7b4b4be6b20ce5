"""The life of the process that reads pages: one page at a time, within limits, until nobody asks any more.

It is started by `tracker.watch.extracting` as `python -m tracker.watch.extracting_child`, with an environment that
holds no secrets. Its standard input and output are the wire; once it has them, it points both at nothing.
"""

from __future__ import annotations

import ctypes
import gc
import importlib
import math
import os
import signal
import sys
import time
import traceback
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO, cast

import msgspec

from tracker.errors import DeclarationError, ExtractionError, NoMatch
from tracker.model import Record
from tracker.text.declaration import Page
from tracker.watch.extracting_wire import Answer, Asked, Orders, Ready, Refusal, framed, receive

if sys.platform != "win32":
    import resource

_DIE_WITH_PARENT = 1  # PR_SET_PDEATHSIG
_GROWN = 0.5  # of the memory limit: from here on a fresh process is better
_IMPORTED_EARLY = ("tracker.text.html_flat", "tracker.text.pdf", "pypdfium2")
_SIZE = Path("/proc/self/statm")

Reads = Callable[[Record, Sequence[Page]], str]


def main() -> None:
    """Take orders, say that all is ready, then answer until the wire ends."""
    asking, answering = _taken_wire()
    _die_with_parent()
    try:
        orders = receive(asking, Orders)
        reads = _function(orders.reads)
        not_limited = _limit(orders)
    except Exception:  # noqa: BLE001  whatever it is, the one who started us has to hear of it
        answering.write(framed(Ready(trouble=traceback.format_exc())))
        return
    gc.freeze()  # what is imported stays; the collector need not look at it with every page
    answering.write(framed(Ready(not_limited)))
    size = _size()
    with suppress(EOFError, BrokenPipeError):
        for left in reversed(range(orders.pages)):
            asked = receive(asking, Asked)
            _allow_processor(orders.processor_seconds)
            answer = _answer(reads, asked)
            if left == 0 or answer.is_last or _size() - size > _GROWN * orders.memory:
                answering.write(framed(msgspec.structs.replace(answer, is_last=True)))
                return
            answering.write(framed(answer))


def _taken_wire() -> tuple[BinaryIO, BinaryIO]:
    """Take standard input and output for ourselves; whoever prints or reads from now on meets nothing."""
    asking, answering = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb", buffering=0)
    nothing = os.open(os.devnull, os.O_RDWR)
    for descriptor in (0, 1, 2):
        os.dup2(nothing, descriptor)
    os.close(nothing)
    return asking, cast("BinaryIO", answering)


def _die_with_parent() -> None:
    """Ask the system to end us with the thread that started us, also while a page keeps us busy (Linux only)."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_DIE_WITH_PARENT, signal.SIGKILL)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # an interrupt is for the process that started us


def _function(name: str) -> Reads:
    """Import the function that reads, and what it would import with the first page that needs it."""
    module, _, function = name.partition(":")
    for early in _IMPORTED_EARLY:
        with suppress(ImportError):  # an extra that is not installed; a page that needs it says so
            importlib.import_module(early)
    return cast("Reads", getattr(importlib.import_module(module), function))


def _limit(orders: Orders) -> tuple[str, ...]:
    """Set the limits that hold for the whole life of the process; gives those that this system has not."""
    if sys.platform == "win32":
        return ("memory", "processor time", "files", "processes")
    missing = []
    size = _size()
    if not size or not _set(resource.RLIMIT_AS, size + orders.memory):
        missing.append("memory")
    if not _set(resource.RLIMIT_CPU, resource.getrlimit(resource.RLIMIT_CPU)[0]):
        missing.append("processor time")
    if not _set(resource.RLIMIT_FSIZE, 0):
        missing.append("files")
    if not _set(resource.RLIMIT_NPROC, 0):
        missing.append("processes")
    _set(resource.RLIMIT_CORE, 0)
    return tuple(missing)


def _set(limit: int, most: int) -> bool:
    try:
        resource.setrlimit(limit, (most, resource.getrlimit(limit)[1]))
    except (OSError, ValueError):
        return False
    return True


def _allow_processor(seconds: int) -> None:
    """Let the next page have so many seconds of the processor; the limit of the system counts all we ever used."""
    if sys.platform != "win32":
        _set(resource.RLIMIT_CPU, math.ceil(time.process_time() + seconds))


def _size() -> int:
    """Tell how much address space we hold, in bytes; 0 where the system does not say."""
    try:
        return int(_SIZE.read_bytes().split()[0]) * resource.getpagesize()
    except OSError:
        return 0


def _answer(reads: Reads, asked: Asked) -> Answer:
    """Read one record; whatever goes wrong is an answer too."""
    try:
        return Answer(reads(asked.record(), asked.pages))
    except NoMatch as error:
        return Answer(refusal=Refusal("NoMatch", error.selectors))
    except (ExtractionError, DeclarationError) as error:
        return Answer(refusal=Refusal(type(error).__name__, str(error)))
    except MemoryError:
        return Answer(refusal=Refusal("memory", ""), is_last=True)
    except Exception:  # noqa: BLE001  a page that meets a bug of ours is an outcome; its trace goes with it
        return Answer(refusal=Refusal("fault", traceback.format_exc()))


if __name__ == "__main__":
    main()
