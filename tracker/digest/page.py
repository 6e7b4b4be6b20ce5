"""Changes as one self-contained page: no script, no outside resource, every text escaped.

A page is written piece by piece (head, changes, foot), so that a long history does not have to fit in memory.
"""

from __future__ import annotations

import base64
import hashlib
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING

from markupsafe import Markup

from tracker import __version__
from tracker.digest.schema import UNDATED
from tracker.digest.templating import render
from tracker.digest.words import readable

if TYPE_CHECKING:
    from tracker.digest.message import Stored
    from tracker.model import Change


def head(title: str) -> str:
    """Give the beginning of a page."""
    style = _style()
    style_hash = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    # Our own sheet, from the package: the one text of a page that is not escaped.
    sheet = Markup(style)  # noqa: S704
    return render("head.html.j2", title=title, style=sheet, style_hash=style_hash, version=__version__)


def one(change: Change, *, most: int | None, stored: Stored | None = None, is_open: bool = False) -> str:
    """Give a change as a part of a page: with what it rests on, where the archive knows it; with all reasons open."""
    clauses, left_out = readable(change, most=most)
    return render("change.html.j2", change=change, clauses=clauses, left_out=left_out, stored=stored, is_open=is_open)


def single(stored: Stored, *, most: int | None = None) -> str:
    """Give the page of one change, whole: to be passed on, and to be judged by whoever gets it."""
    change = stored.change
    closing = f"A comparison of two snapshots, judged by rules; made by policy-tracker {__version__}."
    day = "" if change.after.at == UNDATED else f" of {change.after.at:%Y-%m-%d}"
    return head(f"A change{day}") + one(change, most=most, stored=stored, is_open=True) + foot(1, closing)


def foot(count: int, closing: str) -> str:
    """Give the end of a page that shows `count` changes."""
    return render("foot.html.j2", count=count, closing=closing)


@cache
def _style() -> str:
    return (resources.files("tracker.digest") / "templates" / "page.css").read_text(encoding="utf-8")
