"""The outbox on a clock that is moved by hand: what is sent when, how often, and what becomes of it."""

from __future__ import annotations

import threading
from datetime import timedelta
from itertools import pairwise
from typing import TYPE_CHECKING

import pytest
from outboxes import (
    DAY,
    HOUR,
    MINUTE,
    NOON,
    Clock,
    Ids,
    Told,
    config,
    happen,
    listed,
    no_chance,
    payloads,
    post,
    said,
    states,
)

from tracker.deliver.outcome import Failed, Letter, Sent
from tracker.store import channels, deliveries
from tracker.store.deliveries import Ended
from tracker.store.outbox import Status, Tried
from tracker.store.store import open_store
from tracker.tell.digests import compose_due
from tracker.tell.outbox import LEASE, PAUSES, drain

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from tracker.config import Config
    from tracker.deliver.outcome import Way
    from tracker.store.store import Store

DOWN = Failed("connecting: refused", is_of_channel=True)
NO_SUCH = Failed("550 no such user", 550, is_permanent=True)
GONE = Failed("answered 410", 410, is_permanent=True, is_of_channel=True, is_gone=True)
UNCLEAR = Failed("no answer in time", is_of_channel=True, may_have_arrived=True)
AT_ONCE = 'newsroom; period = "at_once"'


def tick(
    store: Store, ways: Mapping[str, Way], clock: Clock, until: timedelta, step: timedelta = MINUTE, chance: float = 0.0
) -> None:
    """Let a daemon drain the outbox for a while."""
    end = clock.now + until
    while clock.now < end:
        drain(store, ways, clock, lambda: chance)
        clock.forward(step)


def test_what_waits_is_sent_once(store: Store) -> None:
    post(store, "mail", "a@example.org", "b@example.org", payload=b"news")
    way = Told()

    assert [drain(store, {"mail": way}, Clock(), no_chance) for _ in range(3)] == [2, 0, 0]
    assert way.letters == [
        Letter("u0", "a@example.org", b"news", NOON),
        Letter("u1", "b@example.org", b"news", NOON),
    ]
    assert states(store) == [Status.SENT, Status.SENT]


@pytest.mark.parametrize("chance", [0.0, 1.0])
def test_pauses_grow_over_three_days_and_then_it_is_given_up(store: Store, chance: float) -> None:
    post(store, "mail", "a@example.org")
    clock, way = Clock(), Told(Failed("answered 500", 500))

    for _ in range(20):
        drain(store, {"mail": way}, clock, lambda: chance)
        (found,) = listed(store)
        if found.next_attempt_at:
            clock.now = found.next_attempt_at

    times = [letter.at for letter in way.letters]
    waited = [later - earlier for earlier, later in pairwise(times)]
    assert waited == [pause * (1 + 0.1 * chance) for pause in PAUSES]
    assert timedelta(days=3) < sum(PAUSES, timedelta(0)) < timedelta(days=3.5)
    assert (found.status, found.why) == (Status.DEAD, "answered 500; given up after 10 tries")
    assert [one.outcome for one in found.attempts] == [Tried.AGAIN] * 9 + [Tried.DEAD]


def test_a_repeat_is_the_same_message(store: Store) -> None:
    post(store, "hook", "", payload=b"\x00 as it is")
    clock, way = Clock(), Told(UNCLEAR, UNCLEAR, UNCLEAR, Sent("answered 200", 200))
    tick(store, {"hook": way}, clock, DAY, step=10 * MINUTE)

    assert {(letter.uid, letter.payload) for letter in way.letters} == {("u0", b"\x00 as it is")}
    assert (len(way.letters), states(store)) == (4, [Status.SENT])


def test_what_the_receiver_asks_for_is_waited_for(store: Store) -> None:
    busy = Failed("answered 429", 429, is_of_channel=True, retry_after=3 * HOUR)
    post(store, "hook", "")
    clock, way = Clock(), Told(busy, Sent("fine"))
    tick(store, {"hook": way}, clock, 3 * HOUR)
    assert len(way.letters) == 1
    tick(store, {"hook": way}, clock, 2 * MINUTE)

    assert [letter.at for letter in way.letters] == [NOON, NOON + 3 * HOUR]


def test_a_refusal_for_good_is_not_asked_about_again(store: Store) -> None:
    post(store, "mail", "a@example.org", "b@example.org")
    clock, way = Clock(), Told(NO_SUCH, Sent("fine"))
    tick(store, {"mail": way}, clock, DAY, step=HOUR)

    assert states(store) == [Status.DEAD, Status.SENT]
    assert len(way.letters) == 2


def test_a_dead_letter_can_be_put_back(store: Store) -> None:
    post(store, "mail", "a@example.org")
    clock, way = Clock(), Told(NO_SUCH, Sent("fine"))
    drain(store, {"mail": way}, clock, no_chance)
    with store.writing() as writing:
        assert deliveries.put_back(writing.connection, listed(store)[0].id, clock.now) == "mail"
    drain(store, {"mail": way}, clock, no_chance)

    (found,) = listed(store)
    assert (found.status, [one.outcome for one in found.attempts]) == (Status.SENT, [Tried.DEAD, Tried.SENT])
    with store.writing() as writing:
        assert deliveries.put_back(writing.connection, found.id, clock.now) is None


def test_a_receiver_that_is_gone_is_not_asked_again_and_what_is_for_it_waits(store: Store) -> None:
    post(store, "hook", "")
    clock, way = Clock(), Told(GONE)
    drain(store, {"hook": way}, clock, no_chance)
    post(store, "hook", "")
    tick(store, {"hook": way}, clock, 7 * DAY, step=HOUR)

    assert len(way.letters) == 1
    assert states(store) == [Status.DEAD, Status.WAITING]
    with store.reading() as connection:
        assert channels.state_of(connection, "hook").disabled_why == "answered 410"

    with store.writing() as writing:
        channels.enable(writing.connection, "hook")
    drain(store, {"hook": Told()}, clock, no_chance)
    assert states(store) == [Status.DEAD, Status.SENT]


def test_a_channel_that_fails_is_asked_once_in_a_while_not_once_a_message(store: Store) -> None:
    post(store, "mail", *(f"{number}@example.org" for number in range(50)))
    clock, way = Clock(), Told(DOWN)
    tick(store, {"mail": way}, clock, 30 * MINUTE, step=10 * timedelta(seconds=1))

    assert len(way.letters) <= 31


# the failures of others ---------------------------------------------------------------------------------


def both(tmp_path: Path) -> tuple[str, ...]:
    return (AT_ONCE, 'machines; period = "at_once"; channel = "hook"')


def test_one_dead_channel_makes_no_other_repeat_itself_and_holds_up_no_recording(store: Store, tmp_path: Path) -> None:
    """Behaviour A: elsewhere healthy reporters repeat the same change with every run, and nothing is saved."""
    told, clock, mail, hook = config(tmp_path, *both(tmp_path)), Clock(), Told(), Told(DOWN)
    compose_due(store, told, clock.now)
    changes = []
    for step in range(20):
        changes.append(happen(store, clock.forward(HOUR), text=f"text {step}", before=f"text {step - 1}"))
        for _ in range(3):
            compose_due(store, told, clock.now)
            drain(store, {"mail": mail, "hook": hook}, clock, no_chance)

    assert len(mail.letters) == len({letter.uid for letter in mail.letters}) == 20
    assert [change for change, _ in said(store)] == changes
    assert len(list(store.changes())) == 20


def test_what_a_dead_channel_could_not_send_is_sent_when_it_is_back(store: Store, tmp_path: Path) -> None:
    """Behaviour B: elsewhere the change is saved, the next run is silent, and it is lost for that channel."""
    told, clock, mail = config(tmp_path, *both(tmp_path)), Clock(), Told()
    compose_due(store, told, clock.now)
    happen(store, clock.forward(HOUR))
    compose_due(store, told, clock.now)
    tick(store, {"mail": mail, "hook": Told(DOWN)}, clock, 2 * DAY, step=HOUR)
    hook = Told()
    tick(store, {"mail": mail, "hook": hook}, clock, 2 * DAY, step=HOUR)

    assert (len(mail.letters), len(hook.letters)) == (1, 1)
    assert states(store) == [Status.SENT, Status.SENT]


def test_what_waits_outlasts_a_restart(address: str, tmp_path: Path) -> None:
    """Behaviour C: elsewhere the dead one is never tried again, and a restart forgets what was queued."""
    told, clock, mail, hook = config(tmp_path, *both(tmp_path)), Clock(), Told(), Told()
    with open_store(address) as store:
        compose_due(store, told, clock.now)
        happen(store, clock.forward(HOUR))
        compose_due(store, told, clock.now)
        drain(store, {"mail": mail, "hook": Told(DOWN)}, clock, no_chance)
        before = payloads(store)
    with open_store(address) as store:
        clock.forward(HOUR)
        compose_due(store, told, clock.now)
        drain(store, {"mail": mail, "hook": hook}, clock, no_chance)

        assert (len(mail.letters), len(hook.letters)) == (1, 1)
        assert hook.letters[0].payload == before[1]
        assert states(store) == [Status.SENT, Status.SENT]


def test_a_channel_that_hangs_holds_up_no_other(store: Store) -> None:
    post(store, "mail", "a@example.org")
    post(store, "hook", "", name="machines")
    hook_was_asked, mail_is_out = threading.Event(), threading.Event()

    def hanging(letter: Letter) -> Sent:
        hook_was_asked.set()
        assert mail_is_out.wait(30)
        return Sent("late")

    def mail(letter: Letter) -> Sent:
        assert hook_was_asked.wait(30)  # while the other hangs
        mail_is_out.set()
        return Sent("fine")

    assert drain(store, {"hook": hanging, "mail": mail}, Clock(), no_chance) == 2


def test_a_bug_in_one_way_is_raised_after_the_others_are_done(store: Store) -> None:
    post(store, "hook", "", name="machines")
    post(store, "mail", "a@example.org")

    def broken(letter: Letter) -> Sent:
        raise KeyError("a bug")

    with pytest.raises(KeyError, match="a bug"):
        drain(store, {"hook": broken, "mail": Told()}, Clock(), no_chance)
    assert states(store) == [Status.LEASED, Status.SENT]


# leases and clocks --------------------------------------------------------------------------------------


def test_what_a_dead_process_had_leased_is_sent_when_the_lease_runs_out(store: Store) -> None:
    post(store, "mail", "a@example.org")
    clock = Clock()
    with store.writing() as writing:
        deliveries.lease(writing.connection, "mail", clock.now, clock.now + LEASE, "dead")
    way = Told()
    tick(store, {"mail": way}, clock, LEASE)
    assert way.letters == []
    tick(store, {"mail": way}, clock, MINUTE)

    (found,) = listed(store)
    assert [(one.outcome, one.may_have_arrived) for one in found.attempts] == [
        (Tried.INTERRUPTED, True),
        (Tried.SENT, False),
    ]
    assert found.status is Status.SENT


def test_who_lost_the_lease_has_no_say(store: Store) -> None:
    post(store, "mail", "a@example.org")
    with store.writing() as writing:
        late = deliveries.lease(writing.connection, "mail", NOON, NOON + LEASE, "late")
        again = deliveries.lease(writing.connection, "mail", NOON + LEASE, NOON + 2 * LEASE, "again")
        assert late is not None
        assert again is not None
        died = Ended(Tried.DEAD, 1.0, detail="no")
        assert not deliveries.finish(writing.connection, late, died, NOON + LEASE)
        assert deliveries.finish(writing.connection, again, Ended(Tried.SENT, 1.0), NOON + LEASE)

    (found,) = listed(store)
    assert (found.status, [one.outcome for one in found.attempts]) == (Status.SENT, [Tried.DEAD, Tried.SENT])


def test_nothing_is_leased_twice_at_a_time(store: Store) -> None:
    post(store, "mail", "a@example.org")
    with store.writing() as writing:
        taken = [deliveries.lease(writing.connection, "mail", NOON, NOON + LEASE, f"t{n}") for n in range(2)]

    assert [one is not None for one in taken] == [True, False]


@pytest.mark.parametrize("ahead", [30 * DAY, 365 * DAY])
def test_a_clock_that_goes_back_keeps_nothing_waiting_for_long(store: Store, ahead: timedelta) -> None:
    post(store, "mail", "a@example.org", "b@example.org")
    clock, way = Clock(NOON + ahead), Told(Failed("451 later", 451), DOWN, Sent("fine"))
    drain(store, {"mail": way}, clock, no_chance)
    clock.now = NOON + HOUR
    drain(store, {"mail": way}, clock, no_chance)

    assert states(store) == [Status.SENT, Status.SENT]


def test_nothing_is_sent_in_quiet_hours_no_try_again_either(store: Store, tmp_path: Path) -> None:
    told, clock = config(tmp_path, AT_ONCE + '; quiet_hours = "22:00-07:00"'), Clock(NOON.replace(hour=21))
    compose_due(store, told, clock.now)
    happen(store, clock.now)
    compose_due(store, told, clock.now)
    way = Told(Failed("451 later", 451))
    tick(store, {"mail": way}, clock, DAY, step=10 * MINUTE)

    assert [letter.at.hour for letter in way.letters if letter.at.hour >= 22 or letter.at.hour < 7] == []
    assert len(way.letters) > 4


def test_what_was_cancelled_is_not_sent(store: Store, tmp_path: Path) -> None:
    clock, way = Clock(), Told()
    compose_due(store, config(tmp_path, AT_ONCE), clock.now)
    happen(store, clock.now)
    compose_due(store, config(tmp_path, AT_ONCE), clock.now)
    compose_due(store, config(tmp_path), clock.now)

    assert drain(store, {"mail": way}, clock, no_chance) == 0
    assert (way.letters, states(store)) == ([], [Status.CANCELLED])


# the operator -------------------------------------------------------------------------------------------

OPERATOR = '[operator]\nchannel = "phone"\nto = ["operator@example.org"]\n'


def notices(store: Store) -> list[tuple[str, Status]]:
    return [(one.title, one.status) for one in listed(store) if one.subscription == ""]


def run(
    store: Store,
    told: Config,
    ways: Mapping[str, Way],
    clock: Clock,
    until: timedelta,
    step: timedelta = 30 * MINUTE,
) -> None:
    """Let a daemon compose and drain for a while."""
    end = clock.now + until
    while clock.now < end:
        compose_due(store, told, clock.now)
        drain(store, ways, clock, no_chance)
        clock.forward(step)


def test_the_operator_is_told_of_an_outage_once_by_another_channel(store: Store, tmp_path: Path) -> None:
    told, clock, phone = config(tmp_path, AT_ONCE, more=OPERATOR), Clock(), Told()
    compose_due(store, told, clock.now)
    happen(store, clock.now)
    run(store, told, {"mail": Told(DOWN), "phone": phone}, clock, 5 * HOUR)
    assert phone.letters == []
    run(store, told, {"mail": Told(DOWN), "phone": phone}, clock, 6 * DAY, step=3 * HOUR)

    assert notices(store) == [("Channel mail: failing since 2026-03-10 12:00 UTC", Status.SENT)]
    assert [letter.recipient for letter in phone.letters] == ["operator@example.org"]
    assert b"connecting: refused" in phone.letters[0].payload

    happen(store, clock.now, text="cccc", before="bbbb")
    run(store, told, {"mail": Told(), "phone": phone}, clock, HOUR)
    happen(store, clock.now, text="dddd", before="cccc")
    run(store, told, {"mail": Told(DOWN), "phone": phone}, clock, 8 * HOUR)
    outages = [title for title, _ in notices(store) if "failing since" in title]
    assert len(outages) == 2


def test_the_operator_is_told_of_messages_that_were_given_up_once_a_day(store: Store, tmp_path: Path) -> None:
    told, clock, phone = config(tmp_path, AT_ONCE, more=OPERATOR), Clock(), Told()
    compose_due(store, told, clock.now)
    for step in range(3):
        happen(store, clock.now, text=f"text {step}", before=f"text {step - 1}")
        run(store, told, {"mail": Told(NO_SUCH), "phone": phone}, clock, HOUR)

    assert notices(store) == [("Channel mail: messages were given up", Status.SENT)]
    run(store, told, {"mail": Told(NO_SUCH), "phone": phone}, clock, 2 * DAY, step=3 * HOUR)
    assert len(notices(store)) == 2


def test_the_operator_is_told_at_once_of_a_receiver_that_is_gone(store: Store, tmp_path: Path) -> None:
    told = config(tmp_path, 'machines; period = "at_once"; channel = "hook"', more=OPERATOR)
    clock, phone = Clock(), Told()
    compose_due(store, told, clock.now)
    happen(store, clock.now)
    run(store, told, {"hook": Told(GONE), "phone": phone}, clock, HOUR)

    assert len(notices(store)) == 1
    assert b"gone" in phone.letters[0].payload


def test_nobody_is_told_by_the_channel_that_fails(store: Store, tmp_path: Path) -> None:
    more = OPERATOR.replace("phone", "mail")
    told, clock = config(tmp_path, AT_ONCE, more=more), Clock()
    compose_due(store, told, clock.now)
    happen(store, clock.now)
    run(store, told, {"mail": Told(DOWN)}, clock, DAY)

    assert notices(store) == []


def test_ids_are_drawn_anew_for_each_delivery(store: Store, tmp_path: Path) -> None:
    told, ids = config(tmp_path, AT_ONCE, more=OPERATOR), Ids()
    compose_due(store, told, NOON, ids)
    happen(store, NOON)
    compose_due(store, told, NOON, ids)

    assert [one.uid for one in listed(store)] == ["id2"]
