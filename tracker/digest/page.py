"""Changes as one self-contained page: no script, no outside resource, every text escaped.

A page is written piece by piece (head, changes, foot), so that a long history does not have to fit in memory.
"""

from __future__ import annotations

import base64
import hashlib
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from tracker import __version__
from tracker.digest.excerpt import excerpt
from tracker.digest.visible import visible
from tracker.digest.words import came_from, evidence_line, fact_line, grade, place, readable, reason_line

if TYPE_CHECKING:
    from tracker.model import Change


def head(title: str) -> str:
    """Give the beginning of a page."""
    style = _style()
    style_hash = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    # Our own sheet, from the package: the one text of a page that is not escaped.
    sheet = Markup(style)  # noqa: S704
    return _render("head.html.j2", title=title, style=sheet, style_hash=style_hash, version=__version__)


def one(change: Change, *, most: int | None) -> str:
    """Give a change as a part of a page."""
    clauses, left_out = readable(change, most=most)
    return _render("change.html.j2", change=change, clauses=clauses, left_out=left_out)


def foot(count: int, closing: str) -> str:
    """Give the end of a page that shows `count` changes."""
    return _render("foot.html.j2", count=count, closing=closing)


def web_address(url: str | None) -> str | None:
    """Give an address a link may lead to; None for anything but a page of the web."""
    if url is None:
        return None
    try:
        parts = urlsplit(url)
    except ValueError:
        return None
    return url if parts.scheme in {"http", "https"} and parts.netloc else None


def _render(name: str, **values: object) -> str:
    return _templates().get_template(name).render(values)


@cache
def _style() -> str:
    return (resources.files("tracker.digest") / "templates" / "page.css").read_text(encoding="utf-8")


@cache
def _templates() -> Environment:
    templates = Environment(
        loader=PackageLoader("tracker.digest", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    words = (came_from, evidence_line, excerpt, fact_line, grade, place, reason_line, visible, web_address)
    templates.filters |= {word.__name__: word for word in words}
    return templates
