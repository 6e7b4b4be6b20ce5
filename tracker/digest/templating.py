"""The one door to the templates: every name is escaped, a missing one is an error."""

from __future__ import annotations

from functools import cache

from jinja2 import Environment, PackageLoader, StrictUndefined

from tracker.digest.excerpt import excerpt
from tracker.digest.visible import visible, web_address
from tracker.digest.words import came_from, evidence_line, fact_line, grade, place, reason_line


def render(name: str, **values: object) -> str:
    """Give a template filled with values."""
    return _templates().get_template(name).render(values)


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
