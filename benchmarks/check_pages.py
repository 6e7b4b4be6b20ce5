"""The pages that `check.py` has checked: a server on loopback, in a process of its own, with an ETag for each page.

It answers until its input ends; a request for `/move/step` changes a sentence of every page, one for `/move/token` only
what is around the text.
"""

from __future__ import annotations

import json
import subprocess
import sys
import urllib.request
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

sys.path[:0] = [str(Path(__file__).parents[1] / folder) for folder in ("", "tests")]

from scripted_server import Asked, ScriptedServer, page  # noqa: E402
from watched import FILLER, html  # noqa: E402

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

HOSTS = 30  # that the pages are spread over
CLAUSES = tuple(f"{number}. {text}" for number in range(1, 9) for text in FILLER)


def body(step: int, token: int) -> bytes:
    """Write a page of some 12 kB of text."""
    clauses = (*CLAUSES[:60], f"We keep your number for {step + 1} months after you leave.", *CLAUSES[60:])
    return html(*clauses, extra=f"<meta name=token content={token}>")


def serve() -> None:
    """Answer; print the ports, one of each host."""
    now = {"step": 0, "token": 0}

    def script(request: Asked) -> Iterator[bytes]:
        if request.target == "/robots.txt":
            return page(b"", Content_Type="text/plain")
        if request.target.startswith("/move/"):
            now[request.target.removeprefix("/move/")] += 1
            return page(b"")
        tag = f'"{now["step"]}-{now["token"]}"'
        if request.headers.get("if-none-match") == tag:
            return iter([f"HTTP/1.1 304 Not Modified\r\nETag: {tag}\r\nConnection: close\r\n\r\n".encode()])
        return page(body(**now), Content_Type="text/html; charset=utf-8", ETag=tag, Connection="close")

    with ExitStack() as stack:
        servers = [stack.enter_context(ScriptedServer(script, f"127.0.0.{n}")) for n in range(1, HOSTS + 1)]
        print(json.dumps([server.port for server in servers]), flush=True)
        sys.stdin.read()


@contextmanager
def served() -> Iterator[list[int]]:
    """Start the server; gives its ports."""
    command = [sys.executable, __file__]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdin is not None
        assert server.stdout is not None
        yield json.loads(server.stdout.readline())
        server.stdin.close()


def hosts(ports: Sequence[int]) -> list[str]:
    """Name the hosts with their ports."""
    return [f"127.0.0.{host}:{port}" for host, port in enumerate(ports, 1)]


def addresses(ports: Sequence[int], documents: int) -> list[str]:
    """Give the addresses of the pages, hosts in turn."""
    names = hosts(ports)
    return [f"http://{names[number % len(names)]}/{number}" for number in range(documents)]


def move(ports: Sequence[int], what: str) -> None:
    """Let the pages become other ones."""
    if what:
        with urllib.request.urlopen(f"http://{hosts(ports)[0]}/move/{what}", timeout=10) as told:
            told.read()


if __name__ == "__main__":
    serve()
