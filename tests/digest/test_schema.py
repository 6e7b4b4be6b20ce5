from __future__ import annotations

import json
from pathlib import Path

import pytest
from changes import NEW, OLD, change, clause, disclosure, edited, verdict
from jsonschema import Draft202012Validator, ValidationError

from tracker.digest.packing import pack, unpack
from tracker.digest.schema import as_object, encode
from tracker.model import Cause, Change, ChangeKind, JudgedClause, Noise

SCHEMA = json.loads((Path(__file__).parents[2] / "docs/schema/change.schema.json").read_text(encoding="utf-8"))
VALID = Draft202012Validator(SCHEMA)

FIRST = change(cause=Cause.FIRST_RECORD)
RETURN = change(cause=Cause.VARIANT, noise=Noise.VARIANT)
SPLIT = change(JudgedClause(clause(ChangeKind.SPLIT, "One. Two.", "One.\nTwo.", parts=("One.", "Two.")), verdict()))


def test_a_change_is_one_line_of_json_with_every_key_of_the_contract() -> None:
    line = encode(disclosure())
    assert line.endswith(b"}\n")
    assert line.count(b"\n") == 1
    told = json.loads(line)
    assert told["before"] == {"at": "2024-09-01T06:00:00Z", "id": OLD.id}
    assert told["after"] == {
        "at": "2024-09-24T06:00:00Z",
        "id": NEW.id,
        "source": "https://example.org/privacy",
    }
    assert told["clauses"][0]["edits"] == [
        ["equal", "On receipt of a "],
        ["delete", "court order"],
        ["insert", "valid order"],
        ["equal", " we may hand over your number."],
    ]
    assert told["coverage"] == [
        {
            "article": "https://news.example/acme",
            "title": "Acme opens up",
            "publisher": "The Gazette",
            "role": "quotes",
            "score": 0.93,
            "evidence": [{"article_text": "on a valid order", "clause": 0, "before_or_after": "after", "note": ""}],
        }
    ]


@pytest.mark.parametrize("one", [disclosure(), FIRST, RETURN, SPLIT], ids=["change", "first", "return", "split"])
def test_what_is_written_keeps_to_the_schema(one: Change) -> None:
    VALID.validate(json.loads(encode(one)))


def test_the_schema_is_itself_a_schema_and_refuses_a_change_that_names_no_noise() -> None:
    Draft202012Validator.check_schema(SCHEMA)
    told = json.loads(encode(RETURN)) | {"noise": None}
    with pytest.raises(ValidationError, match="is not of type 'string'"):
        VALID.validate(told)


def test_the_schema_refuses_a_key_nobody_knows() -> None:
    with pytest.raises(ValidationError, match="'mood' was unexpected"):
        VALID.validate(json.loads(encode(FIRST)) | {"mood": "fine"})


def test_optional_keys_stand_only_where_they_say_something() -> None:
    plain = as_object(change(JudgedClause(edited(("-", "old"), ("+", "new")), verdict())))
    assert {"compared_with", "returns_to", "undoes", "flapping", "episode"}.isdisjoint(plain)
    (told,) = json.loads(encode(SPLIT))["clauses"]
    assert told["parts"] == ["One.", "Two."]
    assert {"path_before", "number_before", "links"}.isdisjoint(told)


@pytest.mark.parametrize("one", [disclosure(), FIRST, RETURN, SPLIT], ids=["change", "first", "return", "split"])
def test_packing_and_unpacking_gives_the_same_change(one: Change) -> None:
    assert unpack(pack(one)) == one
