"""A dossier is checked the way its README tells: by public tools, which find whatever was changed in it."""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
import zipfile
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
from archives import HOUR, START, capture, unchanged
from authorities import Signer, authority, gate, new_signer, stamping
from changes import disclosure
from commands import SCHEMA
from warcs import fetched, records

from tracker.errors import StoreError, UsageError
from tracker.exchange.dossier import write_dossier
from tracker.exchange.stamping import Authority, Unstamped, stamp
from tracker.model import Cause, Change, VersionRef, record_id

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tracker.store.store import Store

OLD, NEW = b"<p>On receipt of a court order.</p>", b"<p>On receipt of a valid order.</p>"


@pytest.fixture(scope="module")
def signer() -> Iterator[Signer]:
    made = new_signer()
    yield made
    shutil.rmtree(made.folder.parent)


def digest(*bodies: bytes) -> str:
    return record_id([hashlib.sha256(body).hexdigest() for body in bodies])


def told(before: str | None, after: str, compared_with: str | None = None) -> Change:
    """Give a change between two records."""
    change = replace(disclosure(), service="Telegram", document="Privacy Policy", coverage=())
    old = None if before is None else VersionRef(START, before)
    cause = Cause.FIRST_RECORD if before is None else Cause.CHANGE
    return replace(
        change,
        before=old,
        after=VersionRef(START, after, "https://example.org"),
        cause=cause,
        compared_with=compared_with,
    )


def recorded(store: Store, number: int, change: Change) -> int:
    with store.writing() as writing:
        return writing.record_change(number, None, change, made_by="test")


def stamped(store: Store, by: Signer, day: int) -> None:
    with authority(stamping(by)) as server:
        row = stamp(store, Authority(server.url(), by.root), gate(), datetime(2024, 9, day, tzinfo=UTC))
    assert not isinstance(row, Unstamped), row.why


def story(store: Store, by: Signer | None) -> int:
    """Record a page, another document's, the page again, its change, and two stamps; gives the change."""
    store.record_capture(capture(b"first", document="FAQ"))
    store.record_capture(fetched(OLD, at=START))
    store.record_capture(unchanged(START + HOUR, "FAQ"))
    if by:
        stamped(store, by, 2)
    for hour in range(2, 5):
        store.record_capture(unchanged(START + hour * HOUR, "FAQ"))
    store.record_capture(fetched(OLD, at=START + 5 * HOUR))
    number = store.record_capture(fetched(NEW, at=START + 6 * HOUR))
    store.record_capture(unchanged(START + 7 * HOUR, "FAQ"))
    if by:
        stamped(store, by, 3)
    store.record_capture(unchanged(START + 8 * HOUR, "FAQ"))
    return recorded(store, number, told(digest(OLD), digest(NEW)))


def unpacked(store: Store, change: int, folder: Path) -> Path:
    write_dossier(store, change, folder / "dossier.zip")
    with zipfile.ZipFile(folder / "dossier.zip") as file:
        file.extractall(folder / "dossier")
    return folder / "dossier"


def commands(folder: Path) -> list[str]:
    """Read the commands of the README: its indented lines, and the script that is to be pasted."""
    text = (folder / "README.txt").read_text("utf-8")
    plain, _, rest = text.partition("python3 - <<'END'")
    script, _, after = rest.partition("\nEND\n")
    lines = [line.strip() for part in (plain, after) for line in part.splitlines() if line.startswith("    ")]
    first, *others = [line for line in lines if line.split()[0] in ("sha256sum", "openssl")]
    return [first, f"python3 - <<'END'{script}\nEND\n", *others]


def run(command: str, folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(["sh", "-c", command], check=False, capture_output=True, text=True, cwd=folder)


def failing(folder: Path) -> list[str]:
    """Do what the README says; gives the tools that find something wrong."""
    return [command.split()[0] for command in commands(folder) if run(command, folder).returncode]


def test_a_dossier_holds_both_pages_and_everything_that_shows_them(
    store: Store, signer: Signer, tmp_path: Path
) -> None:
    folder = unpacked(store, story(store, signer), tmp_path)
    assert sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()) == [
        "README.txt",
        "SHA256SUMS",
        "after/about.txt",
        "after/capture.json",
        "after/page.html",
        "before/about.txt",
        "before/capture.json",
        "before/page.html",
        "captures.warc.gz",
        "chain/0000000002-0000000003.jsonl",
        "chain/0000000007-0000000009.jsonl",
        "change.html",
        "change.json",
        "last-seen/about.txt",
        "last-seen/capture.json",
        "last-seen/page.html",
        "stamps/0000000003.pem",
        "stamps/0000000003.tsr",
        "stamps/0000000009.pem",
        "stamps/0000000009.tsr",
    ]
    assert (folder / "before/page.html").read_bytes() == OLD
    assert (folder / "after/page.html").read_bytes() == NEW
    SCHEMA.validate(json.loads((folder / "change.json").read_bytes()))
    about = (folder / "after/about.txt").read_text()
    assert "Answered:      200 by https://example.org/privacy at 192.0.2.7, certificate (SHA-256) abab" in about
    assert "  Content-Type: text/html; charset=utf-8\n" in about
    assert "http-equiv" in (folder / "change.html").read_text()
    assert [one.body for one in records(folder / "captures.warc.gz")] == [OLD, NEW]


def test_what_the_readme_says_finds_a_sound_dossier_sound(store: Store, signer: Signer, tmp_path: Path) -> None:
    folder = unpacked(store, story(store, signer), tmp_path)
    sums, script, *stamps = commands(folder)
    assert [command.split()[0] for command in (sums, script, *stamps)] == ["sha256sum", "python3", *4 * ["openssl"]]
    said = run(script, folder).stdout
    assert "before/page.html is capture 2 of 2024-09-01T06:00:00.000000Z\n" in said
    assert "after/page.html is capture 8 of 2024-09-01T12:00:00.000000Z\n" in said
    assert said.count("['stamps/0000000") == 2
    for command in stamps:
        done = run(command, folder)
        assert done.returncode == 0, done.stderr
        assert "Verification: OK" in done.stdout or "Time stamp: " in done.stdout


def test_a_changed_byte_is_found_in_every_file(store: Store, signer: Signer, tmp_path: Path) -> None:
    folder = unpacked(store, story(store, signer), tmp_path)
    for file in sorted(path for path in folder.rglob("*") if path.is_file()):
        whole = file.read_bytes()
        place = len(whole) // 2
        file.write_bytes(whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :])
        assert "sha256sum" in failing(folder) or file.name == "README.txt", file
        file.write_bytes(whole)
    assert failing(folder) == []


def summed_anew(folder: Path) -> None:
    """Make the checksums fit whatever lies there, as a forger would."""
    names = [line.split("  ")[1] for line in (folder / "SHA256SUMS").read_text().splitlines()]
    lines = (f"{hashlib.sha256((folder / name).read_bytes()).hexdigest()}  {name}\n" for name in names)
    (folder / "SHA256SUMS").write_text("".join(lines))


def test_a_forger_who_mends_the_checksums_is_found_by_the_chain(store: Store, signer: Signer, tmp_path: Path) -> None:
    folder = unpacked(store, story(store, signer), tmp_path)
    page = folder / "before/page.html"
    page.write_bytes(OLD.replace(b"court", b"valid"))
    summed_anew(folder)
    assert failing(folder) == ["python3"]


def test_a_forger_who_mends_the_chain_is_found_by_the_stamp(store: Store, signer: Signer, tmp_path: Path) -> None:
    folder = unpacked(store, story(store, signer), tmp_path)
    forged = OLD.replace(b"court", b"valid")
    (folder / "before/page.html").write_bytes(forged)
    chain = folder / "chain/0000000002-0000000003.jsonl"
    first, second = chain.read_text().splitlines()
    mended = first.replace(digest(OLD), digest(forged))
    second = second.replace(hashlib.sha256(first.encode()).hexdigest(), hashlib.sha256(mended.encode()).hexdigest())
    head = hashlib.sha256(chain.read_text().splitlines()[1].encode()).hexdigest()
    chain.write_text(f"{mended}\n{second}\n")
    (folder / "before/capture.json").write_text(mended)
    readme = folder / "README.txt"
    readme.write_text(readme.read_text().replace(head, hashlib.sha256(second.encode()).hexdigest()))
    summed_anew(folder)
    assert failing(folder) == ["openssl"]
    assert "(not stamped)" in run(commands(folder)[1], folder).stdout


def test_the_same_dossier_is_the_same_file(store: Store, signer: Signer, tmp_path: Path) -> None:
    """Also when the archive has grown: what is stamped is at its end."""
    change = story(store, signer)
    write_dossier(store, change, tmp_path / "one.zip")
    store.record_capture(unchanged(START + 9 * HOUR, "FAQ"))
    write_dossier(store, change, tmp_path / "two.zip")
    assert (tmp_path / "one.zip").read_bytes() == (tmp_path / "two.zip").read_bytes()
    assert sorted(path.name for path in tmp_path.glob("*zip*")) == ["one.zip", "two.zip"]


def test_without_stamps_the_chain_goes_to_its_present_end_and_says_so(store: Store, tmp_path: Path) -> None:
    folder = unpacked(store, story(store, None), tmp_path)
    assert [path.name for path in folder.glob("chain/*")] == ["0000000002-0000000010.jsonl"]
    assert not (folder / "stamps").exists()
    text = (folder / "README.txt").read_text()
    assert f"has no time-stamp. It ends with capture 10, whose hash is\n\n    {store.head()[1]}\n" in text
    assert failing(folder) == []


def test_a_document_of_several_pages_comes_with_all_of_them(store: Store, tmp_path: Path) -> None:
    for at, bodies in ((START, (b"A", b"B")), (START + HOUR, (b"A", b"C"))):
        numbers = [store.record_capture(fetched(body, at=at, part=part)) for part, body in enumerate(bodies)]
    change = recorded(store, numbers[0], told(digest(b"A", b"B"), digest(b"A", b"C")))
    folder = unpacked(store, change, tmp_path)
    assert [(folder / "before" / f"page-{number}.html").read_bytes() for number in (1, 2)] == [b"A", b"B"]
    assert [(folder / "after" / f"page-{number}.html").read_bytes() for number in (1, 2)] == [b"A", b"C"]
    assert failing(folder) == []


def test_what_a_change_was_judged_against_is_there_too(store: Store, tmp_path: Path) -> None:
    for hour, body in enumerate((OLD, b"<p>Wall</p>", NEW)):
        number = store.record_capture(fetched(body, at=START + hour * HOUR))
    change = recorded(store, number, told(digest(b"<p>Wall</p>"), digest(NEW), digest(OLD)))
    folder = unpacked(store, change, tmp_path)
    assert (folder / "before/page.html").read_bytes() == b"<p>Wall</p>"
    assert (folder / "compared-with/page.html").read_bytes() == OLD


def test_a_first_record_has_no_side_before(store: Store, tmp_path: Path) -> None:
    number = store.record_capture(fetched(NEW))
    folder = unpacked(store, recorded(store, number, told(None, digest(NEW))), tmp_path)
    assert not (folder / "before").exists()
    assert failing(folder) == []


def test_words_of_strangers_stay_words(store: Store, tmp_path: Path) -> None:
    """A header cannot add a line to what is told of it, nor steer a terminal."""
    headers = (("Server", "x\x1b[2J"), ("X-A", "a\r\nStatus:        200"))
    number = store.record_capture(fetched(NEW, headers=headers))
    folder = unpacked(store, recorded(store, number, told(None, digest(NEW))), tmp_path)
    about = (folder / "after/about.txt").read_text()
    assert "\x1b" not in about
    assert about.count("\nStatus:") == 1


def test_a_change_that_is_not_there_and_a_body_that_was_let_go_are_errors(store: Store, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="there is no change 7"):
        write_dossier(store, 7, tmp_path / "dossier.zip")
    store.record_capture(fetched(OLD))
    number = store.record_capture(fetched(NEW, at=START + 40 * HOUR))
    change = recorded(store, number, told(digest(OLD), digest(NEW)))
    store.expire(START + HOUR, START + 50 * HOUR, clock="system", tool="tracker 0")
    with pytest.raises(StoreError, match="a retention rule let its bytes go"):
        write_dossier(store, change, tmp_path / "dossier.zip")
    assert list(tmp_path.glob("dossier*")) == []
