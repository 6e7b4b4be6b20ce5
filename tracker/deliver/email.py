"""Mail over SMTP: one conversation for one mail to one recipient, encrypted, and over within its time.

The relay is the user's own, so that it may be in a private network: it alone, by the name and port of the
configuration, and through the same door as every other connection. What the server answers to the end of the data
decides; what comes after that changes nothing. Nothing is ever sent over a weaker line than was asked for.
"""

from __future__ import annotations

import re
import smtplib
import ssl
from contextlib import suppress
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Literal

from tracker.deliver.mail_message import read_address, takes_utf8
from tracker.deliver.outcome import Failed, Sent
from tracker.errors import UsageError
from tracker.net.address import allow_list
from tracker.net.deadline import Deadline
from tracker.net.guard import Door, look_up
from tracker.net.outcome import Trouble
from tracker.net.session import verified_tls

if TYPE_CHECKING:
    import socket

    from tracker.deliver.outcome import Letter

SECONDS = 60.0  # for the whole conversation
_FIRST_DOT = re.compile(rb"^\.", re.MULTILINE)
_LONGEST = 300  # characters of an answer that are kept
_SHORT = 30  # what part of the time of a conversation is waited for the answer to its end
_SHUTTING_DOWN = 421  # wherever it comes, it is about the server


@dataclass(frozen=True, slots=True)
class Relay:
    """The server that takes our mail."""

    host: str
    port: int
    sender: str
    security: Literal["starttls", "tls", "none"] = "starttls"
    user: str | None = None
    password: str | None = field(default=None, repr=False)
    authorities: str | None = None
    seconds: float = SECONDS


class Stage(StrEnum):
    """How far a conversation has come."""

    CONNECT = "connecting"
    BANNER = "the greeting"
    EHLO = "EHLO"
    STARTTLS = "STARTTLS"
    TLS = "the TLS handshake"
    SECOND_EHLO = "EHLO behind TLS"
    AUTH = "the login"
    MAIL = "MAIL FROM"
    RCPT = "RCPT TO"
    DATA = "DATA"
    BODY = "the message"
    DOT = "the end of the message"


_OF_CHANNEL = frozenset(
    {Stage.CONNECT, Stage.BANNER, Stage.EHLO, Stage.STARTTLS, Stage.TLS, Stage.SECOND_EHLO, Stage.AUTH}
)


class _Refused(Exception):
    """The server said no, or offers no way that we may take."""

    def __init__(self, code: int | None, answer: bytes | str, *, for_good: bool = False) -> None:
        super().__init__(answer)
        self.code = code if code is None or code > 0 else None  # the library says -1 where an answer has no number
        self.for_good = for_good or (code is not None and 500 <= code < 600)
        text = answer.decode("utf-8", "replace") if isinstance(answer, bytes) else answer
        self.answer = " ".join(text.split())[:_LONGEST]


def send(relay: Relay, letter: Letter) -> Sent | Failed:
    """Hand one mail to the relay; never raises for what a server or network does."""
    conversation = None
    with Deadline(relay.seconds) as deadline:
        try:
            conversation = _Conversation(relay, deadline)
            code, answer = conversation.hold(letter)
        except (_Refused, Trouble, OSError, ValueError, UsageError, smtplib.SMTPException) as wrong:
            return _failure(relay, conversation, wrong, deadline)
        finally:
            if conversation is not None:
                conversation.leave()
    return Sent(f"{code} {answer}", code, tuple(conversation.steps))


class _Conversation(smtplib.SMTP):
    """One conversation, stage by stage."""

    def __init__(self, relay: Relay, deadline: Deadline) -> None:
        self.relay, self.deadline = relay, deadline
        self.stage = Stage.CONNECT
        self.steps: list[str] = []
        self.is_out = False  # the whole message was sent, to its last dot
        name = read_address(relay.sender).domain
        super().__init__(local_hostname=name, timeout=relay.seconds)
        self._host = relay.host  # what the certificate has to be for; the library sets it only where it connects itself
        self._tls = None if relay.security == "none" else verified_tls(relay.authorities)

    def hold(self, letter: Letter) -> tuple[int, str]:
        """Go through all stages; gives the answer to the message."""
        sender, to = read_address(self.relay.sender), read_address(letter.recipient)
        self._expect(self.connect(self.relay.host, self.relay.port))
        self._greet(Stage.EHLO)
        if self.relay.security == "starttls":
            self._start_tls()
        self._log_in()
        self.stage = Stage.MAIL
        options = [f"SIZE={len(letter.payload)}"] if self.has_extn("size") else []
        if takes_utf8(sender, to):
            if not self.has_extn("smtputf8"):
                raise _Refused(None, f"the server knows no SMTPUTF8 and takes no {to.addr_spec}", for_good=True)
            options.append("SMTPUTF8")
            self.command_encoding = "utf-8"
        self._expect(self._say("MAIL", f"FROM:<{sender.addr_spec}>", *options))
        self.stage = Stage.RCPT
        self._expect(self._say("RCPT", f"TO:<{to.addr_spec}>"))
        self.steps.append(f"recipient {to.addr_spec} accepted")
        return self._message(letter.payload)

    def _get_socket(self, host: str, port: int, timeout: float) -> socket.socket:
        """Connect through the door, which knows the deadline and judges where the name leads."""
        del timeout
        name = f"[{host}]" if ":" in host else host
        door = Door(allow_list((f"{name}:{port}",)), look_up, self.deadline)
        line = door.open(host, port)
        self.steps.append(f"connected to {door.peer} port {port}")
        if self.relay.security == "tls" and self._tls is not None:
            self.stage = Stage.TLS
            line = self._tls.wrap_socket(line, server_hostname=host)
            self._note_tls(line)
        self.stage = Stage.BANNER
        return line

    def _greet(self, stage: Stage) -> None:
        self.stage = stage
        self._expect(self.ehlo())

    def _start_tls(self) -> None:
        self.stage = Stage.STARTTLS
        if not self.has_extn("starttls"):
            raise _Refused(None, "the server offers no STARTTLS, and nothing is sent without")
        self._expect(self._say("STARTTLS"))
        self.stage = Stage.TLS
        assert self.sock is not None and self._tls is not None  # noqa: S101, PT018  it has just answered, and we are here
        self.sock = self._tls.wrap_socket(self.sock, server_hostname=self._host)
        # What was said before counts no more, be it read already or not.
        self.file = None
        self.esmtp_features, self.does_esmtp = {}, False
        self._note_tls(self.sock)
        self._greet(Stage.SECOND_EHLO)

    def _note_tls(self, line: socket.socket) -> None:
        if isinstance(line, ssl.SSLSocket):
            self.steps.append(f"encrypted by {line.version()}, the certificate is that of {self._host}")

    def _log_in(self) -> None:
        if self.relay.user is None or self.relay.password is None:
            return
        self.stage = Stage.AUTH
        try:
            self.login(self.relay.user, self.relay.password)
        except smtplib.SMTPResponseException as no:
            raise _Refused(no.smtp_code, no.smtp_error) from no
        except (smtplib.SMTPNotSupportedError, UnicodeError) as no:
            raise _Refused(None, "the server offers no login that we know, or the password is not ASCII") from no
        self.steps.append(f"logged in as {self.relay.user}")

    def _message(self, payload: bytes) -> tuple[int, str]:
        self.stage = Stage.DATA
        self._expect(self._say("DATA"), 3)
        self.stage = Stage.BODY
        body = _FIRST_DOT.sub(b"..", payload)
        self.send(body if body.endswith(b"\r\n") else body + b"\r\n")
        self.stage = Stage.DOT
        self.send(b".\r\n")
        self.is_out = True
        code, answer = self.getreply()
        self._expect((code, answer))
        text = " ".join(answer.decode("utf-8", "replace").split())[:_LONGEST]
        self.steps.append(f"message accepted: {code} {text}")
        return code, text

    def _say(self, command: str, *arguments: str) -> tuple[int, bytes]:
        self.putcmd(command, " ".join(arguments))
        return self.getreply()

    def _expect(self, answer: tuple[int, bytes], kind: int = 2) -> None:
        """Go on where the first digit of the answer is the right one."""
        if answer[0] // 100 != kind:
            raise _Refused(*answer)

    def leave(self) -> None:
        """Say goodbye where there is still somebody, and close; what is answered to that is of no matter."""
        with suppress(OSError, smtplib.SMTPException, ValueError):
            if self.sock is not None:
                self.sock.settimeout(self.relay.seconds / _SHORT)
                self.putcmd("QUIT")
                self.getreply()
        self.close()


def _failure(relay: Relay, conversation: _Conversation | None, wrong: Exception, deadline: Deadline) -> Failed:
    stage = Stage.CONNECT if conversation is None else conversation.stage
    code = wrong.code if isinstance(wrong, _Refused) else None
    return Failed(
        f"{relay.host}: {stage}: {_why(wrong, deadline)}",
        code,
        is_permanent=_is_permanent(wrong),
        is_of_channel=stage in _OF_CHANNEL or code == _SHUTTING_DOWN,
        may_have_arrived=conversation is not None and conversation.is_out and code is None,
        is_told_apart=False,  # many mailboxes show a mail twice, whatever its Message-ID
        steps=() if conversation is None else tuple(conversation.steps),
    )


def _is_permanent(wrong: Exception) -> bool:
    """Tell whether it would fail the same way again: a refusal for good, or something that is wrong with the mail."""
    if isinstance(wrong, _Refused):
        return wrong.for_good
    return isinstance(wrong, (ValueError, UsageError)) and not isinstance(wrong, OSError)  # bad certificates are both


def _why(wrong: Exception, deadline: Deadline) -> str:
    if isinstance(wrong, _Refused):
        return wrong.answer if wrong.code is None else f"{wrong.code} {wrong.answer}"
    try:
        deadline.check()
    except Trouble:
        return "no answer in time"
    if isinstance(wrong, ssl.SSLError):
        return f"TLS: {getattr(wrong, 'verify_message', '') or wrong.reason or wrong}"
    return str(wrong) or type(wrong).__name__
