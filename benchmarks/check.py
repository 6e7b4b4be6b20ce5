"""What a check costs, in CPU time and memory, beside urlwatch and webchanges on the same pages.

    python benchmarks/check.py [--documents 300] [--many 3000] [--peers FOLDER]

A server on loopback gives pages from 30 hosts (`check_pages.py`). Every round that is measured runs in a process of its
own; ours in `check_round.py`. FOLDER is where the commands of the others are, where not beside this Python.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import requests
from check_pages import addresses, move, served

if TYPE_CHECKING:
    from collections.abc import Sequence

KINDS = ("new", "unchanged", "changed", "rendered anew")
MOVED = {"changed": "step"}
OURS = Path(__file__).with_name("check_round.py")


class Spent(NamedTuple):
    """What something took."""

    seconds: float  # of the processor
    megabytes: float  # of the largest process, at its peak
    told: str = ""


class Peer(NamedTuple):
    """Another program, and how it is told where its files are."""

    name: str
    files: tuple[str, ...]


PEERS = (
    Peer("urlwatch", ("--urls=jobs.yaml", "--config=config.yaml", "--cache=cache.db", "--hooks=hooks.py")),
    Peer("webchanges", ("--jobs=jobs.yaml", "--config=config.yaml", "--database=cache.db", "--hooks=hooks.py")),
)


def main() -> None:
    """Measure everything and print it."""
    read = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    read.add_argument("--documents", type=int, default=300)
    read.add_argument("--many", type=int, default=3000, help="documents of the rounds whose memory is looked at")
    read.add_argument("--peers", type=Path, default=Path(sys.executable).parent)
    asked = read.parse_args()
    print("| | ms CPU a page | pages a CPU second | MB at peak | bytes a page |\n|---|---:|---:|---:|---:|")
    with served() as ports, tempfile.TemporaryDirectory() as folder:
        mine = {}
        for kind in KINDS:
            mine[kind], grown = ours(kind, Path(folder), ports, asked.documents)
            row(f"ours, {kind}", mine[kind], asked.documents, f"{grown:.0f}")
        for peer in PEERS:
            program = shutil.which(peer.name, path=str(asked.peers))
            if program is None:
                print(f"| {peer.name}: skipped, {asked.peers} has no such command | | | | |")
                continue
            for kind, spent in peer_rounds(peer, program, ports, asked.documents).items():
                times = spent.seconds / mine[kind].seconds
                row(f"{peer.name}, {kind} ({times:.2f} times ours)", spent, asked.documents)
        row("a bare request", bare(addresses(ports, asked.documents)), asked.documents)
    with served() as ports, tempfile.TemporaryDirectory() as folder:
        for kind in ("new", "unchanged"):
            row(f"ours, {asked.many:,} documents, {kind}", ours(kind, Path(folder), ports, asked.many)[0], asked.many)


def ours(kind: str, folder: Path, ports: Sequence[int], documents: int) -> tuple[Spent, float]:
    """Measure one round; gives what it took and by how many bytes a page the archive grew."""
    ran = run([sys.executable, str(OURS), kind, str(folder), json.dumps(ports), str(documents)], folder)
    told = json.loads(ran.told)
    return Spent(told["seconds"], ran.megabytes), told["bytes"]


def peer_rounds(peer: Peer, program: str, ports: Sequence[int], documents: int) -> dict[str, Spent]:
    """Measure rounds of a peer; what a round of one page takes, starting above all, is left out."""
    found = {}
    with tempfile.TemporaryDirectory() as few, tempfile.TemporaryDirectory() as many:
        write_jobs(Path(few), addresses(ports, 1))
        write_jobs(Path(many), addresses(ports, documents))
        for kind in ("new", "unchanged", "changed"):
            move(ports, MOVED.get(kind, ""))
            one, whole = (run([program, *peer.files], Path(home)) for home in (few, many))
            changed = whole.told.count("CHANGED: ") // 2  # named in a list, and above each difference
            if changed != (documents if kind == "changed" else 0):
                raise SystemExit(f"{peer.name}: {changed} of {documents} pages have changed in the round {kind!r}")
            found[kind] = Spent((whole.seconds - one.seconds) * documents / (documents - 1), whole.megabytes)
    return found


def write_jobs(home: Path, pages: Sequence[str]) -> None:
    """Write what a peer reads: the same part of each page, as text."""
    jobs = (f"url: {url}\nname: Terms {n}\nfilter:\n  - css: main\n  - html2text\n" for n, url in enumerate(pages))
    (home / "jobs.yaml").write_text("---\n".join(jobs), encoding="ascii")
    (home / "config.yaml").write_text(
        "report: {stdout: {enabled: true, color: false}, text: {details: true}}\n", encoding="ascii"
    )
    (home / "hooks.py").touch()


def run(command: Sequence[str], home: Path) -> Spent:
    """Run a command to its end."""
    with tempfile.TemporaryFile("w+", encoding="utf-8") as told:
        started = subprocess.Popen(command, stdout=told, env={**os.environ, "HOME": str(home)}, cwd=home)
        _, status, used = os.wait4(started.pid, 0)
        started.returncode = os.waitstatus_to_exitcode(status)
        told.seek(0)
        if started.returncode:
            raise SystemExit(f"{command[0]} ended with {started.returncode}: {told.read()[-2000:]}")
        return Spent(used.ru_utime + used.ru_stime, used.ru_maxrss / 1024, told.read())


def bare(pages: Sequence[str]) -> Spent:
    """Ask for pages with nothing behind it."""
    requests.get(pages[0], timeout=10)
    began = time.process_time()
    for url in pages:
        requests.get(url, timeout=10)
    return Spent(time.process_time() - began, 0.0)


def row(name: str, spent: Spent, pages: int, grown: str = "") -> None:
    """Print a line of the table."""
    memory = f"{spent.megabytes:.0f}" if spent.megabytes else ""
    print(f"| {name} | {spent.seconds / pages * 1000:.2f} | {pages / spent.seconds:.0f} | {memory} | {grown} |")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
