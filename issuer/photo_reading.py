"""What became of one person's photo, and where the photos of a roster come from."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from codes.notices import Notice, Problem
from issuer.candidates import Portrait

FORMAT_WIDTH = 295  # one inch (25 × 35 mm) at 300 dots per inch
FORMAT_HEIGHT = 413
LEAST_WIDTH = 200
LEAST_HEIGHT = 280


class Verdict(StrEnum):
    """What the child process says about one picture: taken, or why not."""

    TAKEN = "taken"
    TAKEN_SMALL = "taken_small"
    TAKEN_GREY = "taken_grey"
    UNREADABLE = "photo_unreadable"
    TOO_SMALL = "photo_too_small"
    TOO_LARGE = "photo_too_large"
    ANIMATED = "photo_animated"
    NOT_PORTRAIT = "photo_not_portrait"


@dataclass(frozen=True, slots=True, kw_only=True)
class PhotoReading:
    """One photo, found and judged.

    Args:
        photo: ready to be printed; None where there are problems.
        notices: what is worth knowing.
        problems: why the photo cannot be used; no sentence repeats personal data.
    """

    photo: Portrait | None
    notices: tuple[Notice, ...]
    problems: tuple[Problem, ...]


class PhotoSource(Protocol):
    """Where the photos of a roster come from."""

    def read(self, *, file: str, document_number: str) -> PhotoReading:
        """Return the photo of one row; never raises for a bad photo.

        Args:
            file: what the 照片 column says, empty where it says nothing; untrusted.
            document_number: the row's normalised document number, or what was typed.
        """
