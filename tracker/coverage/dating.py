"""The day that stands in the address of an article, as many publishers write it."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Final
from urllib.parse import urlsplit

_DAY: Final = re.compile(r"/((?:19|20)\d\d)[/-](0?[1-9]|1[0-2])[/-](0?[1-9]|[12]\d|3[01])(?=[/-]|$)")


def day_in_address(url: str | None) -> datetime | None:
    """Gives the day that stands in the path of an address; None where there is none a calendar has."""
    try:
        found = _DAY.search(urlsplit(url).path) if url else None
        return datetime(int(found[1]), int(found[2]), int(found[3]), tzinfo=UTC) if found else None
    except ValueError:  # the 31st of February, or no address at all
        return None
