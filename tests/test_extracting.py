"""Reading pages in a process of its own: real processes, real crashes."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tracker.errors import DeclarationError, EmptyPage, ExtractionError, NoMatch, TrackerError, UnreadablePage
from tracker.model import Cause, Format, Part, Record
from tracker.text.declaration import Page, Range
from tracker.text.extract import extract_record
from tracker.watch.extracting import Extractor, ReadingLimits

if TYPE_CHECKING:
    from collections.abc import Iterator

OBEY = "hostile_reading:obey"
LIMITS = ReadingLimits(seconds=5, processor_seconds=1, memory=256 << 20, text=1_000_000)
HASTY = ReadingLimits(seconds=0.5)
TERMS = b"<h1>Terms</h1><nav>Home</nav><main><p>You may <a href='/leave'>leave</a>.</p><p>We may too.</p></main>"

posix = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such limits")
linux = pytest.mark.skipif(sys.platform != "linux", reason="only Linux ends a process with its parent")


def record(body: bytes, *, record_format: Format = Format.HTML, more: tuple[Part, ...] = ()) -> Record:
    at = datetime(2025, 3, 1, 6, tzinfo=UTC)
    return Record("Acme", "Terms", at, "ab" * 32, "https://acme.example", record_format, body, Cause.CHANGE, more=more)


def page(*select: str | Range, unsupported: tuple[str, ...] = ()) -> Page:
    return Page("https://acme.example/terms", select, ("nav",), unsupported=unsupported)


@pytest.fixture(scope="module")
def extractor() -> Iterator[Extractor]:
    with Extractor() as opened:
        yield opened


@pytest.fixture(scope="module")
def obedient() -> Iterator[Extractor]:
    with Extractor(LIMITS, OBEY) as opened:
        yield opened


def done(extractor: Extractor, order: str) -> str:
    return extractor.read(record(order.encode(), record_format=Format.TEXT), ())


def is_gone(pid: int) -> bool:
    """Tell whether a process has ended; one that nobody has buried yet counts."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except OSError:
        return True


def wait_until_gone(pid: int) -> bool:
    for _ in range(200):
        if is_gone(pid):
            return True
        time.sleep(0.05)
    return False


# -- the same as in this process ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("asked", "pages"),
    [
        (record(TERMS), ()),
        (record(TERMS), (page("main"),)),
        (record(TERMS), (page(Range("h1", "p:last-child", after_start=True)),)),
        (record("# 利用規約\n\nこんにちは 👋".encode(), record_format=Format.MARKDOWN), ()),
        (record(TERMS, more=(Part(Format.HTML, TERMS, "https://acme.example/2"),)), (page("p"), page("h1"))),
        (record(b"<div>" * 20_000 + b"deep"), ()),
    ],
)
def test_a_text_is_the_same_as_in_process(extractor: Extractor, asked: Record, pages: tuple[Page, ...]) -> None:
    assert extractor.read(asked, pages) == extract_record(asked, pages)


@pytest.mark.parametrize(
    ("asked", "pages", "kind"),
    [
        (record(b""), (), EmptyPage),
        (record(TERMS), (page(".legal", "#terms"),), NoMatch),
        (record(b"\x89PNG\r\n\x1a\n"), (), UnreadablePage),
        (record(TERMS), (page("main", unsupported=("cleanUp",)),), DeclarationError),
        (record(TERMS), (page("main:nonsense(("),), DeclarationError),
    ],
)
def test_an_error_is_the_same_as_in_process(
    extractor: Extractor, asked: Record, pages: tuple[Page, ...], kind: type[TrackerError]
) -> None:
    with pytest.raises(kind) as here:
        extract_record(asked, pages)
    with pytest.raises(kind) as there:
        extractor.read(asked, pages)

    assert (type(there.value), str(there.value), vars(there.value)) == (
        type(here.value),
        str(here.value),
        vars(here.value),
    )


# -- what a page can do ------------------------------------------------------------------------------------------------


@posix
@pytest.mark.parametrize(
    ("order", "message"),
    [
        ("work 60", "reading it took more than 1 s of processor time"),
        ("eat 600000000", "reading it takes more than 256 MB of memory"),
        ("crash", "the process that read it crashed (SIGSEGV)"),
        ("exit 3", "the process that read it ended by itself (exit code 3)"),
        ("die", "the process that read it was killed from outside (is the machine out of memory?)"),
        ("babble 2000000", "its text is larger than 1 MB"),
        ("blunder of ours", "reading it failed: ZeroDivisionError: of ours"),
    ],
)
def test_a_page_that_takes_its_process_down_is_unreadable_and_the_next_one_is_read(
    obedient: Extractor, order: str, message: str
) -> None:
    with pytest.raises(UnreadablePage) as caught:
        done(obedient, order)

    assert (str(caught.value), done(obedient, "# Terms")) == (message, "# Terms")


def test_a_page_that_hangs_is_given_up_and_the_next_one_is_read() -> None:
    with Extractor(HASTY, OBEY) as hasty:
        pid = done(hasty, "sleep 0")
        with pytest.raises(UnreadablePage) as caught:
            done(hasty, "sleep 60")

        assert str(caught.value) == "reading it took longer than 0.5 s"
        assert done(hasty, "sleep 0") != pid


@linux
def test_half_an_answer_is_waited_for_no_longer_than_a_whole_one() -> None:
    with Extractor(HASTY, OBEY) as hasty, pytest.raises(UnreadablePage) as caught:
        done(hasty, "half")

    assert str(caught.value) == "reading it took longer than 0.5 s"


@linux
def test_an_answer_that_is_no_message_of_ours_is_refused() -> None:
    with Extractor(LIMITS, OBEY) as taken_over, pytest.raises(UnreadablePage) as caught:
        done(taken_over, "garble")

    assert str(caught.value) == "the process that read it gave no answer that can be understood"


@posix
def test_no_page_makes_the_process_write_files(obedient: Extractor, tmp_path: Path) -> None:
    with pytest.raises(UnreadablePage):
        done(obedient, f"write {tmp_path / 'file'}")

    assert [path.read_bytes() for path in tmp_path.iterdir()] == [b""]


def test_what_a_library_prints_reaches_nobody(obedient: Extractor, capfd: pytest.CaptureFixture[str]) -> None:
    assert done(obedient, "print").startswith("pid ")

    assert capfd.readouterr() == ("", "")


def test_the_process_knows_no_secret_and_reads_no_input(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SMTP_PASSWORD", "canary")
    with Extractor(LIMITS, OBEY) as fresh:
        around = json.loads(done(fresh, "around"))

    assert ("canary" in str(around), around["input"]) == (False, "")
    assert set(around["environment"]) <= {
        "PYTHONPATH", "PYTHONUTF8", "SYSTEMROOT", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "PYTHONHOME", "LC_CTYPE",
    }  # fmt: skip


# -- the life of the process -------------------------------------------------------------------------------------------


def test_one_process_reads_page_after_page_until_it_read_its_share() -> None:
    with Extractor(ReadingLimits(pages=3), OBEY) as sparing:
        pids = [done(sparing, "sleep 0") for _ in range(6)]

    assert (pids[:3], pids[3:]) == ([pids[0]] * 3, [pids[3]] * 3)
    assert pids[0] != pids[3]


@linux
def test_a_process_that_grew_is_replaced() -> None:
    with Extractor(LIMITS, OBEY) as extractor:
        before, grown, after = (done(extractor, order) for order in ("sleep 0", "eat 150000000", "sleep 0"))

    assert (grown == before, after == before) == (True, False)


def test_many_threads_get_each_its_own_text(extractor: Extractor) -> None:
    asked = [record(f"<p>page {number}</p>".encode()) for number in range(60)]
    with ThreadPoolExecutor(8) as threads:
        texts = list(threads.map(lambda one: extractor.read(one, ()), asked))

    assert texts == [f"page {number}\n" for number in range(60)]


def test_a_page_is_read_though_the_thread_that_came_first_has_ended() -> None:
    with Extractor(LIMITS, OBEY) as extractor:
        with ThreadPoolExecutor(1) as short_lived:
            first = short_lived.submit(done, extractor, "sleep 0").result()

        assert done(extractor, "sleep 0.3") == first


@posix
def test_closing_leaves_no_process() -> None:
    with Extractor(LIMITS, OBEY) as extractor:
        pid = int(done(extractor, "sleep 0").removeprefix("pid "))
    extractor.close()

    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


@posix
def test_a_process_that_died_while_nobody_asked_is_replaced_without_a_word() -> None:
    with Extractor(LIMITS, OBEY) as extractor:
        pid = int(done(extractor, "sleep 0").removeprefix("pid "))
        os.kill(pid, signal.SIGKILL)
        wait_until_gone(pid)

        assert done(extractor, "# Terms") == "# Terms"


@linux
@pytest.mark.parametrize("busy_with", ["sleep 0", "sleep 60"])
def test_the_process_ends_with_its_parent_even_when_that_is_killed(busy_with: str, tmp_path: Path) -> None:
    script = tmp_path / "parent.py"
    script.write_text(
        "import sys, test_extracting as t\n"
        "with t.Extractor(t.ReadingLimits(), t.OBEY) as extractor:\n"
        "    print(t.done(extractor, 'sleep 0'), flush=True)\n"
        f"    t.done(extractor, {busy_with!r})\n"
        "    sys.stdin.read()\n"
    )
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
    with subprocess.Popen(
        [sys.executable, script], stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment, text=True
    ) as parent:
        assert parent.stdout
        pid = int(parent.stdout.readline().removeprefix("pid "))
        parent.kill()

    assert wait_until_gone(pid)


def test_a_function_that_is_not_there_is_no_fault_of_the_page() -> None:
    with Extractor(reads="hostile_reading:nothing") as extractor, pytest.raises(TrackerError) as caught:
        done(extractor, "# Terms")

    assert "does not start" in str(caught.value)
    assert not isinstance(caught.value, ExtractionError)


@linux
def test_every_limit_holds_on_linux(extractor: Extractor) -> None:
    extractor.read(record(TERMS), ())

    assert extractor.not_limited == ()
