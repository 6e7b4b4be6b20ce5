from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any  # what JSON holds

from changes import change, disclosure, edited, verdict
from commands import SCHEMA as CHANGE_SCHEMA
from jsonschema import Draft202012Validator
from messages import DAY, MIDNIGHT, found, full, message

from tracker.digest.message import Entry, Failing, Foot, Telling
from tracker.digest.payload import THIN, payload
from tracker.model import JudgedClause

SCHEMA = Draft202012Validator(
    json.loads((Path(__file__).parents[2] / "docs/schema/webhook.schema.json").read_text("utf-8"))
)


def sent(body: bytes) -> dict[str, Any]:
    """Give what a receiver reads; it has to be what the schema says."""
    told: dict[str, Any] = json.loads(body)
    assert [error.message for error in SCHEMA.iter_errors(told)] == []
    return told


def test_a_thin_payload_names_changes_and_shows_their_best_clauses() -> None:
    told = sent(payload(message()))
    assert (told["type"], told["timestamp"]) == ("digest", "2024-09-25T00:00:00Z")
    (entry,) = told["data"]["entries"]
    assert entry == {
        "change": 12,
        "service": "Acme",
        "document": "Privacy Policy",
        "telling": "change",
        "at": "2024-09-24T06:00:00Z",
        "significance": 3,
        "summary": "Acme changes who gets your number.",
        "silent": True,
        "withdrawn_at": None,
        "by": None,
        "clauses": [
            {
                "kind": "edited",
                "place": "8. Sharing > 8.3. Authorities",
                "significance": 3,
                "topics": ["law_enforcement"],
                "before": "On receipt of a court order we may hand over your number.",
                "after": "On receipt of a valid order we may hand over your number.",
            }
        ],
        "coverage": [
            {
                "article": "https://news.example/acme",
                "title": "Acme opens up",
                "publisher": "The Gazette",
                "role": "quotes",
            }
        ],
        "also": [],
        "links": {
            "change": "https://policies.example.org/changes/12",
            "page": "https://example.org/privacy",
            "before": f"https://policies.example.org/snapshots/{'aaaa' * 10}",
            "after": f"https://policies.example.org/snapshots/{'bbbb' * 10}",
        },
    }
    del told["data"]["entries"]
    assert told["data"] == {
        "id": "digest 1",
        "subscription": "Editors",
        "is_test": False,
        "since": "2024-09-24T00:00:00Z",
        "until": "2024-09-25T00:00:00Z",
        "subject": "Acme changes who gets your number.",
        "left_out": 0,
        "foot": {
            "checked": 96,
            "unchanged": 90,
            "minor": 14,
            "other_topics": 0,
            "suppressed": {"dates": 3, "variant": 1},
            "failing": [{"service": "Brio", "document": "Terms", "since": "2024-09-23T00:00:00Z", "why": "HTTP 503"}],
            "failing_left_out": 0,
        },
    }


def test_a_full_payload_holds_the_whole_changes_of_the_contract() -> None:
    told = sent(payload(message(), full=True))
    (entry,) = told["data"]["entries"]
    assert [error.message for error in CHANGE_SCHEMA.iter_errors(entry["whole"])] == []
    assert entry["whole"]["clauses"][0]["edits"][1] == ["delete", "court order"]


def test_a_thin_payload_stays_small_whatever_it_is_made_of() -> None:
    words = edited(("-", "\u20ac" * 4000), ("+", "\x00" * 4000))
    clauses = tuple(JudgedClause(words, verdict(2, 2.0, topics=("t\x07" * 4000,) * 9)) for _ in range(9))
    one = change(*clauses, service="\u20ac" * 9000, document="\x1b" * 9000, summary="\x00" * 9000)
    failing = tuple(Failing("\x00" * 999, "\x00" * 999, MIDNIGHT, "\x00" * 9999) for _ in range(99))
    entries = tuple(Entry(replace(full(one), id=k)) for k in range(60))
    body = payload(message(*entries, foot=Foot(failing=failing)))
    told = sent(body)["data"]
    assert len(body) < THIN
    assert len(told["entries"]) + told["left_out"] == 60
    assert (len(told["foot"]["failing"]), told["foot"]["failing_left_out"]) == (10, 89)
    assert told["entries"]


def test_words_go_before_entries_do() -> None:
    entries = tuple(Entry(replace(full(), id=k)) for k in range(60))
    told = sent(payload(message(*entries)))["data"]
    shown = [bool(entry["clauses"]) for entry in told["entries"]]
    assert shown[0]
    assert shown.index(False) < len(shown)
    assert told["left_out"] == 60 - len(shown)
    assert told["left_out"] > 0


def test_what_is_most_significant_stays() -> None:
    entries = (*(Entry(found(k, document=f"Terms {k}")) for k in range(90)), Entry(full()))
    told = sent(payload(message(*entries)))["data"]
    assert told["left_out"] > 0
    assert told["entries"][-1]["change"] == 12
    assert told["entries"][-1]["clauses"]


def test_what_is_said_of_an_earlier_change_names_what_brought_it_about() -> None:
    entry = Entry(full(), Telling.WITHDRAWN, also=(found(3),), by=found(4), withdrawn_at=MIDNIGHT + DAY)
    (told,) = sent(payload(message(entry)))["data"]["entries"]
    assert (told["telling"], told["by"]["change"], told["also"][0]["change"]) == ("withdrawn", 4, 3)
    assert told["withdrawn_at"] == "2024-09-25T00:00:00Z"


def test_a_full_payload_can_hold_what_no_json_can() -> None:
    broken = replace(disclosure(), summary="half \ud800")
    (told,) = sent(payload(message(Entry(full(broken))), full=True))["data"]["entries"]
    assert told["whole"]["summary"] == "half ?"
