"""More time for reading files than a site gives: tests and drills run on busy machines.

The drill `hostile` measures how long answers take; what is asked elsewhere is what they say.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from types import MappingProxyType
from typing import Final

import pytest

SECONDS: Final[Mapping[str, float]] = MappingProxyType(
    {
        "verifier.document.READ_SECONDS": 60.0,
        "verifier.picture.COMPARE_SECONDS": 60.0,
        "verifier.report_desk.PICTURE_SECONDS": 60.0,
        "verifier.cases.room.MARKS_SECONDS": 60.0,
        "verifier.readers.ANSWER_SECONDS": 200.0,
        "verifier.readers.WORK_SECONDS": 190.0,
        "issuer.batch_samples._PICTURE_SECONDS": 120.0,
    }
)


@contextmanager
def unhurried() -> Iterator[None]:
    """Give the reading of files this time within a block."""
    with pytest.MonkeyPatch.context() as patch:
        for place, seconds in SECONDS.items():
            patch.setattr(place, seconds)
        yield
