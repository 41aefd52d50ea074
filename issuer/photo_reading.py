"""What became of one person's photo, and where the photos of a roster come from."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Protocol

from codes.notices import Notice, Problem
from issuer.candidates import Portrait

FORMAT_WIDTH = 295  # one inch (25 × 35 mm) at 300 dots per inch
FORMAT_HEIGHT = 413
LEAST_WIDTH = 200
LEAST_HEIGHT = 280
MAX_PHOTO_BYTES = 20 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class PhotoReading:
    """One photo, found and judged.

    Args:
        photo: ready to be printed; None where there are problems.
        notices: what is worth knowing.
        problems: why the photo cannot be used; no sentence repeats personal data.
        file: the name of the file that was found, or that was asked for; it may hold personal
            data, so it is shown through `issuer.lints.photo` only. Empty where there is none.
    """

    photo: Portrait | None
    notices: tuple[Notice, ...]
    problems: tuple[Problem, ...]
    file: str = field(default="", repr=False)


class PhotoSource(Protocol):
    """Where the photos of a roster come from."""

    def read(self, *, file: str, document_number: str) -> PhotoReading:
        """Return the photo of one row; never raises for a bad photo.

        Args:
            file: what the 照片 column says, empty where it says nothing; untrusted.
            document_number: the row's normalised document number, or what was typed.
        """
