"""Reads WARC files of any make, plain or compressed: records one after the other, and the HTTP messages in them.

Strict where guessing would turn half a page into a whole one: a file or a chunk that is cut off, a length that is none.
"""

from __future__ import annotations

import re
import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tracker.errors import SourceError
from tracker.net.decode import codings, decoded
from tracker.net.outcome import FailureKind, Trouble

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import BinaryIO

MOST_RECORDS = 2_000_000
_BLOCK = 65_536
_LONGEST_LINE = 65_536
_MOST_FIELDS = 500
_GZIP = b"\x1f\x8b"
_FIRST = re.compile(rb"WARC/\d+\.\d+\s*")
_STATUS = re.compile(rb"HTTP/\d(?:\.\d)? (\d{3})(?: |$)")
_CHUNK = re.compile(rb"(?:\r?\n)?([0-9A-Fa-f]{1,8})[ \t]*(?:;[^\r\n]*)?\r?\n")
_PLACE = re.compile(r"(\d+)\+(\d+)")


class Stream:
    """The bytes of a file, uncompressed where they are compressed, from a place in it on."""

    def __init__(self, file: BinaryIO, name: str, place: str = "0+0") -> None:
        found = _PLACE.fullmatch(place)
        if found is None:
            raise SourceError(f"{name}: {place!r} is no place in it")
        self._file, self._name = file, name
        file.seek(0)
        self._is_packed = file.read(2) == _GZIP
        file.seek(int(found[1]))
        self._packed = self._buffer = b""
        self._unpacking: zlib._Decompress | None = None
        self._start = int(found[1])  # of the gzip member, or of where reading began
        self._given = 0  # bytes given since
        self.skip(int(found[2]))

    @property
    def place(self) -> str:
        """Where the next byte stands: the start of its gzip member, and how far behind it."""
        self._fill()
        return f"{self._start}+{self._given}" if self._is_packed else f"{self._start + self._given}+0"

    def some(self, most: int) -> bytes:
        """Give the next bytes, at least one and at most so many; none at the end."""
        self._fill()
        part, self._buffer = self._buffer[:most], self._buffer[most:]
        self._given += len(part)
        return part

    def skip(self, count: int) -> None:
        """Pass over bytes; SourceError where there are not so many."""
        while count:
            part = self.some(min(count, _BLOCK))
            if not part:
                raise SourceError(f"{self._name}: ends in the middle of a record: the file is cut off")
            count -= len(part)

    def line(self) -> bytes:
        """Give the next line with its end; nothing at the end of the file."""
        line = b""
        while part := self.some(self._to_line_end()):
            line += part
            if line.endswith(b"\n"):
                break
            if len(line) > _LONGEST_LINE:
                raise SourceError(f"{self._name}: a line of more than {_LONGEST_LINE} bytes: this is no WARC file")
        return line

    def _to_line_end(self) -> int:
        self._fill()
        return self._buffer.find(b"\n") + 1 or max(1, len(self._buffer))

    def _fill(self) -> None:
        """Have something at hand, unless the file is at its end."""
        try:
            while not self._buffer and self._fill_once():
                pass
        except zlib.error as wrong:
            raise SourceError(f"{self._name}: its compression is broken: {wrong}") from wrong
        except OSError as wrong:
            raise SourceError(f"{self._name}: cannot be read: {wrong.strerror}") from wrong

    def _fill_once(self) -> bool:
        if not self._is_packed:
            self._buffer = self._file.read(_BLOCK)
            return bool(self._buffer)
        self._packed = self._packed or self._file.read(_BLOCK)
        if self._unpacking is None:
            if not self._packed:
                return False
            self._start, self._given = self._file.tell() - len(self._packed), 0
            self._unpacking = zlib.decompressobj(16 + zlib.MAX_WBITS)
        is_last = not self._packed
        self._buffer = self._unpacking.decompress(self._packed, _BLOCK)
        self._packed = self._unpacking.unconsumed_tail
        if self._unpacking.eof:
            self._packed, self._unpacking = self._unpacking.unused_data, None
        elif is_last and not self._buffer:
            raise SourceError(f"{self._name}: ends in the middle of a gzip member: the file is cut off")
        return True


@dataclass(slots=True)
class Block:
    """A record: its named fields, and its block as far as somebody reads it."""

    place: str
    fields: Mapping[str, str]  # by lower-case name
    left: int  # bytes of the block that nobody has read
    _stream: Stream

    @property
    def type(self) -> str:
        """What kind of record it is."""
        return self.fields.get("warc-type", "").lower()

    def read(self, most: int) -> bytes:
        """Read on, so many bytes or up to the end of the block."""
        parts = []
        wanted = min(most, self.left)
        while wanted:
            part = self._stream.some(wanted)
            if not part:
                self._stream.skip(1)  # says what is wrong
            wanted -= len(part)
            self.left -= len(part)
            parts.append(part)
        return b"".join(parts)

    def rest(self) -> None:
        """Pass over what nobody has read."""
        self._stream.skip(self.left)
        self.left = 0


def blocks(stream: Stream, name: str) -> Iterator[Block]:
    """Give the records from where the stream stands; the block of one has to be read before the next is asked for."""
    for _ in range(MOST_RECORDS):
        place = stream.place
        line = stream.line()
        while line and not line.strip():
            place, line = stream.place, stream.line()
        if not line:
            return
        if not _FIRST.fullmatch(line):
            raise SourceError(f"{name}: no WARC record begins at {place}, where one should: {line[:40]!r}")
        fields = _fields(stream, name, place)
        length = fields.get("content-length", "")
        if not re.fullmatch(r"[0-9]{1,15}", length):
            raise SourceError(f"{name}: the record at {place} does not say how long it is")
        block = Block(place, fields, int(length), stream)
        yield block
        block.rest()
    raise SourceError(f"{name}: more than {MOST_RECORDS} records; cut the file into smaller ones")


def _fields(stream: Stream, name: str, place: str) -> dict[str, str]:
    """Read the named fields of a record; of those that are repeated the first counts."""
    fields: dict[str, str] = {}
    last = ""
    for _ in range(_MOST_FIELDS):
        line = stream.line()
        if not line.endswith(b"\n"):
            break
        text = line.decode("utf-8", "replace").rstrip("\r\n")
        if not text:
            return fields
        if text[0] in " \t" and last:
            fields[last] += " " + text.strip()
            continue
        key, _, value = text.partition(":")
        last = key.strip().lower()
        fields.setdefault(last, value.strip())
    raise SourceError(f"{name}: the head of the record at {place} does not end")


@dataclass(frozen=True, slots=True)
class Message:
    """An answer as it stands in a record."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes  # as it came over the wire, or as far as it was read

    def header(self, name: str) -> str | None:
        """Give the value of a header; of repeated ones the first."""
        return next((value for key, value in self.headers if key.lower() == name), None)


def message(block: bytes) -> Message | None:
    """Read an HTTP answer, or its beginning; None where it is none."""
    head, end, body = block.partition(b"\r\n\r\n")
    if not end:
        head, end, body = block.partition(b"\n\n")
    first, *lines = head.replace(b"\r\n", b"\n").split(b"\n")
    found = _STATUS.match(first)
    if found is None or not end:
        return None
    pairs = (line.decode("latin-1").partition(":") for line in lines if b":" in line)
    return Message(int(found[1]), tuple((name.strip(), value.strip()) for name, _, value in pairs), body)


def content(told: Message, most: int) -> bytes:
    """Give what a server meant to say: without chunks and content codings, never more than `most` bytes.

    Some programs write bodies already decoded and leave the headers as they were: then there is nothing to undo.

    Raises:
        Trouble: the body is cut off, larger than that, or not what its headers say.
    """
    body = told.body
    if "chunked" in (told.header("transfer-encoding") or "").lower() and _CHUNK.match(body):
        body = _unchunked(body)
    try:
        return decoded(body, codings(told.header("content-encoding")), most)
    except Trouble as trouble:
        if trouble.kind is not FailureKind.TOO_LARGE and body.lstrip()[:1] == b"<":
            return body
        raise


def _unchunked(body: bytes) -> bytes:
    parts: list[bytes] = []
    at = 0
    while found := _CHUNK.match(body, at):
        size, at = int(found[1], 16), found.end()
        if not size:
            return b"".join(parts)
        if at + size > len(body):
            break
        parts.append(body[at : at + size])
        at += size
    raise Trouble(FailureKind.TRUNCATED, "a chunk is cut off")
