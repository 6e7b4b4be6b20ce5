"""What a check costs: CPU time and bytes of archive, with pages that stay, that are rendered anew, and that change.

    python benchmarks/check.py [--documents 40] [--rounds 4]

A server on loopback gives the pages; politeness takes no time, for the clock is ours. Beside it stands what the same
requests cost with nothing behind them: a bare `requests.get`.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

import requests

ROOT = Path(__file__).parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

from scripted_server import Asked, ScriptedServer, page  # noqa: E402
from watched import FILLER, html  # noqa: E402
from watched import Watched as Service  # noqa: E402

from tracker.store.store import open_store  # noqa: E402

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

CLAUSES = tuple(f"{number}. {text}" for number in range(1, 9) for text in FILLER)


def body(step: int, token: int) -> bytes:
    """Write a page of some 12 kB of text; a step changes a sentence, a token only what is around it."""
    clauses = (*CLAUSES[:60], f"We keep your number for {step + 1} months after you leave.", *CLAUSES[60:])
    return html(*clauses, extra=f"<meta name=token content={token}>")


def main() -> None:
    """Run and print."""
    read = argparse.ArgumentParser(description=__doc__)
    read.add_argument("--documents", type=int, default=40)
    read.add_argument("--rounds", type=int, default=4)
    asked = read.parse_args()
    now = {"step": 0, "token": 0}

    def script(request: Asked) -> Iterator[bytes]:
        told = b"" if request.target == "/robots.txt" else body(now["step"], now["token"])
        return page(told, Content_Type="text/html")

    with (
        tempfile.TemporaryDirectory() as folder,
        ScriptedServer(script) as server,
        open_store(Path(folder) / "archive.sqlite") as store,
    ):
        service = Service(store, server, {})
        service.declare("Acme", **{f"Terms_{number}": (f"/{number}",) for number in range(asked.documents)})
        bare = timed(lambda: [requests.get(server.url("/1"), timeout=10) for _ in range(asked.documents)])
        print(f"bare request      {bare / asked.documents * 1000:7.2f} ms CPU, server included")
        print(f"first record      {per_check(service, asked.documents, bare):s}")
        for name, moves in (("unchanged", ()), ("rendered anew", ("token",)), ("changed", ("step", "token"))):
            total = 0.0
            size = (Path(folder) / "archive.sqlite").stat().st_size
            for _ in range(asked.rounds):
                for move in moves:
                    now[move] += 1
                total += timed(lambda: service.later(hours=13))
            count = asked.documents * asked.rounds
            grown = (Path(folder) / "archive.sqlite").stat().st_size - size
            each = total / count * 1000
            print(f"{name:17} {each:7.2f} ms CPU ({total / asked.rounds / bare:.1f} bare), {grown // count:6} bytes")


def per_check(service: Service, documents: int, bare: float) -> str:
    """Time the first round."""
    spent = timed(service.later)
    return f"{spent / documents * 1000:7.2f} ms CPU ({spent / bare:.1f} bare)"


def timed(what: Callable[[], object]) -> float:
    """Give the CPU seconds that something takes."""
    began = time.process_time()
    what()
    return time.process_time() - began


if __name__ == "__main__":
    main()
