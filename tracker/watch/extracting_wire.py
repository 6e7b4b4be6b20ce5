"""What the process that reads pages and the one that asks it say to each other: frames of MessagePack, checked.

Both sides decode into the types given here and nothing else, so that a process taken over by a page can lie about a
text and no more.
"""

from __future__ import annotations

from datetime import datetime  # noqa: TC003  decoding asks for it
from typing import BinaryIO, TypeVar

import msgspec

from tracker.model import Cause, Format, Part, Record
from tracker.text.declaration import Page  # noqa: TC001  decoding asks for it

Message = TypeVar("Message")

_LENGTH = 4  # bytes before each frame
_encode = msgspec.msgpack.Encoder().encode


class Orders(msgspec.Struct, frozen=True):
    """What a new process is to do, and within which limits."""

    reads: str  # "package.module:function"
    memory: int
    processor_seconds: int
    pages: int


class Ready(msgspec.Struct, frozen=True):
    """A process is ready, or says why it is not."""

    not_limited: tuple[str, ...] = ()
    trouble: str | None = None


class Asked(msgspec.Struct, frozen=True):
    """A record to read and what of its pages is the document."""

    service: str
    document: str
    at: datetime
    id: str
    source: str | None
    format: Format
    body: bytes
    recorded_as: Cause
    charset: str | None
    more: tuple[Part, ...]
    is_trusted: bool
    pages: tuple[Page, ...]

    @classmethod
    def of(cls, record: Record, pages: tuple[Page, ...]) -> Asked:
        """Ask for a record."""
        return cls(
            record.service,
            record.document,
            record.at,
            record.id,
            record.source,
            record.format,
            record.body,
            record.recorded_as,
            record.charset,
            record.more,
            record.is_trusted,
            pages,
        )

    def record(self) -> Record:
        """Give the record asked for."""
        return Record(
            self.service,
            self.document,
            self.at,
            self.id,
            self.source,
            self.format,
            self.body,
            self.recorded_as,
            self.charset,
            self.more,
            self.is_trusted,
        )


class Refusal(msgspec.Struct, frozen=True):
    """Why there is no text: the name of an error of ours with its words, or what befell the process."""

    kind: str
    words: str


class Answer(msgspec.Struct, frozen=True):
    """The text of a record, or why there is none."""

    text: str = ""
    refusal: Refusal | None = None
    is_last: bool = False  # the process ends now: it read its share of pages, or grew


class TooLarge(Exception):
    """A frame is larger than its reader takes."""


def framed(message: object) -> bytes:
    """Give a message as it goes over the wire."""
    body = _encode(message)
    return len(body).to_bytes(_LENGTH, "big") + body


def receive(wire: BinaryIO, kind: type[Message], most: int | None = None) -> Message:
    """Wait for a message of a kind.

    Raises:
        EOFError: the other side is gone.
        TooLarge: the message has more than `most` bytes; it is left unread.
        msgspec.MsgspecError: what came is no such message.
    """
    length = int.from_bytes(_exactly(wire, _LENGTH), "big")
    if most is not None and length > most:
        raise TooLarge
    return msgspec.msgpack.decode(_exactly(wire, length), type=kind)


def _exactly(wire: BinaryIO, count: int) -> bytes:
    found = wire.read(count)
    if len(found) < count:
        raise EOFError
    return found
