"""Times our differ and its peers on real pairs of a history, all in one run, in processor seconds.

    python benchmarks/differ_speed.py [--pairs 1000] [--seed 20250101] [--largest 100] REPOSITORY

REPOSITORY is a clone (bare will do) of a history in Open Terms Archive's layout. Pairs are the texts of consecutive
records, each distinct pair once: some at random, and the largest ones, at most two of a document. Every peer compares
every pair before the next pair comes, in an order that rotates; the whole is done twice and the quicker time of each
pair counts. Slow peers take every twentieth pair, texts of at most 200,000 characters, and are compared with what
ours needs for the same pairs.
"""

from __future__ import annotations

import argparse
import gc
import itertools
import random
from collections import defaultdict
from pathlib import Path
from typing import TYPE_CHECKING

from peers import Ours, Pair, Peer
from program_peers import opened

from tracker.formats import git
from tracker.formats.ota import read_repository

if TYPE_CHECKING:
    from collections.abc import Sequence

ROUNDS = 2
EVERY = 20  # slow peers take one pair of so many
SLOW_SIZE = 200_000  # characters
PER_DOCUMENT = 2  # of the largest pairs

Spent = dict[int, float]  # seconds, by the number of the pair


def distinct(repository: Path) -> list[tuple[str, str, str]]:
    """Lists the distinct pairs of consecutive records: document, old blob, new blob."""
    found: dict[tuple[str, str], str] = {}
    for line in read_repository(repository).lines:
        blobs = [one.id for one in line.listed if one.format.value == "md"]
        for old, new in itertools.pairwise(blobs):
            if old != new:
                found.setdefault((old, new), f"{line.service}/{line.document}")
    return sorted((document, old, new) for (old, new), document in found.items())


def chosen(repository: Path, count: int, largest: int, seed: int) -> tuple[list[Pair], list[Pair]]:
    """Reads random pairs and the largest ones."""
    listed = distinct(repository)
    at_random = random.Random(seed).sample(listed, min(count, len(listed)))
    with git.blobs(repository) as blobs:
        sizes = {blob: len(blobs.read(blob)) for blob in {blob for _, *pair in listed for blob in pair}}
        taken: dict[str, int] = defaultdict(int)
        large: list[tuple[str, str, str]] = []
        for document, old, new in sorted(listed, key=lambda p: (-sizes[p[1]] - sizes[p[2]], p)):
            if taken[document] < PER_DOCUMENT and len(large) < largest:
                taken[document] += 1
                large.append((document, old, new))

        def text(blob: str) -> str:
            return blobs.read(blob).decode("utf-8", "replace")

        random_pairs, large_pairs = ([Pair(text(old), text(new)) for _, old, new in c] for c in (at_random, large))
    return random_pairs, large_pairs


def timed(peers: Sequence[Peer], pairs: Sequence[Pair], slow: frozenset[int]) -> dict[str, Spent]:
    """Gives what each peer spent on each pair; `slow` are the pairs that slow peers take."""
    best: dict[str, Spent] = {peer.name: {} for peer in peers}
    for peer in peers:
        peer.prepare(pairs)
    gc.collect()
    gc.freeze()
    for _ in range(ROUNDS):
        for k, pair in enumerate(pairs):
            turn = k % len(peers)
            for peer in (*peers[turn:], *peers[:turn]):
                if not peer.slow or k in slow:
                    took = peer.spent(pair)
                    best[peer.name][k] = min(took, best[peer.name].get(k, took))
    return best


def table(title: str, peers: Sequence[Peer], best: dict[str, Spent]) -> None:
    """Prints what each peer did, and how many times as fast ours was on the same pairs."""
    print(
        f"\n{title}\n\n| differ | pairs | pairs/s | p50 ms | p95 ms | max ms | ours is |\n|---|---|---|---|---|---|---|"
    )
    ours = best[Ours.name]
    for peer in peers:
        spent = best[peer.name]
        if spent:
            each = sorted(spent.values())
            total = sum(each)
            p50, p95, most = (1000 * each[int(share * (len(each) - 1))] for share in (0.5, 0.95, 1))
            ratio = total / sum(ours[k] for k in spent)
            rate = f"{len(each) / total:,.1f} | {p50:.2f} | {p95:.2f} | {most:.1f}"
            print(f"| {peer.name} | {len(each)} | {rate} | {ratio:.2f}x |", flush=True)


def main() -> None:
    """Prints a table for the random pairs and one for the largest."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("repository", type=Path)
    parser.add_argument("--pairs", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=20250101)
    parser.add_argument("--largest", type=int, default=100)
    options = parser.parse_args()
    random_pairs, large_pairs = chosen(options.repository, options.pairs, options.largest, options.seed)
    small = [k for k, pair in enumerate(random_pairs) if max(map(len, pair)) <= SLOW_SIZE]
    print(f"seed {options.seed}; slow differs take {len(small[::EVERY])} of the random pairs and none of the largest")
    for title, pairs, slow in (
        ("Random pairs", random_pairs, frozenset(small[::EVERY])),
        ("Largest pairs", large_pairs, frozenset[int]()),
    ):
        peers = opened()
        try:
            table(title, peers, timed(peers, pairs, slow))
        finally:
            for peer in peers:
                peer.close()


if __name__ == "__main__":
    main()
