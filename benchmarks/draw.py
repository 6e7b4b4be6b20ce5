"""Draws changed clauses for a reader to judge: a printed seed, a list of identifiers, and the texts on paper.

    draw.py moves|facts|silenced CHANGES.jsonl --list LIST.tsv [--paper FILE] [--count N] [--seed N]

CHANGES.jsonl is what `tracker replay HISTORY --all --json` prints. The list holds identifiers alone and is committed
before anybody reads the paper; the paper holds the texts and what the tracker says of them. Equal clauses are drawn
once, however often a page flaps between them.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import random
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

Drawn = tuple[str, str, dict[str, Any], dict[str, Any]]  # key, identifiers, change, clause


def wanted(kind: str, change: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Give the clauses of a change that a reader of this kind is to see."""
    if kind == "silenced":
        if change["cause"] == "change" and change["significance"] == 0:
            yield from change["clauses"] or [{"kind": "page", "before": None, "after": None, "path": []}]
        return
    for clause in change["clauses"]:
        is_move = clause["kind"] in ("split", "merged") or (clause["kind"] == "moved" and clause["edits"])
        if is_move if kind == "moves" else clause["facts"]:
            yield clause


def drawable(kind: str, changes: Path) -> dict[str, Drawn]:
    """Give what can be drawn, each clause once, by a key that depends on its words alone."""
    out: dict[str, Drawn] = {}
    with changes.open(encoding="utf-8") as lines:
        for line in lines:
            change = json.loads(line)
            for n, clause in enumerate(wanted(kind, change)):
                words = f"{change['service']}\n{clause['kind']}\n{clause['before']}\n{clause['after']}"
                key = hashlib.sha256(words.encode()).hexdigest()
                before = (change["before"] or {}).get("id", "")
                names = "\t".join([change["service"], change["document"], before, change["after"]["id"], str(n), key])
                out.setdefault(key, (key, names, change, clause))
    return out


def on_paper(number: int, change: dict[str, Any], clause: dict[str, Any]) -> str:
    """Write one clause as a reader sees it."""
    marks = {"equal": "{}", "delete": "[-{}-]", "insert": "{{+{}+}}"}
    after = change["after"]
    lines = [
        f"# {number}  {change['service']} / {change['document']}  {after['at']}  {after['id'][:10]}",
        f"kind: {clause['kind']}   noise: {clause.get('noise') or change['noise']}",
        f"headings: {' > '.join(clause['path'])}",
        f"headings before: {' > '.join(clause.get('path_before', clause['path']))}",
        f"BEFORE: {clause['before']}",
        f"AFTER:  {clause['after']}",
    ]
    if clause.get("edits"):
        lines.append("EDITS:  " + "".join(marks[op].format(text) for op, text in clause["edits"]))
    lines += [
        f"FACT {n}: {f['fact']} {f['change']}: {f['before']!r} -> {f['after']!r} direction {f['direction']}"
        for n, f in enumerate(clause.get("facts", ()), 1)
    ]
    return "\n".join(lines) + "\n\n"


def main() -> None:
    """Draw and write."""
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("kind", choices=("moves", "facts", "silenced"))
    asked.add_argument("changes", type=Path)
    asked.add_argument("--list", type=Path, required=True)
    asked.add_argument("--paper", type=Path)
    asked.add_argument("--count", type=int, default=100)
    asked.add_argument("--seed", type=int, default=20261122)
    options = asked.parse_args()
    pool = drawable(options.kind, options.changes)
    drawn = random.Random(options.seed).sample(sorted(pool.values(), key=lambda d: d[0]), min(options.count, len(pool)))
    options.list.write_text("".join(f"{names}\n" for _, names, _, _ in drawn), encoding="utf-8")
    if options.paper:
        paper = "".join(on_paper(n, change, clause) for n, (_, _, change, clause) in enumerate(drawn, 1))
        options.paper.write_text(paper, encoding="utf-8")
    print(f"drew {len(drawn)} of {len(pool)} with seed {options.seed}")


if __name__ == "__main__":
    main()
