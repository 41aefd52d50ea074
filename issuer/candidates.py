"""A person of the roster whose row passed every lint: what an award is made from."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from datetime import date
from typing import Protocol

from codes.documents import DocumentType, Sex
from codes.levels import Level
from codes.occupations import Occupation


class Portrait(Protocol):
    """A photo ready to be printed, wherever its bytes are kept."""

    @property
    def jpeg(self) -> bytes:
        """The baseline sRGB JPEG that is printed and stored."""

    @property
    def sha256(self) -> bytes:
        """The 32-byte SHA-256 of `jpeg`; the record's commitment covers it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Photo:
    """A portrait held in memory."""

    jpeg: bytes = field(repr=False)
    sha256: bytes

    @classmethod
    def of(cls, jpeg: bytes) -> Photo:
        """Return the photo of these JPEG bytes, hashed."""
        return cls(jpeg=jpeg, sha256=hashlib.sha256(jpeg).digest())


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """One row of the roster, parsed into types and found without fault.

    Args:
        row: the row's number as the spreadsheet program shows it.
        name: as normalised by `codes.names`.
        document_number: as normalised by `codes.documents`.
        specialty: 工种／职业方向, or None where the roster names none.
        latin_name: the name in Latin letters, from the roster or spelled by `codes.latin_names`;
            None where a character has no known reading.
    """

    row: int
    name: str = field(repr=False)
    document_type: DocumentType
    document_number: str = field(repr=False)
    sex: Sex
    birth_date: date = field(repr=False)
    occupation: Occupation
    specialty: str | None
    level: Level
    photo: Portrait = field(repr=False)
    latin_name: str | None = field(default=None, repr=False)
