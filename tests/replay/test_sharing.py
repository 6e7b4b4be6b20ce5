from __future__ import annotations

import os
import signal
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest

from tracker.errors import SourceError, TrackerError
from tracker.sharing import in_order

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


@contextmanager
def squares(tick: Callable[[], None]) -> Iterator[Callable[[int], tuple[int, int]]]:
    """A desk that tells the square of a number and which process worked it out."""

    def work(number: int) -> tuple[int, int]:
        tick()
        return number * number, os.getpid()

    yield work


@contextmanager
def failing(tick: Callable[[], None]) -> Iterator[Callable[[int], int]]:
    def work(number: int) -> int:
        if number == 3:
            raise SourceError("three cannot be read")
        return number

    yield work


@contextmanager
def dying(tick: Callable[[], None]) -> Iterator[Callable[[int], int]]:
    def work(number: int) -> int:
        if number == 3:
            os.kill(os.getpid(), signal.SIGKILL)
        return number

    yield work


def ignore(_: int) -> None:
    """Hear nothing."""


@pytest.mark.parametrize("processes", [1, 2, 3])
def test_answers_come_in_the_order_of_the_pieces(processes: int) -> None:
    heard: list[int] = []
    with in_order(
        squares, range(20), weight=lambda n: n * 7 % 5, processes=processes, progress=heard.append
    ) as answers:
        got = list(answers)
    assert [square for square, _ in got] == [n * n for n in range(20)]
    assert heard == sorted(heard)
    assert heard[-1] == 20


def test_one_process_works_where_it_is() -> None:
    with in_order(squares, range(3), weight=int, processes=1, progress=ignore) as answers:
        assert {worker for _, worker in answers} == {os.getpid()}


def test_several_processes_work_beside_us() -> None:
    with in_order(squares, range(20), weight=int, processes=2, progress=ignore) as answers:
        assert os.getpid() not in {worker for _, worker in answers}


@pytest.mark.parametrize("processes", [1, 2])
def test_what_goes_wrong_at_a_desk_is_raised_where_the_answer_is_awaited(processes: int) -> None:
    with (
        in_order(failing, range(5), weight=int, processes=processes, progress=ignore) as answers,
        pytest.raises(SourceError, match="three cannot be read"),
    ):
        list(answers)


def test_a_process_that_was_killed_is_an_error_and_not_a_wait_without_end() -> None:
    with (
        in_order(dying, range(5), weight=int, processes=2, progress=ignore) as answers,
        pytest.raises(TrackerError, match="was ended from outside"),
    ):
        list(answers)


def test_whoever_leaves_early_leaves_no_process() -> None:
    with in_order(squares, range(50), weight=int, processes=2, progress=ignore) as answers:
        assert next(answers)[0] == 0
    with pytest.raises(ChildProcessError):
        os.waitpid(-1, os.WNOHANG)
