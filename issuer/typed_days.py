"""Days as people write them in sheets and forms."""

from __future__ import annotations

import re
import unicodedata
from datetime import date

_DAY = re.compile(
    r"([0-9]{4})[-/.年]([0-9]{1,2})[-/.月]([0-9]{1,2})日?|([0-9]{4})([0-9]{2})([0-9]{2})"
)


def read_day(text: str) -> date | None:
    """Return the day that a text names (1990-01-31, 1990/1/31, 1990年1月31日, 19900131).

    None where it is written otherwise.

    Raises:
        ValueError: the calendar has no such day.
    """
    match = _DAY.fullmatch("".join(unicodedata.normalize("NFKC", text).split()))
    if match is None:
        return None
    year, month, day = (int(digits) for digits in match.groups() if digits is not None)
    return date(year, month, day)
