"""Scores our differ and its peers on pairs whose true edits are known.

    python benchmarks/differ_quality.py --scorer difftruth.py [--limit N] FOLDER...

The scorer is a module with `load`, `read`, `ops_of`, `score_doc`, `MOVE` and `CACHE`; a FOLDER holds the pairs and the
truth about them. Printed: ok, the share of edits told right; over, words highlighted for each truly changed one;
precision and recall over words; moves told as such / as deleted and inserted / garbled; told, the share of moves that
rows call moved; falsemove, the share of unmoved words in such rows; what a peer could not answer.
"""

from __future__ import annotations

import argparse
import importlib.util
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

from peers import Aligner, Pair
from program_peers import opened

if TYPE_CHECKING:
    from types import ModuleType


def loaded(path: Path) -> ModuleType:
    """Loads the scorer, which is no part of the project."""
    spec = importlib.util.spec_from_file_location("scorer", path)
    if spec is None or spec.loader is None:
        raise SystemExit(f"{path} is no Python module")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def score(scorer: ModuleType, peer: Aligner, folder: Path, limit: int | None) -> tuple[Counter[str], int]:
    """Scores one peer on one folder; the second figure counts the pairs for which it gave no sound answer."""
    scores: Counter[str] = Counter()
    by_kind: dict[str, Counter[str]] = {}
    scores["ops"] = by_kind  # type: ignore[assignment]  # where the scorer looks for them
    failed = 0
    scorer.CACHE.clear()
    for truth, old_path, new_path in scorer.load(str(folder), limit):
        old, new = scorer.read(old_path), scorer.read(new_path)
        try:
            ops = scorer.ops_of(old, new, peer.rows(Pair(old, new)))
        except Exception:  # noqa: BLE001  # whatever a peer does wrong is its result
            failed += 1
            ops = []
        scorer.score_doc(truth, old, new, ops, {}, scores)
    del scores["ops"]
    for kind, counts in by_kind.items():
        scores["edits"] += counts["n"]
        scores["right"] += counts["ok"]
        if kind in scorer.MOVE:
            scores.update({f"moves {name}": counts[name] for name in ("n", "as_move", "as_delins", "garbled")})
    return scores, failed


def line(peer: Aligner, s: Counter[str], failed: int) -> str:
    """Spells one row of the table."""

    def share(part: str, whole: str) -> float:
        return 100 * s[part] / max(1, s[whole])

    moves = "/".join(f"{share(f'moves {name}', 'moves n'):.0f}" for name in ("as_move", "as_delins", "garbled"))
    cells: tuple[Any, ...] = (
        peer.name,
        f"{share('right', 'edits'):.1f}",
        f"{share('hl', 'truth') / 100:.2f}",
        f"{share('hit', 'hl') / 100:.3f}",
        f"{share('hit', 'truth') / 100:.3f}",
        moves,
        f"{share('told', 'may_tell'):.0f}",
        f"{share('falsemove', 'kept'):.2f}",
        failed,
    )
    return f"| {' | '.join(map(str, cells))} |"


def main() -> None:
    """Prints a table for each folder."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folders", type=Path, nargs="+", metavar="FOLDER")
    parser.add_argument("--scorer", type=Path, required=True)
    parser.add_argument("--limit", type=int, help="pairs of each folder")
    options = parser.parse_args()
    scorer = loaded(options.scorer)
    peers = [peer for peer in opened() if isinstance(peer, Aligner)]
    try:
        for folder in options.folders:
            print(f"\n{folder.name}\n")
            print("| differ | ok % | over | precision | recall | moves % | told % | falsemove % | failed |")
            print("|---|---|---|---|---|---|---|---|---|")
            for peer in peers:
                print(line(peer, *score(scorer, peer, folder, options.limit)), flush=True)
    finally:
        for peer in peers:
            peer.close()


if __name__ == "__main__":
    main()
