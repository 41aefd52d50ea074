"""The certificate number as a type: parsed strictly, read kindly, packed for the record."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from codes.errors import CodesError
from codes.legacy_number import LEGACY_LENGTH, explain_legacy, legacy_notices, legacy_problems
from codes.levels import Level
from codes.notices import Notice, Part, Problem
from codes.number_rule import (
    CENTURY,
    NUMBER_LENGTH,
    Category,
    explain_number,
    number_notices,
    number_problems,
    prefix_value_problems,
    shape_problems,
)
from codes.number_typing import read_look_alikes
from codes.special_number import (
    explain_special,
    is_special,
    special_notices,
    special_problems,
)
from codes.typed import clean_typed
from codes.wording import Text

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

PREFIX_LENGTH = 13
PACKED_BYTES = 10
_DIGIT_SPACE = 10**21


class NumberError(CodesError):
    """A certificate number is not what the coding rule allows; `position` says where."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NumberPrefix:
    """The first 13 characters of a number: what a body's filing gives it.

    Args:
        category: employer or social training assessment body.
        body_code: four digits; `0000` when first filed with a province.
        province: two digits of GB/T 2260.
        site_serial: six digits given by the province.

    Raises:
        NumberError: the values do not follow the coding rule.
    """

    category: Category
    body_code: str
    province: str
    site_serial: str

    def __post_init__(self) -> None:
        """Refuse values that no filing could give."""
        _refuse(_prefix_problems(str(self)))

    def __str__(self) -> str:
        """Return the 13 characters."""
        return f"{self.category}{self.body_code}{self.province}{self.site_serial}"

    def number(self, *, year: int, level: Level, serial: int) -> CertificateNumber:
        """Return the number that this body gives its `serial`-th certificate of `year`, `level`."""
        return CertificateNumber(
            category=self.category,
            body_code=self.body_code,
            province=self.province,
            site_serial=self.site_serial,
            year=year,
            level=level,
            serial=serial,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class CertificateNumber:
    """A number that follows the unified coding rule; no other can be made.

    Args:
        category: employer or social training assessment body.
        body_code: four digits; `0000` when first filed with a province.
        province: two digits of GB/T 2260.
        site_serial: six digits given by the province.
        year: year of issue, 2000–2099.
        level: skill level.
        serial: 1–999999, counted per prefix, year and level.

    Raises:
        NumberError: the values do not follow the coding rule.
    """

    category: Category
    body_code: str
    province: str
    site_serial: str
    year: int
    level: Level
    serial: int

    def __post_init__(self) -> None:
        """Refuse values that the coding rule refuses."""
        if not CENTURY <= self.year < CENTURY + 100:
            raise NumberError("number_year_range", Text(
                "证书编号只能表示2000年至2099年核发。",
                "A certificate number can only say years from 2000 to 2099.",
            ), position=14)
        _refuse(number_problems(str(self), None))

    def __str__(self) -> str:
        """Return the 22 characters."""
        return f"{self.prefix}{self.year % 100:02d}{self.level.value}{self.serial:06d}"

    @property
    def prefix(self) -> str:
        """The first 13 characters, which stand for the assessment body."""
        return f"{self.category}{self.body_code}{self.province}{self.site_serial}"

    @property
    def parts(self) -> tuple[Part, ...]:
        """The seven parts and what each says."""
        return explain_number(str(self))


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
        parts: what each part says, where the number has no fault.
    """

    kind: NumberKind
    typed: str
    normalised: str
    number: CertificateNumber | None
    notices: tuple[Notice, ...]
    problems: tuple[Problem, ...]
    parts: tuple[Part, ...]


def parse_number(text: str, *, today: date | None = None) -> CertificateNumber:
    """Return the number that `text` is, character by character.

    Args:
        text: exactly 22 ASCII characters, nothing normalised; untrusted.
        today: the day to judge the year of issue by; None leaves the year alone.

    Raises:
        NumberError: the first fault, with its 1-based position.
    """
    _refuse(number_problems(text, today))
    return CertificateNumber(
        category=Category(text[0]),
        body_code=text[1:5],
        province=text[5:7],
        site_serial=text[7:13],
        year=CENTURY + int(text[13:15]),
        level=Level(int(text[15])),
        serial=int(text[16:]),
    )


def parse_prefix(text: str) -> NumberPrefix:
    """Return the body's prefix that `text` is, character by character.

    Args:
        text: exactly 13 ASCII characters; untrusted.

    Raises:
        NumberError: the first fault, with its 1-based position.
    """
    _refuse(_prefix_problems(text))
    return NumberPrefix(
        category=Category(text[0]),
        body_code=text[1:5],
        province=text[5:7],
        site_serial=text[7:],
    )


def inspect_number(text: str, *, today: date) -> NumberReading:
    """Return everything that can be said about a number as a person typed it.

    Width, spaces, dashes, case and look-alikes are normalised and reported; the rest is judged
    by the same rule as `parse_number`.

    Args:
        text: anything; untrusted.
        today: the day to judge the year of issue by.
    """
    cleaned = read_look_alikes(clean_typed(text))
    normalised, notices = cleaned.text, cleaned.notices
    if len(normalised) == LEGACY_LENGTH and _is_digits(normalised):
        problems = tuple(legacy_problems(normalised, today))
        parts = () if problems else explain_legacy(normalised)
        extra = tuple(legacy_notices(normalised))
        return _reading(NumberKind.LEGACY16, text, normalised, (*notices, *extra), problems, parts)
    if is_special(normalised):
        problems = tuple(special_problems(normalised, today))
        parts = () if problems else explain_special(normalised)
        extra = tuple(special_notices(normalised))
        return _reading(
            NumberKind.SPECIAL_LETTERS, text, normalised, (*notices, *extra), problems, parts
        )
    problems = tuple(number_problems(normalised, today))
    kind = _kind_of_faulty(normalised) if problems else NumberKind.UNIFIED
    if problems:
        return _reading(kind, text, normalised, notices, problems, ())
    return NumberReading(
        kind=kind,
        typed=text,
        normalised=normalised,
        number=parse_number(normalised, today=today),
        notices=(*notices, *number_notices(normalised)),
        problems=(),
        parts=explain_number(normalised),
    )


def pack_number(number: CertificateNumber) -> bytes:
    """Return the number in the 10 bytes that records hold.

    The bytes are the big-endian value of letter × 10²¹ + the 21 digits, with A as 0.
    """
    text = str(number)
    value = (ord(text[0]) - ord("A")) * _DIGIT_SPACE + int(text[1:])
    return value.to_bytes(PACKED_BYTES, "big")


def unpack_number(packed: bytes) -> CertificateNumber:
    """Return the number in 10 bytes; only what `pack_number` makes is accepted.

    Args:
        packed: untrusted.

    Raises:
        NumberError: the bytes are not 10, or hold no number of the coding rule.
    """
    if len(packed) != PACKED_BYTES:
        raise NumberError("number_packed_length", Text(
            "证书编号的编码长度不正确。", "The packed certificate number is not 10 bytes long.",
        ))
    letter, digits = divmod(int.from_bytes(packed, "big"), _DIGIT_SPACE)
    if letter >= 26:
        raise NumberError("number_category", Text(
            "第1位不是大写字母。", "Position 1 is not a capital letter.",
        ), position=1)
    return parse_number(f"{chr(ord('A') + letter)}{digits:021d}")


def _prefix_problems(text: str) -> Iterable[Problem]:
    """Return the faults of a 13-character prefix, the leftmost first."""
    if len(text) != PREFIX_LENGTH:
        return [Problem(
            code="number_prefix_length", position=min(len(text), PREFIX_LENGTH) + 1, text=Text(
                f"机构编码（证书编号前13位）应为13位，现为{len(text)}位。",
                f"A body's prefix has 13 characters; this has {len(text)}.",
            ),
        )]
    shape = list(shape_problems(text))
    bad = {problem.position for problem in shape}
    found = [*shape, *prefix_value_problems(text, bad)]
    return sorted(found, key=lambda problem: problem.position or 0)


def _refuse(problems: Iterable[Problem]) -> None:
    """Raise the first problem, if there is one."""
    for problem in problems:
        raise NumberError(problem.code, problem.text, position=problem.position)


def _is_digits(text: str) -> bool:
    return text.isascii() and text.isdigit()


def _kind_of_faulty(normalised: str) -> NumberKind:
    """Return which numbering a faulty number was most likely meant to follow."""
    starts_right = normalised[:1] in tuple(Category)
    unified = starts_right or len(normalised) == NUMBER_LENGTH
    return NumberKind.UNIFIED if unified else NumberKind.UNKNOWN


def _reading(
    kind: NumberKind,
    typed: str,
    normalised: str,
    notices: tuple[Notice, ...],
    problems: tuple[Problem, ...],
    parts: tuple[Part, ...],
) -> NumberReading:
    return NumberReading(kind=kind, typed=typed, normalised=normalised, number=None,
                         notices=notices, problems=problems, parts=parts)
