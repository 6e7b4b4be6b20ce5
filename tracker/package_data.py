"""Where the seeds, sample pages and configuration that ship lie: in the wheel or in a checkout."""

from __future__ import annotations

from pathlib import Path

_PACKAGE = Path(__file__).parent
SHIPPED = ("config.toml", "seeds", "snapshots")


def shipped(name: str) -> Path:
    """Give the path of one of the shipped files or folders."""
    inside = _PACKAGE / "_package_data" / name
    return inside if inside.exists() else _PACKAGE.parent / name
