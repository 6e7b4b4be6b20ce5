"""Chat and push services by Apprise (extra `apprise`), for whoever has no mail and no webhook receiver.

Apprise speaks to them by itself: not through our gate, with its own time-outs, and says no more than yes or no. It is
given one minute; a plug-in that takes longer is left to itself.
"""

from __future__ import annotations

import threading
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, cast

import msgspec

from tracker.deliver.outcome import Failed, Sent

if TYPE_CHECKING:
    from collections.abc import Callable

    from tracker.deliver.outcome import Letter

SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class Service:
    """A service by its Apprise address, which holds its secrets."""

    url: str = field(repr=False)
    seconds: float = SECONDS


class Note(msgspec.Struct, frozen=True):
    """What is sent: a title and Markdown."""

    title: str
    body: str


def note(title: str, body: str) -> bytes:
    """Give a message as the outbox keeps it."""
    return msgspec.json.encode(Note(title, body))


def send(service: Service, letter: Letter) -> Sent | Failed:
    """Hand one message to Apprise."""
    try:
        import apprise  # noqa: PLC0415  an extra
    except ModuleNotFoundError:
        return Failed("this takes Apprise: pip install 'policy-tracker[apprise]'", is_of_channel=True)
    told = msgspec.json.decode(letter.payload, type=Note)
    # The library says nothing of the types we need.
    way = cast("Any", apprise).Apprise()
    if not way.add(service.url):
        return Failed("Apprise knows no such address", is_of_channel=True)
    answer = _in_time(
        lambda: bool(way.notify(title=told.title, body=told.body, body_format="markdown")), service.seconds
    )
    if answer is None:
        return Failed("no answer in time", is_of_channel=True, may_have_arrived=True, is_told_apart=False)
    return Sent("taken") if answer else Failed("the service did not take it", is_of_channel=True)


def _in_time(notify: Callable[[], bool], seconds: float) -> bool | None:
    """Call a plug-in in a thread that can be abandoned; None where it takes too long."""
    answer: Future[bool] = Future()

    def call() -> None:
        try:
            answer.set_result(notify())
        except Exception:  # noqa: BLE001  plug-ins are others' code; what they raise is a no
            answer.set_result(False)

    threading.Thread(target=call, daemon=True, name="apprise").start()
    try:
        return answer.result(seconds)
    except TimeoutError:
        return None
