"""Plays histories for tests: every change of every document, as `tracker replay --all` tells it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any  # what JSON holds

from tracker.digest.schema import encode, encode_with_episode
from tracker.digest.selection import Selection
from tracker.replay import Play, in_episodes, in_history_order, pages_of, replaying
from tracker.significance.rules import load_rules

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tracker.formats.history import History
    from tracker.text.declaration import ServiceDeclaration

RULES = load_rules()


def told(history: History, declared: Mapping[str, ServiceDeclaration] | None = None) -> list[dict[str, Any]]:
    """Give the changes of a history as objects."""
    play = Play(pages_of(declared or {}), RULES, Selection(everything=True), encode)
    with replaying(history, history.lines, play) as played:
        return [json.loads(line) for line in in_history_order(in_episodes(played, encode_with_episode))]


def renamed(changes: list[dict[str, Any]], like: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Give changes with the ids that others give the same records: git names bodies otherwise than the archive."""
    names: dict[str, str] = {}
    for one, other in zip(changes, like, strict=True):
        for side in ("before", "after"):
            if one[side] is not None:
                names[one[side]["id"]] = other[side]["id"]
    text = json.dumps(changes)
    for old, new in names.items():
        text = text.replace(old, new)
    renamed: list[dict[str, Any]] = json.loads(text)
    return renamed
