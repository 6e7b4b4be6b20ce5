"""What all tests share: Hypothesis draws the same examples in every run, and no clock decides whether one passes."""

from __future__ import annotations

from hypothesis import settings

settings.register_profile("same every time", derandomize=True, deadline=None, database=None, max_examples=100)
settings.load_profile("same every time")
