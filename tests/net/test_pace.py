"""How long a host is left alone: decisions on values, with a clock, a sleep and dice of the test's own."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.net.pace import HostPace, Turns, after_answer, after_failure, back_off, pause, retry_after

NOW = datetime(2026, 3, 4, 5, 6, 7, tzinfo=UTC)
SECOND = timedelta(seconds=1)
JITTER = st.floats(min_value=0, max_value=1)


@pytest.mark.parametrize(
    ("latency", "crawl_delay", "seconds"),
    [(0.0, 0.0, 3), (0.5, 0.0, 3), (1.0, 0.0, 5), (60.0, 0.0, 30), (1.0, 20.0, 20), (1.0, 1e9, 300), (60.0, 1.0, 30)],
)
def test_a_host_rests_five_times_as_long_as_it_took_or_as_it_asks(
    latency: float, crawl_delay: float, seconds: float
) -> None:
    assert pause(latency, crawl_delay, 0.0) == seconds * SECOND


@given(st.floats(min_value=0, max_value=1e6), st.floats(min_value=0, max_value=1e6), JITTER)
def test_jitter_never_makes_us_less_polite(latency: float, crawl_delay: float, jitter: float) -> None:
    plain = pause(latency, crawl_delay, 0.0)

    assert 3 * SECOND <= plain <= pause(latency, crawl_delay, jitter) <= 375 * SECOND


@given(st.integers(min_value=1, max_value=10_000), JITTER)
def test_each_failure_doubles_the_wait_up_to_six_hours(failures: int, jitter: float) -> None:
    wait, next_wait = back_off(failures, jitter), back_off(failures + 1, jitter)

    assert timedelta(minutes=1) <= wait <= timedelta(hours=6)
    assert next_wait == min(2 * wait, timedelta(hours=6)) or abs(next_wait - 2 * wait) < SECOND


@pytest.mark.parametrize(
    ("header", "wait"),
    [
        ("120", timedelta(seconds=120)),
        (" 120 ", timedelta(seconds=120)),
        ("0", timedelta(0)),
        ("Wed, 04 Mar 2026 05:16:07 GMT", timedelta(minutes=10)),
        ("Wednesday, 04-Mar-26 05:16:07 GMT", timedelta(minutes=10)),
        ("Wed Mar  4 05:16:07 2026", timedelta(minutes=10)),
        ("Wed, 04 Mar 2026 06:16:07 +0100", timedelta(minutes=10)),
        ("315360000", timedelta(days=7)),
        ("9" * 5000, timedelta(days=7)),
        ("Mon, 04 Mar 2036 05:06:07 GMT", timedelta(days=7)),
        ("Wed, 04 Mar 2020 05:06:07 GMT", None),
        ("Wed, 04 Mar 99999999999 05:06:07 GMT", None),
        ("Wed, 04 Mar 2026 05:06:07 +99999999999999", None),
        ("Fri, 31 Dec 9999 23:59:59 -2359", None),
        ("-120", None),
        ("1.5", None),
        ("\u0661\u0662", None),
        ("soon", None),
        ("", None),
        (None, None),
    ],
)
def test_retry_after_is_read_as_seconds_or_as_a_date_and_capped(header: str | None, wait: timedelta | None) -> None:
    assert retry_after(header, NOW) == wait


@given(st.text(max_size=40))
def test_whatever_retry_after_says_the_wait_is_none_or_at_most_a_week(header: str) -> None:
    wait = retry_after(header, NOW)

    assert wait is None or timedelta(0) <= wait <= timedelta(days=7)


def test_an_answer_ends_a_row_of_failures() -> None:
    troubled = HostPace(ready_at=NOW, crawl_delay=10.0, failures=4)

    assert after_answer(troubled, NOW, 1.0, 0.0) == HostPace(NOW + 10 * SECOND, 10.0, 0)


def test_a_failure_waits_as_the_host_asked_or_longer_each_time() -> None:
    first = after_failure(HostPace(), NOW, 0.01, 0.0)
    second = after_failure(first, NOW, 0.01, 0.0)
    told = after_failure(second, NOW, 0.01, 0.0, timedelta(seconds=120))
    hasty = after_failure(HostPace(), NOW, 0.01, 0.0, timedelta(0))
    endless = after_failure(HostPace(), NOW, 0.01, 0.0, timedelta(days=3650))

    assert (first, second, told) == (
        HostPace(NOW + 60 * SECOND, 0.0, 1),
        HostPace(NOW + 120 * SECOND, 0.0, 2),
        HostPace(NOW + 120 * SECOND, 0.0, 3),
    )
    assert (hasty.wait(NOW), endless.wait(NOW)) == (3 * SECOND, timedelta(days=7))


def test_a_host_that_nobody_asked_yet_is_ready() -> None:
    assert HostPace().wait(NOW) == HostPace(ready_at=NOW - SECOND).wait(NOW) == timedelta(0)


def test_a_turn_sleeps_as_long_as_the_host_needs_and_not_longer_than_one_has_patience() -> None:
    slept: list[float] = []
    turns = Turns(lambda: NOW, slept.append)
    resting = HostPace(ready_at=NOW + 4 * SECOND)

    with turns.turn("a.example", lambda: resting, 5 * SECOND) as patient:
        pass
    with turns.turn("a.example", lambda: resting, 3 * SECOND) as impatient:
        pass
    with turns.turn("a.example", HostPace, 3 * SECOND) as ready:
        pass

    assert (patient, impatient, ready, slept) == (True, False, True, [4.0])


def test_a_host_has_one_turn_at_a_time_and_others_do_not_wait_for_it() -> None:
    turns = Turns(lambda: NOW, lambda seconds: None)
    at_once: list[int] = []
    most: list[int] = []
    lock = threading.Lock()

    def visit() -> None:
        with turns.turn("a.example", HostPace, SECOND):
            with lock:
                at_once.append(1)
                most.append(len(at_once))
            with turns.turn("b.example", HostPace, SECOND):
                pass
            with lock:
                at_once.pop()

    threads = [threading.Thread(target=visit) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert most == [1] * 8
