"""A mail server on loopback that goes wrong exactly where a test says, and keeps what it took."""

from __future__ import annotations

import contextlib
import socket
import struct
import threading
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import ssl
    from collections.abc import Iterator


class At(StrEnum):
    CONNECT = "connect"
    BANNER = "banner"
    EHLO = "EHLO"
    STARTTLS = "STARTTLS"
    TLS = "TLS"
    SECOND_EHLO = "second EHLO"
    AUTH = "AUTH"
    MAIL = "MAIL"
    RCPT = "RCPT"
    DATA = "DATA"
    BODY = "body"
    DOT = "final dot"
    QUIT = "QUIT"


class Fault(StrEnum):
    LATER = "4xx"
    NEVER = "5xx"
    DROPPED = "dropped"
    SILENT = "silent"


CODES = {Fault.LATER: "451 try later", Fault.NEVER: "554 never"}


class Gone(Exception):
    """The visit is over."""


@dataclass
class Plan:
    """What goes wrong; with `times` given, so many times only."""

    at: At | None = None
    fault: Fault = Fault.LATER
    times: int | None = None
    tls: bool = True
    auth: bool = True
    utf8: bool = False


class ScriptedSmtp:
    """Listens while it is entered."""

    def __init__(self, plan: Plan, tls: ssl.SSLContext | None, *, implicit: bool = False) -> None:
        self.plan, self.taken, self.said = plan, list[bytes](), list[str]()
        self.visits = 0
        self.over = threading.Event()
        self._tls, self._implicit = tls, implicit
        self._lines: set[socket.socket] = set()
        self._threads: list[threading.Thread] = []
        self._listening = socket.create_server(("127.0.0.1", 0), backlog=0 if self._is_deaf() else 16)
        if plan.at is At.BODY and plan.fault not in CODES:  # so that a large message stands still on its way
            self._listening.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        self.port = int(self._listening.getsockname()[1])
        if plan.at is At.CONNECT and plan.fault is Fault.DROPPED:
            self._refuse()
        if self._is_deaf():
            self._deafen()

    def _is_deaf(self) -> bool:
        return self.plan.at is At.CONNECT and self.plan.fault is Fault.SILENT and self.plan.times != 0

    def _refuse(self) -> None:
        """Let nobody in: the port is bound, and nothing listens at it."""
        self._listening.close()
        self._listening = socket.socket()
        self._listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self._listening.bind(("127.0.0.1", self.port))

    def _deafen(self) -> None:
        """Fill the queue, so that the next one who knocks is not even heard."""
        for _ in range(4):
            knocking = socket.socket()
            knocking.settimeout(0)
            knocking.connect_ex(("127.0.0.1", self.port))
            self._lines.add(knocking)

    def mend(self) -> None:
        """Go wrong no more."""
        if self.plan.at is At.CONNECT and self.plan.fault in {Fault.DROPPED, Fault.SILENT}:
            self._let_go()
            self._listening.close()
            self._listening = socket.create_server(("127.0.0.1", self.port), backlog=16)
            self._start()
        else:
            self._listening.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 20)
        self.plan = Plan(tls=self.plan.tls, auth=self.plan.auth, utf8=self.plan.utf8)

    def __enter__(self) -> ScriptedSmtp:
        if not (self.plan.at is At.CONNECT and self.plan.fault in {Fault.DROPPED, Fault.SILENT}):
            self._start()
        return self

    def _start(self) -> None:
        thread = threading.Thread(target=self._accept, daemon=True)
        self._threads.append(thread)
        thread.start()

    def __exit__(self, *_: object) -> None:
        self.over.set()
        with contextlib.suppress(OSError):
            self._listening.shutdown(socket.SHUT_RDWR)
        self._listening.close()
        self._let_go()
        for thread in self._threads:
            thread.join(5)

    def _let_go(self) -> None:
        for line in tuple(self._lines):
            with contextlib.suppress(OSError):
                line.shutdown(socket.SHUT_RDWR)
            line.close()
        self._lines.clear()

    def _accept(self) -> None:
        while True:
            try:
                line, _ = self._listening.accept()
            except OSError:
                return
            self.visits += 1
            self._lines.add(line)
            thread = threading.Thread(target=self._visit, args=(line,), daemon=True)
            self._threads.append(thread)
            thread.start()

    def _visit(self, line: socket.socket) -> None:
        visit = _Visit(self, line)
        with contextlib.suppress(OSError, Gone):
            visit.go()
        visit.line.close()


class _Visit:
    def __init__(self, server: ScriptedSmtp, line: socket.socket) -> None:
        self.server, self.line, self.plan = server, line, server.plan
        self.read = b""

    def go(self) -> None:
        if self.server._implicit:
            self.encrypt()
        self.reach(At.CONNECT)
        self.reach(At.BANNER)
        self.say("220 scripted")
        for command in self.commands():
            self.server.said.append(command)
            name = command.split()[0].upper()
            getattr(self, f"on_{name.lower()}")()
            if name == "QUIT":
                return

    def on_ehlo(self) -> None:
        is_second = hasattr(self.line, "cipher") and not self.server._implicit
        self.reach(At.SECOND_EHLO if is_second else At.EHLO)
        encrypted = hasattr(self.line, "cipher")
        offers = ["STARTTLS"] if self.plan.tls and not encrypted else []
        offers += ["AUTH PLAIN"] if self.plan.auth else []
        offers += ["SMTPUTF8"] if self.plan.utf8 else []
        for offer in ["scripted", *offers]:
            self.say(f"250-{offer}")
        self.say("250 SIZE 100000000")

    def on_starttls(self) -> None:
        self.reach(At.STARTTLS)
        self.say("220 go on")
        self.reach(At.TLS)
        self.encrypt()

    def encrypt(self) -> None:
        assert self.server._tls is not None
        self.line = self.server._tls.wrap_socket(self.line, server_side=True)
        self.server._lines.add(self.line)

    def on_auth(self) -> None:
        self.reach(At.AUTH)
        self.say("235 welcome")

    def on_mail(self) -> None:
        self.reach(At.MAIL)
        self.say("250 fine")

    def on_rcpt(self) -> None:
        self.reach(At.RCPT)
        self.say("250 fine")

    def on_data(self) -> None:
        self.reach(At.DATA)
        self.say("354 go on")
        self.reach(At.BODY)
        while b"\r\n.\r\n" not in self.read:
            self.more()
        body, _, self.read = self.read.partition(b"\r\n.\r\n")
        if not (self.plan.at is At.BODY and self.is_wrong):  # its answer was given before
            fault = self.plan.fault if self.plan.at is At.DOT else None
            if fault not in CODES or self.plan.times == 0:
                self.server.taken.append(body.replace(b"\r\n..", b"\r\n.") + b"\r\n")
            self.reach(At.DOT)
            self.say("250 queued")

    def on_quit(self) -> None:
        self.reach(At.QUIT)
        self.say("221 bye")

    is_wrong = False

    def reach(self, at: At) -> None:
        """Go wrong here, where the plan says so."""
        plan = self.plan
        if plan.at is not at or plan.times == 0:
            return
        plan.times = None if plan.times is None else plan.times - 1
        self.is_wrong = True
        if plan.fault in CODES:
            self.say(CODES[plan.fault])
            if at is not At.BODY:
                self.wait()
        elif plan.fault is Fault.SILENT:
            self.silent()
        else:
            if at is At.TLS:
                self.line.recv(1)
            self.line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            raise Gone

    def wait(self) -> None:
        """Say no more than goodbye."""
        for command in self.commands():
            self.server.said.append(command)
            self.say("221 bye")
        raise Gone

    def silent(self) -> None:
        """Neither read nor write until the other side has gone."""
        self.server.over.wait()
        raise Gone

    def say(self, text: str) -> None:
        self.line.sendall(f"{text}\r\n".encode())

    def commands(self) -> Iterator[str]:
        while True:
            while b"\r\n" not in self.read:
                self.more()
            one, _, self.read = self.read.partition(b"\r\n")
            yield one.decode("utf-8", "replace")

    def more(self) -> None:
        block = self.line.recv(65_536)
        if not block:
            raise Gone
        self.read += block
