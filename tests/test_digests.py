"""Who is told what, and when: on SQLite and on PostgreSQL, by a clock that is moved by hand."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.policy import default
from typing import TYPE_CHECKING, Any  # Any: whatever fields a test wants to be otherwise

import pytest
import sqlalchemy as sa
from msgspec.structs import force_setattr
from outboxes import DAY, HOUR, MINUTE, NOON, Ids, config, happen, listed, payloads, said, see, states

from tracker.model import Cause, Noise
from tracker.store import coverage
from tracker.store.outbox import Status
from tracker.tell.digests import compose_due

if TYPE_CHECKING:
    from pathlib import Path

    from tracker.store.store import Store

AT_ONCE = 'newsroom; period = "at_once"'
DAILY = 'newsroom; timezone = "Europe/Paris"'


def texts(store: Store) -> list[str]:
    """Give the plain text of each mail that was composed."""
    bodies = (message_from_bytes(one, policy=default).get_body(("plain",)) for one in payloads(store))
    return [" ".join(str(body.get_content()).split()) for body in bodies if body is not None]


def test_a_new_subscription_is_told_nothing_of_what_was_before(store: Store, tmp_path: Path) -> None:
    happen(store, NOON)
    told = config(tmp_path, AT_ONCE)

    assert compose_due(store, told, NOON + HOUR) == 0
    new = happen(store, NOON + 2 * HOUR, text="cccc")
    assert compose_due(store, told, NOON + 2 * HOUR) == 1
    assert said(store) == [(new, "change")]
    assert compose_due(store, told, NOON + 3 * HOUR) == 0


def test_what_was_not_found_while_watching_is_told_to_nobody(store: Store, tmp_path: Path) -> None:
    told = config(tmp_path, AT_ONCE)
    compose_due(store, told, NOON)
    happen(store, NOON + HOUR, is_live=False)
    happen(store, NOON + 2 * HOUR, document="Terms", cause=Cause.FIRST_RECORD, before="none")

    assert compose_due(store, told, NOON + 3 * HOUR) == 0
    assert listed(store) == ()


def test_a_digest_its_tellings_and_deliveries_are_written_together(store: Store, tmp_path: Path) -> None:
    told = config(tmp_path, AT_ONCE + '; to = ["a@example.org", "b@example.org", "a@example.org"]')
    compose_due(store, told, NOON)
    happen(store, NOON + HOUR)

    assert compose_due(store, told, NOON + HOUR, Ids()) == 1

    found = [(one.recipient, one.uid, one.status, one.channel, one.subscription) for one in listed(store)]
    assert found == [
        ("a@example.org", "id2", Status.WAITING, "mail", "newsroom"),
        ("b@example.org", "id3", Status.WAITING, "mail", "newsroom"),
    ]
    assert [message_from_bytes(one)["Message-ID"] for one in payloads(store)] == [
        "<id2@example.org>",
        "<id3@example.org>",
    ]


def test_nothing_is_half_written_where_composing_breaks_off(store: Store, tmp_path: Path) -> None:
    told = config(tmp_path, AT_ONCE + '; to = ["a@example.org", "b@example.org"]')
    compose_due(store, told, NOON)
    new = happen(store, NOON + HOUR)

    def ids() -> str:
        return "the same for all"

    with pytest.raises(Exception, match=r"(?i)unique"):
        compose_due(store, told, NOON + HOUR, ids)
    assert (said(store), listed(store)) == ([], ())

    assert compose_due(store, told, NOON + HOUR) == 1
    assert (said(store), len(listed(store))) == ([(new, "change")], 2)


def test_a_recipient_that_is_no_address_gets_a_dead_letter_and_the_others_their_mail(
    store: Store, tmp_path: Path
) -> None:
    told = config(tmp_path, AT_ONCE + '; to = ["a@example.org", "b@example.org", "c@example.org"]')
    force_setattr(told.subscriptions[0], "to", ("a@example.org", "b@exa mple", "c@example.org"))  # past all checks
    compose_due(store, told, NOON)
    happen(store, NOON + HOUR)
    compose_due(store, told, NOON + HOUR)

    assert states(store) == [Status.WAITING, Status.DEAD, Status.WAITING]
    assert "is no mail address" in (listed(store)[1].why or "")


def test_a_subscription_is_told_what_it_asked_for(store: Store, tmp_path: Path) -> None:
    told = config(
        tmp_path,
        AT_ONCE,
        'terms; period = "at_once"; documents = ["Terms"]',
        'grave; period = "at_once"; least = 3; provisional = true',
        'other; period = "at_once"; services = ["Brio"]',
    )
    compose_due(store, told, NOON)
    minor = happen(store, NOON + HOUR, grade=1, text="cccc")
    notable = happen(store, NOON + 2 * HOUR, document="Terms")
    compose_due(store, told, NOON + 2 * HOUR)

    assert minor < notable
    assert {name: said(store, name) for name in ("newsroom", "terms", "grave", "other")} == {
        "newsroom": [(notable, "change")],
        "terms": [(notable, "change")],
        "grave": [],
        "other": [],
    }


# periods ------------------------------------------------------------------------------------------------


def paris(text: str) -> datetime:
    return datetime.fromisoformat(f"{text}:00+01:00").astimezone(UTC)


def test_what_a_day_brings_is_told_the_next_morning_in_one_message(store: Store, tmp_path: Path) -> None:
    told = config(tmp_path, DAILY)
    start = paris("2026-03-10T09:00")
    compose_due(store, told, start)
    first = happen(store, start + HOUR)
    second = happen(store, start + 2 * HOUR, document="Terms", text="cccc")

    made = [
        start + step * 10 * MINUTE for step in range(24 * 6) if compose_due(store, told, start + step * 10 * MINUTE)
    ]

    assert made == [paris("2026-03-11T08:00")]
    assert said(store) == [(first, "change"), (second, "change")]
    assert listed(store)[0].period == "2026-03-11T08:00 Europe/Paris"


def days(store: Store, told_to: Path, start: datetime, hours: int, clock: list[timedelta] | None = None) -> list[str]:
    """Let a daemon tick over some days in which something happens every hour; gives the periods it told."""
    told = config(told_to, 'newsroom; period = "30 2 * * *"; timezone = "Europe/Paris"')
    compose_due(store, told, start)
    for hour in range(hours):
        now = start + hour * HOUR
        happen(store, now, text=f"text {hour}", before=f"text {hour - 1}")
        for step in range(0, 60, 10):
            shifted = (clock or [timedelta(0)] * hours)[hour]
            compose_due(store, told, now + step * MINUTE + shifted)
    return [one.period[:16] for one in listed(store)]


@pytest.mark.parametrize(
    ("start", "expected"),
    [
        ("2026-10-24T12:00", ["2026-10-25T02:30", "2026-10-26T02:30"]),  # 02:30 comes twice
        ("2026-03-28T12:00", ["2026-03-29T02:30", "2026-03-30T02:30"]),  # 02:30 does not come
    ],
)
def test_on_the_days_clocks_change_there_is_one_digest_a_day(
    store: Store, tmp_path: Path, start: str, expected: list[str]
) -> None:
    assert days(store, tmp_path, datetime.fromisoformat(start).replace(tzinfo=UTC), 40) == expected
    assert len(said(store)) == len(set(said(store)))


def test_a_clock_that_goes_back_an_hour_gives_no_second_digest(store: Store, tmp_path: Path) -> None:
    start = paris("2026-03-10T12:00")
    back = [timedelta(0)] * 15 + [-HOUR] * 25  # at three in the morning it is two again

    assert days(store, tmp_path, start, 40, back) == ["2026-03-11T02:30", "2026-03-12T02:30"]


def test_a_clock_that_goes_forward_an_hour_gives_no_second_digest(store: Store, tmp_path: Path) -> None:
    start = paris("2026-03-10T12:00")

    assert days(store, tmp_path, start, 38, [timedelta(0)] * 14 + [HOUR] * 24) == [
        "2026-03-11T02:30",
        "2026-03-12T02:30",
    ]


def test_a_clock_that_was_a_year_ahead_does_not_silence_a_subscription(store: Store, tmp_path: Path) -> None:
    told = config(tmp_path, DAILY)
    compose_due(store, told, NOON)
    happen(store, NOON + HOUR)
    compose_due(store, told, NOON + 365 * DAY)
    happen(store, NOON + 3 * HOUR, text="cccc", before="bbbb")
    for day in range(1, 4):
        compose_due(store, told, NOON + day * DAY)

    assert len(said(store)) == 2
    assert len(listed(store)) == 2


def test_after_three_days_asleep_there_is_one_digest(store: Store, tmp_path: Path) -> None:
    told = config(tmp_path, DAILY)
    compose_due(store, told, NOON)
    happen(store, NOON + HOUR)
    for step in range(3):
        compose_due(store, told, NOON + 3 * DAY + step * HOUR)

    assert [one.period for one in listed(store)] == ["2026-03-13T08:00 Europe/Paris"]


def test_quiet_hours_hold_back_and_lose_nothing(store: Store, tmp_path: Path) -> None:
    told = config(tmp_path, AT_ONCE + '; quiet_hours = "22:00-07:00"')
    night = NOON.replace(hour=23)
    compose_due(store, told, NOON)
    first = happen(store, night)
    assert [compose_due(store, told, night + hour * HOUR) for hour in range(8)] == [0] * 8
    second = happen(store, night + 7 * HOUR, document="Terms", text="cccc")

    assert compose_due(store, told, night + 8 * HOUR) == 1
    assert said(store) == [(first, "change"), (second, "change")]


def test_who_wants_it_is_told_that_nothing_changed_once_a_period(store: Store, tmp_path: Path) -> None:
    told = config(tmp_path, DAILY + "; nothing_changed = true", 'quick; period = "at_once"; nothing_changed = true')
    compose_due(store, told, NOON)
    see(store, NOON + HOUR)
    made = [compose_due(store, told, NOON + hour * HOUR) for hour in range(48)]

    assert sum(made) == 2
    assert len(texts(store)) == 2


# what becomes of a change -------------------------------------------------------------------------------


def test_a_newsworthy_change_waits_for_a_second_capture(store: Store, tmp_path: Path) -> None:
    told = config(tmp_path, AT_ONCE)
    compose_due(store, told, NOON)
    new = happen(store, NOON + HOUR, grade=3)
    assert [compose_due(store, told, NOON + HOUR + minute * MINUTE) for minute in range(30)] == [0] * 30
    see(store, NOON + 2 * HOUR)

    assert compose_due(store, told, NOON + 2 * HOUR) == 1
    assert said(store) == [(new, "change")]


def test_a_newsworthy_change_that_nothing_can_confirm_is_told_after_a_day(store: Store, tmp_path: Path) -> None:
    told = config(tmp_path, AT_ONCE)
    compose_due(store, told, NOON)
    new = happen(store, NOON + HOUR, grade=3)
    made = [hour for hour in range(1, 48) if compose_due(store, told, NOON + hour * HOUR)]

    assert (made, [change for change, _ in said(store)]) == ([26], [new])


def test_who_wants_it_at_once_is_told_provisionally_and_then_whether_it_holds(store: Store, tmp_path: Path) -> None:
    told = config(tmp_path, AT_ONCE + "; provisional = true")
    compose_due(store, told, NOON)
    new = happen(store, NOON + HOUR, grade=3)
    assert compose_due(store, told, NOON + HOUR) == 1
    assert compose_due(store, told, NOON + HOUR + MINUTE) == 0
    see(store, NOON + 2 * HOUR)

    assert [compose_due(store, told, NOON + hour * HOUR) for hour in (2, 3, 4)] == [1, 0, 0]
    assert said(store) == [(new, "provisional"), (new, "confirmed")]


def undo(store: Store, at: datetime, **more: Any) -> int:
    """Record that the text before is back."""
    told: dict[str, Any] = {
        "cause": Cause.VARIANT,
        "noise": Noise.VARIANT,
        "returns_to": "aaaa",
        "undoes": "bbbb",
        **more,
    }
    return happen(store, at, text="aaaa", before="bbbb", grade=0, **told)


def test_what_was_told_and_is_undone_is_told_as_withdrawn_to_those_who_were_told(store: Store, tmp_path: Path) -> None:
    told = config(tmp_path, AT_ONCE, 'terms; period = "at_once"; documents = ["Terms"]')
    compose_due(store, told, NOON)
    new = happen(store, NOON + HOUR)
    compose_due(store, told, NOON + HOUR)
    undo(store, NOON + DAY)

    assert compose_due(store, told, NOON + DAY) == 1
    assert (said(store), said(store, "terms")) == ([(new, "change"), (new, "withdrawn")], [])


def test_what_flaps_is_not_told_twice(store: Store, tmp_path: Path) -> None:
    told = config(tmp_path, AT_ONCE)
    compose_due(store, told, NOON)
    new = happen(store, NOON + HOUR)
    compose_due(store, told, NOON + HOUR)
    for turn in range(2, 10, 2):
        undo(store, NOON + turn * HOUR, flapping=turn > 2)
        compose_due(store, told, NOON + turn * HOUR)
        happen(
            store,
            NOON + (turn + 1) * HOUR,
            grade=0,
            cause=Cause.VARIANT,
            noise=Noise.VARIANT,
            returns_to="bbbb",
            flapping=True,
        )
        compose_due(store, told, NOON + (turn + 1) * HOUR)

    assert said(store) == [(new, "change"), (new, "withdrawn")]


def test_the_same_edit_in_two_documents_is_told_once(store: Store, tmp_path: Path) -> None:
    told = config(tmp_path, DAILY)
    compose_due(store, told, NOON)
    first = happen(store, NOON + HOUR, episode="bbbb")
    second = happen(store, NOON + 2 * HOUR, document="Terms", episode="bbbb")
    compose_due(store, told, NOON + DAY)

    assert said(store) == [(first, "change"), (second, "change")]
    assert "Terms" in texts(store)[0]


# what the configuration says no more --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("now", "why"),
    [
        ([], "there is no subscription 'newsroom' in the configuration any more"),
        ([AT_ONCE + '; to = ["b@example.org"]'], "'a@example.org' is not among the recipients of 'newsroom' any more"),
        ([AT_ONCE + '; channel = "hook"'], "what is for 'newsroom' goes by the channel 'hook' now"),
    ],
)
def test_what_waits_for_who_is_gone_is_cancelled_and_says_so(
    store: Store, tmp_path: Path, now: list[str], why: str
) -> None:
    told = config(tmp_path, AT_ONCE + '; to = ["a@example.org"]')
    compose_due(store, told, NOON)
    happen(store, NOON + HOUR)
    compose_due(store, told, NOON + HOUR)
    compose_due(store, config(tmp_path, *now), NOON + 2 * HOUR)

    assert [(one.status, one.why) for one in listed(store)] == [(Status.CANCELLED, why)]


def test_a_subscription_that_comes_back_begins_anew(store: Store, tmp_path: Path) -> None:
    compose_due(store, config(tmp_path, AT_ONCE), NOON)
    compose_due(store, config(tmp_path), NOON + HOUR)
    happen(store, NOON + 2 * HOUR)
    compose_due(store, config(tmp_path, AT_ONCE), NOON + 3 * HOUR)
    new = happen(store, NOON + 4 * HOUR, text="cccc")
    compose_due(store, config(tmp_path, AT_ONCE), NOON + 5 * HOUR)

    assert said(store) == [(new, "change")]


def test_a_webhook_is_given_json(store: Store, tmp_path: Path) -> None:
    told = config(tmp_path, AT_ONCE + '; channel = "hook"')
    compose_due(store, told, NOON)
    happen(store, NOON + HOUR)
    compose_due(store, told, NOON + HOUR, Ids())

    (sent,) = map(json.loads, payloads(store))
    assert (sent["type"], sent["data"]["id"], sent["data"]["subscription"]) == ("digest", "id1", "newsroom")


def test_one_subscription_that_cannot_be_composed_holds_up_no_other(store: Store, tmp_path: Path) -> None:
    told = config(tmp_path, 'broken; period = "daily"', AT_ONCE)
    force_setattr(told.subscriptions[0], "period", "99 * * * *")  # no file can say so; nor may it, should one come to
    with pytest.raises(ValueError, match="is no minute"):
        compose_due(store, told, NOON)
    new = happen(store, NOON + HOUR)
    with pytest.raises(ValueError, match="is no minute"):
        compose_due(store, told, NOON + HOUR)

    assert said(store) == [(new, "change")]


def link(store: Store, change: int, role: str) -> None:
    """Record that an article explains a change."""
    with store.writing() as writing:
        row = {"address": f"https://news.example/{role}", "origin": "page", "place": "x", "seen_at": NOON, "tries": 0}
        made = writing.connection.execute(
            sa.insert(coverage.articles).values(
                row | {"state": "read", "title": "Acme opens up", "publisher": "Gazette"}
            )
        )
        key = made.inserted_primary_key
        assert key is not None
        tied = {"change_id": change, "article_id": key[0], "role": role, "score": 0.9, "evidence": "[]"}
        writing.connection.execute(sa.insert(coverage.links).values(tied | {"matcher": 1, "linked_at": NOON}))


def test_coverage_that_comes_later_is_told_once_to_those_who_were_told_the_change(store: Store, tmp_path: Path) -> None:
    told = config(
        tmp_path,
        AT_ONCE,
        'calm; period = "at_once"; follow_ups = false',
        'terms; period = "at_once"; documents = ["Terms"]',
    )
    compose_due(store, told, NOON)
    new = happen(store, NOON + HOUR)
    compose_due(store, told, NOON + HOUR)
    link(store, new, "quotes")
    made = [compose_due(store, told, NOON + DAY + step * HOUR) for step in range(3)]

    assert made == [1, 0, 0]
    assert said(store) == [(new, "change"), (new, "follow_up")]
    assert (said(store, "calm"), said(store, "terms")) == ([(new, "change")], [])
    assert "Acme opens up" in texts(store)[-1]

    link(store, new, "background")
    assert compose_due(store, told, NOON + 2 * DAY) == 0
    link(store, new, "describes")
    assert compose_due(store, told, NOON + 3 * DAY) == 1
    assert said(store).count((new, "follow_up")) == 2


def test_coverage_that_is_there_is_told_with_the_change_and_not_again(store: Store, tmp_path: Path) -> None:
    told = config(tmp_path, DAILY)
    compose_due(store, told, NOON)
    new = happen(store, NOON + HOUR)
    link(store, new, "quotes")
    made = [compose_due(store, told, NOON + day * DAY) for day in range(1, 4)]

    assert (made, said(store)) == ([1, 0, 0], [(new, "change")])
    assert "Acme opens up" in texts(store)[0]


def test_what_looked_wrong_at_first_is_told_when_it_turns_out_to_be_news(store: Store, tmp_path: Path) -> None:
    told = config(tmp_path, AT_ONCE, 'newsdesk; timezone = "Europe/Paris"', 'grave; period = "at_once"; least = 3')
    compose_due(store, told, NOON)
    doubtful = happen(store, NOON + HOUR, noise=Noise.CAPTURE_LOSS, grade=0, made_by="first")
    other = happen(store, NOON + 2 * HOUR, document="Terms", text="cccc")
    compose_due(store, told, NOON + 2 * HOUR)
    (capture,) = [row.capture for row in store.changes() if row.id == doubtful]
    with store.writing() as writing:
        writing.suspect(capture, "it lost most of its text")
        writing.settle(capture, "accepted", NOON + 3 * HOUR)
    happen(store, NOON + HOUR, capture_number=capture, made_by="settled")
    made = [compose_due(store, told, NOON + hour * HOUR) for hour in (3, 4, 5, 24, 48)]

    assert made == [1, 0, 0, 1, 0]
    assert said(store) == [(other, "change"), (doubtful, "change")]
    assert said(store, "newsdesk") == [(doubtful, "change"), (other, "change")]
    assert said(store, "grave") == []
