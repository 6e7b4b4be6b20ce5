"""One sentence about a change: present tense, the service as subject, new words quoted briefly."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tracker.model import Cause, ChangeKind, Fact, FactChange, JudgedClause, Noise
from tracker.significance.vocabulary import said as said_of

if TYPE_CHECKING:
    from collections.abc import Sequence

LIMIT = 140
_FAIR_QUOTE = 28  # code points a quotation should have before the rest of the sentence may
_NOISE = {
    Noise.VARIANT: "returns to a text it had before",
    Noise.COSMETIC: "changes spelling or layout only",
    Noise.DATES: "changes dates only",
    Noise.LINKS: "changes link targets only",
    Noise.MARKUP: "changes markup only",
    Noise.ORDER: "moves text without changing it",
    Noise.CAPTURE_LOSS: "seems to lose part of its text in this capture",
    Noise.WALL: "shows a wall instead of the document",
    Noise.EMPTY: "shows an empty page",
    Noise.LANGUAGE: "shows the document in another language",
    Noise.UPGRADE: "is recorded anew by a technical upgrade",
    Noise.NO_SELECTOR: "shows a page in which the selectors find nothing",
}
# What a fact becomes in a sentence: changed, added and removed. {a} and {b} are the old and the new words.
_FACTS: dict[str, tuple[str, str, str]] = {
    "legal_basis": (
        "changes what a disclosure takes from {a} to {b}",
        "names a legal basis: {b}",
        "drops a legal basis: {a}",
    ),
    "suspicion_scope": (
        "changes who a disclosure is about from {a} to {b}",
        "adds a scope of suspicion: {b}",
        "drops a scope of suspicion: {a}",
    ),
    "promise": ("rewords a promise: {b}", "adds a promise: {b}", "drops a promise: {a}"),
    "consent": ("changes consent from {a} to {b}", "adds a consent rule: {b}", "drops a consent rule: {a}"),
    "user_notice": ("changes notice from {a} to {b}", "adds notice: {b}", "drops notice: {a}"),
    "data_element": ("changes the data it names from {a} to {b}", "adds data: {b}", "drops data: {a}"),
    "recipient": (
        "changes who receives data from {a} to {b}",
        "adds a recipient: {b}",
        "drops a recipient: {a}",
    ),
    "duration": ("changes a period from {a} to {b}", "adds a period: {b}", "drops a period: {a}"),
    "age": ("changes an age from {a} to {b}", "adds an age: {b}", "drops an age: {a}"),
    "amount": ("changes an amount from {a} to {b}", "adds an amount: {b}", "drops an amount: {a}"),
    "place": ("changes a place from {a} to {b}", "adds a place: {b}", "drops a place: {a}"),
    "party": ("changes a party from {a} to {b}", "adds a party: {b}", "drops a party: {a}"),
    "modality": ("changes {a} to {b}", "", ""),
    "history_claim": (
        "rewords a claim about the past: {b}",
        "adds a claim about the past: {b}",
        "drops a claim: {a}",
    ),
}
_ALWAYS = ("legal_basis", "suspicion_scope", "promise")  # said before anything else
_KINDS = {
    ChangeKind.ADDED: "adds a clause",
    ChangeKind.COPIED: "repeats a clause",
    ChangeKind.REMOVED: "removes a clause",
    ChangeKind.MOVED: "moves and rewords a clause",
    ChangeKind.SPLIT: "splits a clause",
    ChangeKind.MERGED: "merges clauses",
}


def summarise(
    service: str | None,
    document: str | None,
    clauses: Sequence[JudgedClause],
    *,
    cause: Cause = Cause.CHANGE,
    noise: Noise | None = None,
    language: str | None = None,
) -> str:
    """Says in one sentence what matters most in a change."""
    subject = _squeezed(service, 40) or "The service"
    where = f" in its {_squeezed(document, 40)}" if document else ""
    if cause is Cause.FIRST_RECORD:
        return _fitted(f"{subject} is recorded for the first time", where)
    if noise is Noise.LANGUAGE and language:
        return _fitted(f"{subject} shows the document in another language ({language})", where)
    top = max(clauses, key=lambda c: (c.verdict.significance, c.verdict.score), default=None)
    if noise is not None or top is None or top.verdict.significance == 0:
        return _fitted(f"{subject} {_NOISE.get(noise or Noise.COSMETIC, '')}", where)
    others = sum(c.verdict.significance >= 1 for c in clauses) - 1
    more = f" (and {others} more clause{'s' * (others != 1)})" if others else ""
    told = _told(top)
    return _filled(subject, told, where, more)


def _told(clause: JudgedClause) -> tuple[str, str, str]:
    """Gives the template of the sentence's predicate and the old and new words for it."""
    facts = [f for f in clause.verdict.facts if f.change is not FactChange.UNCHANGED and f.fact in _FACTS]
    about = _about(clause)
    first = next((f for name in _ALWAYS for f in facts if f.fact == name), None)
    change = clause.change
    if first is None and change.before is not None and change.after is not None:
        first = next((f for f in facts if f.change is FactChange.CHANGED), None) or next(iter(facts), None)
    if first is not None and (template := _template(first)):
        return template + (about if first.fact not in _ALWAYS else ""), first.before or "", first.after or ""
    verb = _KINDS.get(change.kind, "rewords a clause")
    if change.after is None:
        return f"{verb}{about}: {{a}}", _lead(change.before or ""), ""
    new = _lead(change.after) if change.before is None else _inserted(clause)
    if new:
        return f"{verb}{about}: {{b}}", "", new
    return f"{verb}{about}, dropping {{a}}", _deleted(clause), ""


def _template(fact: Fact) -> str:
    changed, added, removed = _FACTS[fact.fact]
    return {FactChange.CHANGED: changed, FactChange.ADDED: added, FactChange.REMOVED: removed}.get(fact.change, "")


def _about(clause: JudgedClause) -> str:
    topics = clause.verdict.topics
    if topics:
        return f" on {said_of(topics[0])}"
    return f" in {clause.change.number}" if clause.change.number else ""


def _lead(text: str) -> str:
    return text


def _inserted(clause: JudgedClause) -> str:
    return max((e.text.strip() for e in clause.change.edits if e.op == "insert"), key=len, default="")


def _deleted(clause: JudgedClause) -> str:
    return max((e.text.strip() for e in clause.change.edits if e.op == "delete"), key=len, default="")


def _filled(subject: str, told: tuple[str, str, str], where: str, more: str) -> str:
    """Puts the quotes in, shortened as far as the limit asks; what does not fit at all is left out."""
    template, old, new = told
    count = ("{a}" in template) + ("{b}" in template)
    need = [len(_squeezed(text, LIMIT)) for text in (old, new)]
    wanted = min(sum(need) if count == 2 else max(need), _FAIR_QUOTE * count)
    extra, room = "", 0
    for extra in (where + more, more, where, ""):
        room = LIMIT - len(f"{subject} {template}{extra}") + count  # "{a}" makes way for two quotation marks
        if room >= wanted:
            break
    share = [room // max(1, count)] * 2
    if count == 2:  # what one quote leaves, the other may use
        share = [max(room // 2, room - need[1]), max(room // 2, room - need[0])]
    said = template.replace("{a}", f"“{_squeezed(old, share[0])}”").replace("{b}", f"“{_squeezed(new, share[1])}”")
    return _fitted(f"{subject} {said}", extra, "")


def _squeezed(text: str | None, limit: int) -> str:
    text = " ".join((text or "").split()).strip(" .,;:")
    if len(text) <= limit:
        return text
    cut = text[: max(1, limit - 1)]
    return (cut.rsplit(" ", 1)[0] if " " in cut[limit // 2 :] else cut).rstrip(" .,;:") + "…"


def _fitted(sentence: str, *extras: str) -> str:
    for extra in extras:
        if len(sentence) + len(extra) <= LIMIT:
            sentence += extra
    return sentence if len(sentence) <= LIMIT else sentence[: LIMIT - 1].rstrip() + "…"
