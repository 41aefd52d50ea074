"""A piece: a file somebody hands in, and what would be right to say of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from templates.labels import Field
from verifier.finding_codes import Code
from verifier.verdict import Outcome

UNTOUCHED: Final = "untouched"
PHOTO: Final = "photo"
"""What findings call the photo, beside the fields of `templates.labels`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Right:
    """What is right to say of a forged piece.

    Args:
        outcomes: any of these.
        fields: what was altered; at least one of them is to be named as differing.
        codes: or one of these findings stands for it.
    """

    outcomes: frozenset[Outcome] = frozenset({Outcome.ALTERED})
    fields: frozenset[str] = frozenset()
    codes: frozenset[Code] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """A file to be judged.

    Args:
        name: which one of its series, for people to make it again.
        forgery: what was done to the paper; `UNTOUCHED` for a control.
        wear: how it reached the verifier.
        data: the file.
        filename: what it is called.
        right: what is right to say of it; None for a control.
    """

    name: str
    forgery: str
    wear: str
    data: bytes
    filename: str
    right: Right | None


def right_field(field: Field | str) -> Right:
    """Return what is right to say where this field was altered."""
    return Right(fields=frozenset({str(field)}))
