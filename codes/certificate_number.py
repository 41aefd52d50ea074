"""The certificate number as a type: nothing that breaks the coding rule can be made."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from codes.errors import CodesError
from codes.levels import Level
from codes.notices import Part, Problem
from codes.number_parts import explain_number
from codes.number_rule import (
    CENTURY,
    Category,
    is_sound,
    number_problems,
    prefix_value_problems,
    shape_problems,
)
from codes.wording import Text

PREFIX_LENGTH = 13
PACKED_BYTES = 10
_DIGIT_SPACE = 10**21
_LEVELS = {str(int(one)): one for one in Level}


class NumberError(CodesError):
    """A certificate number is not what the coding rule allows; `position` says where."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NumberPrefix:
    """The first 13 characters of a number: what a body's filing gives it.

    Args:
        category: employer or social training assessment organisation.
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
        if (len(self.body_code), len(self.province), len(self.site_serial)) != (4, 2, 6):
            raise _part_length_error()
        _refuse(_prefix_problems(str(self)))

    def __str__(self) -> str:
        """Return the 13 characters."""
        return f"{self.category}{self.body_code}{self.province}{self.site_serial}"

    def number(self, *, year: int, level: Level, serial: int) -> CertificateNumber:
        """Return the number that this body gives its `serial`-th certificate of `year`, `level`.

        Raises:
            NumberError: the year is not 2000–2099, or the serial not 1–999999.
        """
        if not CENTURY <= year < CENTURY + 100:
            raise NumberError(
                "number_year_range",
                Text(
                    "证书编号只能表示2000年至2099年核发。",
                    "A certificate number can only say years from 2000 to 2099.",
                ),
                position=14,
            )
        return CertificateNumber(f"{self}{year % 100:02d}{level:d}{serial:06d}")


@dataclass(frozen=True, slots=True)
class CertificateNumber:
    """A number that follows the unified coding rule; no other can be made.

    Args:
        text: the 22 characters.

    Raises:
        NumberError: the first fault, with its 1-based position.
    """

    text: str

    def __post_init__(self) -> None:
        """Refuse what the coding rule refuses."""
        if not is_sound(self.text):
            _refuse(number_problems(self.text, None))

    def __str__(self) -> str:
        """Return the 22 characters."""
        return self.text

    @property
    def prefix(self) -> str:
        """The first 13 characters, which stand for the assessment body."""
        return self.text[:PREFIX_LENGTH]

    @property
    def category(self) -> Category:
        """Employer or social training assessment organisation."""
        return Category(self.text[0])

    @property
    def body_code(self) -> str:
        """Four digits; `0000` when first filed with a province."""
        return self.text[1:5]

    @property
    def province(self) -> str:
        """Two digits of GB/T 2260."""
        return self.text[5:7]

    @property
    def site_serial(self) -> str:
        """Six digits given by the province."""
        return self.text[7:PREFIX_LENGTH]

    @property
    def year(self) -> int:
        """Year of issue, 2000–2099."""
        return CENTURY + int(self.text[13:15])

    @property
    def level(self) -> Level:
        """Skill level."""
        return _LEVELS[self.text[15]]

    @property
    def serial(self) -> int:
        """1–999999, counted per prefix, year and level."""
        return int(self.text[16:])

    @property
    def parts(self) -> tuple[Part, ...]:
        """The seven parts and what each says."""
        return explain_number(self.text)


def parse_number(text: str, *, today: date | None = None) -> CertificateNumber:
    """Return the number that `text` is, character by character.

    Args:
        text: exactly 22 ASCII characters, nothing normalised; untrusted.
        today: the day to judge the year of issue by; None leaves the year alone.

    Raises:
        NumberError: the first fault, with its 1-based position.
    """
    if today is not None:
        _refuse(number_problems(text, today))
    return CertificateNumber(text)


@lru_cache(maxsize=256)  # a log says few of them, each a thousand times
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


def pack_number(number: CertificateNumber) -> bytes:
    """Return the number in the 10 bytes that records hold.

    The bytes are the big-endian value of letter × 10²¹ + the 21 digits, with A as 0.
    """
    value = (ord(number.text[0]) - ord("A")) * _DIGIT_SPACE + int(number.text[1:])
    return value.to_bytes(PACKED_BYTES, "big")


def unpack_number(packed: bytes) -> CertificateNumber:
    """Return the number in 10 bytes; only what `pack_number` makes is accepted.

    Args:
        packed: untrusted.

    Raises:
        NumberError: the bytes are not 10, or hold no number of the coding rule.
    """
    if len(packed) != PACKED_BYTES:
        raise NumberError(
            "number_packed_length",
            Text(
                "证书编号的编码长度不正确。",
                "The packed certificate number is not 10 bytes long.",
            ),
        )
    letter, digits = divmod(int.from_bytes(packed, "big"), _DIGIT_SPACE)
    # Ten bytes reach past Z: such a "letter" is refused like any other wrong category.
    return parse_number(f"{chr(ord('A') + letter)}{digits:021d}")


def _prefix_problems(text: str) -> Iterable[Problem]:
    """Return the faults of a 13-character prefix, the leftmost first."""
    if len(text) != PREFIX_LENGTH:
        return [
            Problem(
                code="number_prefix_length",
                position=min(len(text), PREFIX_LENGTH) + 1,
                text=Text(
                    f"编号前缀（证书编号前13位）应为13位，现为{len(text)}位。",
                    f"A body's prefix has 13 characters; this has {len(text)}.",
                ),
            )
        ]
    shape = list(shape_problems(text))
    bad = {problem.position for problem in shape}
    found = [*shape, *prefix_value_problems(text, bad)]
    return sorted(found, key=lambda problem: problem.position or 0)


def _part_length_error() -> NumberError:
    """Return the error for parts that only together have the right length."""
    return NumberError(
        "number_part_length",
        Text(
            "机构代码应为4位、省级代码应为2位、机构序列码应为6位。",
            "The body code has 4 digits, the province 2, the serial of the body 6.",
        ),
    )


def _refuse(problems: Iterable[Problem]) -> None:
    """Raise the first problem, if there is one."""
    for problem in problems:
        raise NumberError(problem.code, problem.text, position=problem.position)
