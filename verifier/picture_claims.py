"""What a picture without a readable QR code claims to be: number, name and document number."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from codes.typed import half_width
from templates.labels import LABELS, Field
from verifier.boxed_picture import BoxedPicture

_NUMBER: Final = re.compile(r"[SY5][0-9OoIlD|]{21}")
_DOCUMENT: Final = re.compile(r"[0-9A-Z]{6,20}")
_MISREAD: Final = str.maketrans("OoDIl|", "000111")
_MOST_TEXT: Final = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadLine:
    """One line that was read: its text and what is around it; untrusted."""

    text: str
    left: float
    top: float
    right: float
    bottom: float

    def beside(self, other: ReadLine) -> float | None:
        """Return how far `other` begins to the right of this one in its row, None if not there."""
        shared = min(self.bottom, other.bottom) - max(self.top, other.top)
        least = min(self.bottom - self.top, other.bottom - other.top)
        middle = (self.left + self.right) / 2
        if other is self or shared < 0.4 * least or other.left < middle:
            return None
        return other.left - self.right


@dataclass(frozen=True, slots=True, kw_only=True)
class PictureClaims:
    """What was read; None where it was not.

    Args:
        boxed: the picture with those of its QR codes boxed that were asked for.
    """

    number: str | None
    name: str | None
    document_number: str | None
    boxed: BoxedPicture | None = None


def read_picture_claims(lines: Sequence[ReadLine]) -> PictureClaims:
    """Return what a picture says of itself."""
    document = _value(lines, Field.DOCUMENT_NUMBER)
    found = None if document is None else _DOCUMENT.search(_plain(document).upper())
    return PictureClaims(
        number=next(filter(None, (_number(line.text) for line in lines)), None),
        name=_value(lines, Field.HOLDER_NAME),
        document_number=None if found is None else found[0],
    )


def _number(text: str) -> str | None:
    found = _NUMBER.search(_plain(text))
    if found is None:
        return None
    letter = found[0][0].replace("5", "S")
    return letter + found[0][1:].translate(_MISREAD)


def _value(lines: Sequence[ReadLine], field: Field) -> str | None:
    """Return what stands after a label, or beside it."""
    label = LABELS[field].zh
    for line in lines:
        text = _plain(line.text)
        if not text.startswith(label):
            continue
        rest = text.removeprefix(label).lstrip(":：").removeprefix(LABELS[field].en)
        if rest:
            return rest[:_MOST_TEXT]
        beside = [(away, one) for one in lines if (away := line.beside(one)) is not None]
        if beside:
            return min(beside, key=lambda pair: pair[0])[1].text.strip()[:_MOST_TEXT]
    return None


def _plain(text: str) -> str:
    return "".join(half_width(text).split())
