from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from archives import HOUR, START, capture

from tracker.digest.schema import as_object
from tracker.errors import StoreError
from tracker.model import Cause, Change, Noise, VersionRef
from tracker.store.versions import VersionRow

if TYPE_CHECKING:
    from tracker.store.store import Store

TEXT = "# Terms\n\nWe may \ud800 disclose \0 your data."


def change(step: int, *, significance: int = 2, noise: Noise | None = None, document: str = "Privacy Policy") -> Change:
    before, after = (VersionRef(START + number * HOUR, str(number)) for number in (step - 1, step))
    return Change(
        "Telegram", document, Cause.CHANGE, before, after, significance, noise, "Telegram changes.", None, "en", ()
    )


def record(store: Store, step: int, told: Change, *, made_by: str = "m") -> tuple[int, int]:
    with store.writing() as writing:
        number = writing.record_capture(capture(b"%d" % step, at=START + step * HOUR, document=told.document or ""))
        version = writing.record_version(
            number, f"{TEXT} {step}", language="en", fingerprint=f"f{step}", cause=Cause.CHANGE, made_by=made_by
        )
        writing.record_change(number, version, told, made_by=made_by)
    return number, version


def test_a_version_comes_back_with_its_text(store: Store) -> None:
    number, version = record(store, 1, change(1))

    assert store.versions("Telegram", "Privacy Policy") == (
        VersionRow(version, number, START + HOUR, "en", "f1", Cause.CHANGE, "m"),
    )
    assert store.text(version) == f"{TEXT} 1"


def test_a_change_is_kept_as_the_contract_tells_it(store: Store) -> None:
    number, version = record(store, 1, change(1))

    [kept] = store.changes()
    assert json.loads(kept.json) == json.loads(json.dumps(as_object(change(1))))
    assert (kept.service, kept.document, kept.capture, kept.version) == ("Telegram", "Privacy Policy", number, version)
    assert (kept.at, kept.cause, kept.noise, kept.significance) == (START + HOUR, Cause.CHANGE, None, 2)


def test_changes_are_found_by_document_moment_and_significance(store: Store) -> None:
    for step, significance in enumerate([0, 2, 3]):
        record(store, step, change(step, significance=significance, noise=None if significance else Noise.COSMETIC))
    record(store, 9, change(9, document="FAQ"))

    assert [one.significance for one in store.changes("Telegram", "Privacy Policy")] == [0, 2, 3]
    assert [one.document for one in store.changes(since=START + 2 * HOUR)] == ["Privacy Policy", "FAQ"]
    assert [one.at for one in store.changes(least=3)] == [START + 2 * HOUR]
    assert [one.noise for one in store.changes()] == [Noise.COSMETIC, None, None, None]


def test_the_same_reading_of_a_capture_is_recorded_once_and_another_beside_it(store: Store) -> None:
    with store.writing() as writing:
        number = writing.record_capture(capture(b"page"))
        for made_by in ("a", "a", "b"):
            writing.record_version(
                number, TEXT, language=None, fingerprint="f", cause=Cause.TECHNICAL_UPGRADE, made_by=made_by
            )

    assert [one.made_by for one in store.versions("Telegram", "Privacy Policy")] == ["a", "b"]


@pytest.mark.parametrize(("anew", "is_live"), [(1, True), (2, True), (3, False)])
def test_a_change_that_is_judged_anew_keeps_its_id_and_makes_no_news(store: Store, anew: int, is_live: bool) -> None:
    with store.writing() as writing:
        number = writing.record_capture(capture(b"page"))
        first = writing.record_change(number, None, change(1), made_by="a")
        same = writing.record_change(number, None, change(1, significance=0), made_by="a")
        again = writing.record_change(number, None, change(1, significance=anew), made_by="b", is_live=False)

    [kept] = store.changes()
    assert (first, first, first) == (same, again, kept.id)
    assert (kept.significance, kept.is_live) == (anew, is_live)
    assert store.change(first) == kept


def test_a_capture_that_gave_no_text_may_still_have_a_change(store: Store) -> None:
    with store.writing() as writing:
        number = writing.record_capture(capture(b"Are you human?"))
        writing.record_change(number, None, change(1, significance=0, noise=Noise.WALL), made_by="m")

    assert [(one.version, one.noise) for one in store.changes()] == [(None, Noise.WALL)]


def test_nothing_is_made_of_a_capture_that_is_not_there(store: Store) -> None:
    with pytest.raises(StoreError, match="capture 7 is not in the archive"), store.writing() as writing:
        writing.record_change(7, None, change(1), made_by="m")


def test_texts_are_kept_as_differences_from_each_other(store: Store) -> None:
    page = "\n".join(f"Clause {number}: {number * 7919}" for number in range(2000))
    with store.writing() as writing:
        for step in range(3):
            number = writing.record_capture(capture(b"%d" % step, at=START + step * HOUR))
            writing.record_version(
                number, f"{page} {step}", language="en", fingerprint="f", cause=Cause.CHANGE, made_by="m"
            )

    rows = store.versions("Telegram", "Privacy Policy")
    assert [store.text(row.id)[-1] for row in rows] == ["0", "1", "2"]
    assert list(store.verify()) == []
