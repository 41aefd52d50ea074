"""The two-letter form of a certificate number (特级技师 and the like): explained, never issued.

The form is known (two letters and 20 digits, the level position holds a letter); which letter
stands for 特级技师, 首席技师 or 学徒工 is not confirmed, so no meaning is claimed for it.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from codes.notices import Notice, Part, Problem
from codes.number_parts import explain_prefix, serial_part, year_part
from codes.number_rule import NUMBER_LENGTH, number_problems
from codes.wording import Text

_LEVEL_INDEX = 15
# Any level will do: it only stands in for the letter while the other positions are judged.
_STAND_IN_LEVEL = "1"
_DIGIT_LIKE = {"S": "5", "Z": "2", "B": "8", "G": "6", "Q": "0", "D": "0"}


def is_special(text: str) -> bool:
    """Return whether `text` (normalised) has the two-letter form."""
    if len(text) != NUMBER_LENGTH:
        return False
    level, digits = text[_LEVEL_INDEX], text[1:_LEVEL_INDEX] + text[_LEVEL_INDEX + 1 :]
    return _is_capital(level) and _is_capital(text[0]) and digits.isascii() and digits.isdigit()


def special_problems(text: str, today: date) -> Iterator[Problem]:
    """Yield the faults of a two-letter number apart from its level letter."""
    yield from number_problems(
        text[:_LEVEL_INDEX] + _STAND_IN_LEVEL + text[_LEVEL_INDEX + 1 :], today
    )


def special_notices(text: str) -> Iterator[Notice]:
    """Yield what a reader of a two-letter number has to know."""
    letter = text[_LEVEL_INDEX]
    yield Notice(
        code="number_special_letters",
        text=Text(
            f"第16位为字母{letter}，是特级技师等岗位等级的编号形式；各字母代表的等级尚待确认。"
            "本系统只作说明，不签发此类证书。",
            f"Position 16 is the letter {letter}: the form used for 特级技师 and similar grades."
            " Which letter means which grade is not confirmed. Explained here, never issued.",
        ),
    )
    if letter in _DIGIT_LIKE:
        yield Notice(
            code="number_special_letter_look_alike",
            text=Text(
                f"第16位的字母{letter}与数字{_DIGIT_LIKE[letter]}形近，请与证书核对。",
                f"The letter {letter} at position 16 looks like the digit {_DIGIT_LIKE[letter]};"
                " please compare with the certificate.",
            ),
        )


def explain_special(text: str) -> tuple[Part, ...]:
    """Return the seven parts of a two-letter number without faults."""
    level = Part(
        positions=(16, 16),
        label=Text("职业技能等级代码", "Skill level"),
        value=text[_LEVEL_INDEX],
        meaning=Text(
            "特级技师、首席技师或学徒工等等级（字母含义待确认）",
            "a grade such as 特级技师, 首席技师 or 学徒工 (letter not confirmed)",
        ),
    )
    serial = int(text[16:])
    return (
        *explain_prefix(text[:13]),
        year_part(text[13:15]),
        level,
        serial_part(
            text[16:],
            Text(f"第{serial}本证书", f"certificate no. {serial}"),
        ),
    )


def _is_capital(char: str) -> bool:
    return "A" <= char <= "Z"
