"""Reads pages of strangers in a process of its own that can be killed: a page may hang, eat memory or crash it.

The process is started when the first page comes, reads page after page, and is replaced when a page took it down,
when it read its share or when it grew.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, BinaryIO, Self, TypeVar, cast

import msgspec

from tracker.errors import DeclarationError, EmptyPage, ExtractionError, NoMatch, TrackerError, UnreadablePage
from tracker.watch import extracting_child
from tracker.watch.extracting_wire import Answer, Asked, Orders, Ready, Refusal, TooLarge, framed, receive

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from tracker.model import Record
    from tracker.text.declaration import Page

EXTRACTION = "tracker.text.extract:extract_record"

_STARTS_WITHIN = 60.0  # seconds, on a machine that is busy with other things
_ENDS_WITHIN = 2.0
_WORDS = 2000  # characters of a message that are passed on
# What a process needs of our environment to start at all; anything else may be a secret.
_KEPT = ("SYSTEMROOT", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "PYTHONHOME")
_ERRORS: dict[str, type[ExtractionError | DeclarationError]] = {
    kind.__name__: kind for kind in (ExtractionError, EmptyPage, UnreadablePage, DeclarationError)
}

Answered = TypeVar("Answered")


@dataclass(frozen=True, slots=True)
class ReadingLimits:
    """What one page may take."""

    seconds: float = 20.0
    processor_seconds: int = 15
    memory: int = 1 << 30  # bytes, above what the process holds when it is ready
    text: int = 20_000_000  # bytes
    pages: int = 500  # a process reads so many, then a fresh one follows


class Extractor:
    """Gives the texts of records as `extract_record` does, but survives what their bytes do to it.

    Any thread may ask; pages are read one after the other. Close it, or use it in a `with` statement.

    Attributes:
        not_limited: what this system cannot limit ("memory", ...); known once a page was read.
    """

    def __init__(self, limits: ReadingLimits | None = None, reads: str = EXTRACTION) -> None:
        self._limits = limits or ReadingLimits()
        self._reads = reads
        self._child: _Child | None = None
        # One thread starts and asks every process: Linux ends a child with the thread that started it.
        self._keeper = ThreadPoolExecutor(1, "reading")
        self.not_limited: tuple[str, ...] = ()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """End the process, after the page that it is reading."""
        with suppress(RuntimeError):  # it is closed already
            self._keeper.submit(self._dismiss)
        self._keeper.shutdown()

    def read(self, record: Record, pages: Sequence[Page]) -> str:
        """Return the canonical text of a record.

        Raises:
            ExtractionError: there is no text, as in `extract_record`; UnreadablePage also where a limit was met or
                the process crashed.
            DeclarationError: a declaration asks for what we cannot do.
            TrackerError: no process can be started.
        """
        return self._keeper.submit(self._read, Asked.of(record, tuple(pages))).result()

    def _read(self, asked: Asked) -> str:
        if self._child is None or not self._child.is_alive():
            self._dismiss()
            self._child = _Child(self._limits, self._reads)
            self.not_limited = self._child.start()
        try:
            answer = self._child.answer(asked)
        except ExtractionError:
            self._dismiss()
            raise
        if answer.is_last:
            self._dismiss()
        if answer.refusal:
            raise _error(answer.refusal, self._limits)
        return answer.text

    def _dismiss(self) -> None:
        child, self._child = self._child, None
        if child:
            child.end()


class _Child:
    """A process that reads, seen from outside."""

    def __init__(self, limits: ReadingLimits, reads: str) -> None:
        self._limits = limits
        self._reads = reads
        self._is_late = False
        self._process = subprocess.Popen(  # noqa: S603  our own interpreter and module
            [sys.executable, "-P", "-m", extracting_child.__name__],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=_environment(),
            start_new_session=True,  # an interrupt from the keyboard is not for it
        )
        self._asking = cast("BinaryIO", self._process.stdin)
        self._answering = cast("BinaryIO", self._process.stdout)

    def start(self) -> tuple[str, ...]:
        """Wait until the process is ready; gives what it cannot limit."""
        limits = self._limits
        orders = Orders(self._reads, limits.memory, limits.processor_seconds, limits.pages)
        try:
            ready = self._exchanged(orders, Ready, _STARTS_WITHIN, None)
        except (EOFError, OSError) as broken:
            raise TrackerError(f"the process that reads pages does not start: {self._end()}") from broken
        if ready.trouble:
            self.end()
            raise TrackerError(f"the process that reads pages does not start: {ready.trouble}")
        return ready.not_limited

    def is_alive(self) -> bool:
        """Tell whether a page can be asked for."""
        return not self._is_late and self._process.poll() is None

    def answer(self, asked: Asked) -> Answer:
        """Ask for a record; UnreadablePage where the process did not survive it."""
        limits = self._limits
        try:
            return self._exchanged(asked, Answer, limits.seconds, limits.text)
        except TooLarge as large:
            raise UnreadablePage(f"its text is larger than {limits.text / 1e6:g} MB") from large
        except msgspec.MsgspecError as garbled:
            raise UnreadablePage("the process that read it gave no answer that can be understood") from garbled
        except (EOFError, OSError) as broken:
            raise UnreadablePage(self._end()) from broken

    def _exchanged(self, message: object, kind: type[Answered], seconds: float, most: int | None) -> Answered:
        """Send a message and wait for the answer; the process is killed when that takes too long."""

        def said() -> Answered:
            self._asking.write(framed(message))
            self._asking.flush()
            return receive(self._answering, kind, most)

        return self._within(seconds, said)

    def _within(self, seconds: float, do: Callable[[], Answered]) -> Answered:
        is_done = False
        turn = threading.Lock()

        def strike() -> None:
            with turn:
                if not is_done:
                    self._is_late = True
                    self._process.kill()

        timer = threading.Timer(seconds, strike)
        timer.daemon = True
        timer.start()
        try:
            return do()
        finally:
            with turn:
                is_done = True
            timer.cancel()

    def _end(self) -> str:
        """Say why the wire broke: which limit was met, or what else ended the process."""
        self.end()
        code = self._process.returncode
        if self._is_late:
            return f"reading it took longer than {self._limits.seconds:g} s"
        if code >= 0:
            return f"the process that read it ended by itself (exit code {code})"
        name = signal.Signals(-code).name
        if name == "SIGXCPU":
            return f"reading it took more than {self._limits.processor_seconds} s of processor time"
        if name == "SIGKILL":
            return "the process that read it was killed from outside (is the machine out of memory?)"
        return f"the process that read it crashed ({name})"

    def end(self) -> None:
        """End the process; one that waits or answers ends with its wire, any other one is killed."""
        for wire in (self._asking, self._answering):
            with suppress(OSError):
                wire.close()
        try:
            self._process.wait(_ENDS_WITHIN)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()


def _environment() -> dict[str, str]:
    kept = {name: os.environ[name] for name in _KEPT if name in os.environ}
    return kept | {"PYTHONPATH": os.pathsep.join(path or os.curdir for path in sys.path), "PYTHONUTF8": "1"}


def _error(refusal: Refusal, limits: ReadingLimits) -> ExtractionError | DeclarationError:
    words = refusal.words[:_WORDS]
    if refusal.kind == "NoMatch":
        return NoMatch(words)
    if refusal.kind == "memory":
        return UnreadablePage(f"reading it takes more than {limits.memory / (1 << 20):g} MB of memory")
    if refusal.kind in _ERRORS:
        return _ERRORS[refusal.kind](words)
    error = UnreadablePage(f"reading it failed: {words.strip().rpartition(chr(10))[2]}")
    error.add_note(words)
    return error
