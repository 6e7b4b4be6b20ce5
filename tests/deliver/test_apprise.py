"""Apprise with a service of our own, registered by its own decorator."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any  # Any: Apprise says nothing of its types

import pytest
from outboxes import NOON

from tracker.deliver.apprise import Service, note, send
from tracker.deliver.outcome import Failed, Letter, Sent

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")  # of what its plug-ins import
decorators = pytest.importorskip("apprise.decorators")
manager = pytest.importorskip("apprise.manager_plugins")
LETTER = Letter("u1", "", note("News of Acme", "**Acme** changes."), NOON)


class Chat:
    """A service that answers as it is told."""

    def __init__(self) -> None:
        self.heard: list[tuple[str, str]] = []
        self.answer = True
        self.may_answer = threading.Event()
        self.may_answer.set()

    def __call__(self, body: str, title: str, *_: Any, **__: Any) -> bool:
        self.may_answer.wait(10)
        if body == "a bug":
            raise KeyError(body)
        self.heard.append((title, body))
        return self.answer


@pytest.fixture
def chat() -> Iterator[Chat]:
    answering = Chat()

    @decorators.notify(on="trackerchat")  # type: ignore[untyped-decorator]  # see above
    def _(body: str, title: str, notify_type: str, *_: Any, **more: Any) -> bool:
        return answering(body, title)

    yield answering
    answering.may_answer.set()
    manager.NotificationManager().remove("trackerchat")


def test_a_message_is_handed_to_the_service(chat: Chat) -> None:
    assert send(Service("trackerchat://"), LETTER) == Sent("taken")
    assert chat.heard == [("News of Acme", "**Acme** changes.")]


def test_a_service_that_says_no_is_tried_again(chat: Chat) -> None:
    chat.answer = False
    told = send(Service("trackerchat://"), LETTER)

    assert isinstance(told, Failed)
    assert (told.is_permanent, told.is_of_channel) == (False, True)


def test_a_service_that_hangs_is_left_to_itself(chat: Chat) -> None:
    chat.may_answer.clear()
    told = send(Service("trackerchat://", seconds=0.1), LETTER)

    assert isinstance(told, Failed)
    assert (told.detail, told.may_have_arrived) == ("no answer in time", True)


def test_a_service_that_breaks_is_a_failure(chat: Chat) -> None:
    told = send(Service("trackerchat://"), Letter("u", "", note("t", "a bug"), NOON))

    assert isinstance(told, Failed)


@pytest.mark.parametrize("url", ["nosuchservice://canary", "canary"])
def test_an_address_that_apprise_does_not_know_is_a_failure_without_its_secrets(url: str) -> None:
    told = send(Service(url), LETTER)

    assert isinstance(told, Failed)
    assert "canary" not in f"{told} {Service(url)}"
