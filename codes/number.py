"""The certificate number: its type, and a kind reading of what people type for one."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from codes.certificate_number import (
    CertificateNumber,
    NumberError,
    NumberPrefix,
    pack_number,
    parse_number,
    parse_prefix,
    unpack_number,
)
from codes.legacy_number import LEGACY_LENGTH, explain_legacy, legacy_notices, legacy_problems
from codes.notices import Notice, Part, Problem
from codes.number_parts import explain_number
from codes.number_rule import (
    NUMBER_LENGTH,
    Category,
    number_notices,
    number_problems,
    stray_notices,
)
from codes.number_typing import read_look_alikes
from codes.special_number import explain_special, is_special, special_notices, special_problems
from codes.typed import LONGEST_TYPED, clean_typed

__all__ = [
    "Category",
    "CertificateNumber",
    "Notice",
    "NumberError",
    "NumberKind",
    "NumberPrefix",
    "NumberReading",
    "Part",
    "Problem",
    "inspect_number",
    "pack_number",
    "parse_number",
    "parse_prefix",
    "unpack_number",
]


class NumberKind(StrEnum):
    """Which numbering a typed number seems to follow."""

    UNIFIED = "unified"
    LEGACY16 = "legacy16"
    SPECIAL_LETTERS = "special_letters"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class NumberReading:
    """What a typed certificate number says, and what is wrong with it.

    Args:
        kind: the numbering it seems to follow.
        typed: exactly what was typed.
        normalised: the characters that were judged.
        number: the number, only where it follows the unified rule without a fault.
        notices: what was changed or is worth knowing.
        problems: every fault found, the leftmost first.
    """

    kind: NumberKind
    typed: str
    normalised: str
    number: CertificateNumber | None
    notices: tuple[Notice, ...]
    problems: tuple[Problem, ...]

    @property
    def parts(self) -> tuple[Part, ...]:
        """What each part says, where the number has no fault."""
        return () if self.problems else _NUMBERINGS[self.kind].parts(self.normalised)


def inspect_number(text: str, *, today: date) -> NumberReading:
    """Return everything that can be said about a number as a person typed it.

    Width, spaces, dashes, case and look-alikes are normalised and reported; the rest is judged
    by the same rule as `parse_number`.

    Args:
        text: anything; untrusted.
        today: the day to judge the year of issue by.
    """
    cleaned = read_look_alikes(clean_typed(text[:LONGEST_TYPED]))
    kind = _kind_of(cleaned.text)
    numbering = _NUMBERINGS[kind]
    problems = tuple(numbering.problems(cleaned.text, today))
    unified = kind is NumberKind.UNIFIED and not problems
    return NumberReading(
        kind=kind,
        typed=text,
        normalised=cleaned.text,
        number=parse_number(cleaned.text, today=today) if unified else None,
        notices=(*cleaned.notices, *numbering.notices(cleaned.text)),
        problems=problems,
    )


def _is_digits(text: str) -> bool:
    return text.isascii() and text.isdigit()


def _kind_of(normalised: str) -> NumberKind:
    """Return which numbering a normalised text follows, or was most likely meant to follow."""
    if len(normalised) == LEGACY_LENGTH and _is_digits(normalised):
        return NumberKind.LEGACY16
    if is_special(normalised):
        return NumberKind.SPECIAL_LETTERS
    if len(normalised) == NUMBER_LENGTH or normalised[:1] in tuple(Category):
        return NumberKind.UNIFIED
    return NumberKind.UNKNOWN


@dataclass(frozen=True, slots=True, kw_only=True)
class _Numbering:
    """How one kind of number is judged and explained."""

    problems: Callable[[str, date], Iterable[Problem]]
    notices: Callable[[str], Iterable[Notice]]
    parts: Callable[[str], tuple[Part, ...]]


_NUMBERINGS = {
    NumberKind.UNIFIED: _Numbering(
        problems=number_problems, notices=number_notices, parts=explain_number
    ),
    NumberKind.LEGACY16: _Numbering(
        problems=legacy_problems, notices=legacy_notices, parts=explain_legacy
    ),
    NumberKind.SPECIAL_LETTERS: _Numbering(
        problems=special_problems, notices=special_notices, parts=explain_special
    ),
    # Never without a fault: whatever has 22 characters is taken for a unified number.
    NumberKind.UNKNOWN: _Numbering(
        problems=number_problems, notices=stray_notices, parts=explain_number
    ),
}
