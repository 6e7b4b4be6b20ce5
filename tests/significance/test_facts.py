from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest
from clause_builders import clause

from tracker.model import Fact, FactChange
from tracker.significance.judge import Setting, judge
from tracker.significance.rules import load_rules
from tracker.significance.vocabulary import FACTS

CASES: list[dict[str, Any]] = tomllib.loads(Path(__file__).with_name("cases.toml").read_text(encoding="utf-8"))["case"]
SETTING = Setting("Example", "Terms of Service", "en")


def told(fact: Fact) -> str:
    return f"{fact.fact} {fact.change} {fact.before or '-'} -> {fact.after or '-'} {fact.direction or '-'}"


@pytest.mark.parametrize("case", CASES, ids=lambda case: str(case["name"]))
def test_facts_of_a_case(case: dict[str, Any]) -> None:
    verdict = judge(clause(case.get("before"), case.get("after")), SETTING, load_rules())
    facts = [told(fact) for fact in verdict.facts]
    assert [fact for fact in case.get("facts", []) if fact not in facts] == [], facts
    assert [fact for fact in verdict.facts if fact.fact in case.get("never", [])] == []


def test_every_fact_has_a_case_to_catch_and_one_to_leave_alone() -> None:
    caught = {fact.split()[0] for case in CASES for fact in case.get("facts", [])}
    left = {fact for case in CASES for fact in case.get("never", [])}
    assert (set(FACTS) - caught, set(FACTS) - left) == (set(), set())


def test_a_disclosure_clause_gives_all_its_facts() -> None:
    before = (
        "If we get a court order that confirms you're a terror suspect, we may disclose your IP address and phone"
        " number to the authorities. So far, this has never happened. When it does, we list it in a semiannual"
        " transparency report."
    )
    after = (
        "If we get a valid order from the judicial authorities that confirms you're a suspect in a case about criminal"
        " activities, we will perform a legal analysis and may disclose your IP address and phone number to the"
        " authorities. If any data goes out, we list it in a quarterly transparency report."
    )
    verdict = judge(clause(before, after), Setting("Example", "Privacy Policy"), load_rules())
    assert (verdict.significance, verdict.topics[0]) == (3, "law_enforcement")
    assert {(fact.fact, fact.change, fact.after) for fact in verdict.facts} >= {
        ("legal_basis", FactChange.CHANGED, "valid order from the judicial authorities"),
        ("suspicion_scope", FactChange.CHANGED, "suspect in a case about criminal activities"),
        ("provider_review", FactChange.ADDED, "legal analysis"),
        ("history_claim", FactChange.REMOVED, None),
        ("condition", FactChange.CHANGED, "If any data goes out"),
        ("report_period", FactChange.CHANGED, "quarterly"),
        ("data_element", FactChange.UNCHANGED, "IP address"),
        ("data_element", FactChange.UNCHANGED, "phone number"),
    }


def test_values_of_a_term_inside_a_longer_one_are_not_said_twice() -> None:
    verdict = judge(clause(None, "We collect your advertising identifiers."), SETTING, load_rules())
    assert [told(fact) for fact in verdict.facts] == ["data_element added - -> advertising identifiers -"]
