"""The date a page gives itself."""

from __future__ import annotations

from tracker.significance.dates import stamp

__all__ = ["stamp"]
