"""The sample pages and the seeds of coverage: ours in words, true to their sidecars."""

from __future__ import annotations

import hashlib
import html
import json
import re
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pytest
from bs4 import BeautifulSoup

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

ROOT: Final = Path(__file__).parents[2]
SHARED: Final = ROOT.parent / "shared" / "data"
PAGES: Final = sorted((ROOT / "snapshots").rglob("*.html"))
LONGEST_QUOTE: Final = 10

needs_shared = pytest.mark.skipif(not SHARED.is_dir(), reason="the real texts are not beside the project")


def words(text: str) -> list[str]:
    """Words as the check counts them: no markup, no link targets, no apostrophes."""
    bare = re.sub(r"\]\([^)]*\)", "] ", html.unescape(text))
    return re.findall(r"[^\W_]+", re.sub(r"['\u2019\u02bc]", "", bare).lower())


def runs(text: str) -> Iterator[tuple[str, ...]]:
    """Every run of words one longer than may be quoted."""
    found = words(text)
    for start in range(len(found) - LONGEST_QUOTE):
        yield tuple(found[start : start + LONGEST_QUOTE + 1])


def page_blocks(page: Path) -> list[str]:
    soup = BeautifulSoup(page.read_bytes(), "lxml")
    container = soup.select_one(".tl_page_container")
    assert container is not None
    return [block.get_text(" ") for block in container.select("h1, h3, h4, h5, p, li")]


def shipped_texts() -> dict[str, list[str]]:
    texts = {str(page.relative_to(ROOT)): page_blocks(page) for page in PAGES}
    for kind in ("*.toml", "*.json", "*.md"):
        for folder in ("snapshots", "seeds/coverage"):
            for file in sorted((ROOT / folder).rglob(kind)):
                texts[str(file.relative_to(ROOT))] = file.read_text("utf-8").split("\n\n")
    return texts


def real_blobs(folder: Path) -> Iterable[str]:
    """Every text the real history holds of the service that the samples show."""
    bundle = SHARED / "ota-history.bundle"
    bare = folder / "history.git"
    subprocess.run(["git", "clone", "--quiet", "--bare", str(bundle), str(bare)], check=True)
    log = ["git", "-C", str(bare), "log", "--format=", "--raw", "--no-abbrev", "--", "Telegram"]
    raw = subprocess.run(log, check=True, capture_output=True, text=True).stdout
    blobs = sorted({line.split()[3] for line in raw.splitlines()} - {"0" * 40})
    batch = subprocess.run(
        ["git", "-C", str(bare), "cat-file", "--batch"],
        input="\n".join(blobs).encode(),
        check=True,
        capture_output=True,
    )
    return batch.stdout.decode("utf-8", "replace").split("\n\n")


@needs_shared
def test_no_shipped_text_agrees_with_a_real_one_for_more_than_ten_words(tmp_path: Path) -> None:
    ours = {run: name for name, blocks in shipped_texts().items() for block in blocks for run in runs(block)}
    real = set(real_blobs(tmp_path))
    real.update(file.read_text("utf-8") for file in sorted((SHARED / "seeds").glob("*.txt")))
    real.update((SHARED / "articles-dev.jsonl").read_text("utf-8").splitlines())
    shared = {(ours[run], " ".join(run)) for block in real for run in runs(block) if run in ours}
    assert sorted(shared) == []


def test_there_are_pages_to_check() -> None:
    assert len(PAGES) == 7


@pytest.mark.parametrize("page", PAGES, ids=lambda page: f"{page.parent.name} {page.stem}")
def test_a_sidecar_names_the_hash_and_moment_of_its_page_and_what_it_is(page: Path) -> None:
    sidecar = json.loads(page.with_suffix(".json").read_text("utf-8"))
    stamp = re.sub(r"[-:]", "", sidecar["fetched_at"])
    assert (sidecar["sha256"], stamp) == (hashlib.sha256(page.read_bytes()).hexdigest(), page.stem)
    assert "reconstruction in our own words" in sidecar["note"]


def test_the_page_rendered_anew_has_other_markup_and_the_same_words() -> None:
    folder = ROOT / "snapshots" / "Telegram" / "Privacy Policy"
    first, second = folder / "20240901T060000Z.html", folder / "20240912T060000Z.html"
    assert first.read_bytes() != second.read_bytes()
    assert words(" ".join(_texts(first))) == words(" ".join(_texts(second)))


def _texts(page: Path) -> list[str]:
    container = BeautifulSoup(page.read_bytes(), "lxml").select_one(".tl_page_container")
    assert container is not None
    return list(container.stripped_strings)
