"""The unified coding rule of certificate numbers: every fault a number can have, as a sentence.

Everything here works on a normalised ASCII string; `codes.number` gives it types.
Source: 职业技能等级证书编码规则 (22 characters: one letter and 21 digits, in seven parts).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from enum import StrEnum
from functools import cache

from codes.notices import Notice, Problem
from codes.regions import find_province, provinces
from codes.wording import Text

NUMBER_LENGTH = 22
CENTURY = 2000
# The rule came with the skill level certificates of 2019.
RULE_FIRST_YEAR = 2019
PROVINCE_FILED = "0000"
_DIGITS = frozenset("0123456789")
_SHAPE = re.compile(f"[YS][0-9]{{0,{NUMBER_LENGTH - 1}}}")


class Category(StrEnum):
    """Who assesses: the first letter of a certificate number."""

    EMPLOYER = "Y"
    SOCIAL = "S"

    @property
    def zh(self) -> str:
        """The category in Chinese."""
        return "用人单位" if self is Category.EMPLOYER else "社会培训评价组织"

    @property
    def en(self) -> str:
        """The category in English."""
        return (
            "employer" if self is Category.EMPLOYER else "social training assessment organisation"
        )


def is_sound(text: str) -> bool:
    """Say whether a number has no fault, its year left alone; asking which costs ten times that."""
    return _sound().fullmatch(text) is not None


@cache
def _sound() -> re.Pattern[str]:
    filing = "|".join(code for code, province in provinces().items() if province.files_bodies)
    return re.compile(
        f"[YS](?!{PROVINCE_FILED}..000000)[0-9]{{4}}(?:{filing})[0-9]{{8}}[1-5](?!000000)[0-9]{{6}}"
    )


def number_problems(text: str, today: date | None) -> Iterator[Problem]:
    """Yield each fault of a 22-character number, the leftmost first.

    Args:
        text: the number as it stands, nothing normalised; untrusted.
        today: the day to judge the year of issue by, or None to leave the year alone.
    """
    if len(text) != NUMBER_LENGTH:
        yield _length_problem(text)
        return
    shape = tuple(shape_problems(text))
    bad = {problem.position for problem in shape}
    yield from sorted(
        (*shape, *prefix_value_problems(text, bad), *_own_value_problems(text, bad, today)),
        key=lambda problem: problem.position or 0,
    )


def shape_problems(text: str) -> Iterator[Problem]:
    """Yield a fault for each character that is not the letter or digit its position wants."""
    if _SHAPE.fullmatch(text):
        return
    for position, char in enumerate(text, start=1):
        if position == 1:
            if char not in tuple(Category):
                yield Problem(
                    code="number_category",
                    position=1,
                    text=Text(
                        "第1位应为大写字母Y（用人单位）或S（社会培训评价组织）。",
                        "Position 1 must be the capital letter Y (employer) or S (social training"
                        " assessment body).",
                    ),
                )
        elif char not in _DIGITS:
            hint_zh, hint_en = _look_alike_hint(char)
            yield Problem(
                code="number_not_digit",
                position=position,
                text=Text(
                    f"第{position}位应为数字。{hint_zh}",
                    f"Position {position} must be a digit.{hint_en}",
                ),
            )


def prefix_value_problems(text: str, bad: set[int | None]) -> Iterator[Problem]:
    """Yield the faults of values in positions 2–13; positions in `bad` are already reported."""
    if not bad & {6, 7}:
        province = find_province(text[5:7])
        if province is None:
            yield Problem(
                code="number_province_unknown",
                position=6,
                text=Text(
                    f"第6–7位“{text[5:7]}”不是国家标准 GB/T 2260 中的省级代码。",
                    f"Positions 6–7, “{text[5:7]}”, are not a province code of GB/T 2260.",
                ),
            )
        elif not province.files_bodies:
            yield Problem(
                code="number_province_not_filing",
                position=6,
                text=Text(
                    f"第6–7位“{text[5:7]}”为{province.zh}，该地区没有备案评价机构的人社部门，"
                    "不用于证书编号。",
                    f"Positions 6–7, “{text[5:7]}”, are {province.en}, where no human resources"
                    " department files assessment bodies; no certificate number has them.",
                ),
            )
    if text[1:5] == PROVINCE_FILED and text[7:13] == "000000":
        yield Problem(
            code="number_body_missing",
            position=8,
            text=Text(
                "第2–5位为0000（省级备案）时，第8–13位机构序列码不能为000000。",
                "Positions 8–13 cannot be 000000 where positions 2–5 are 0000 (filed with a"
                " province): no body would be named.",
            ),
        )


def _own_value_problems(text: str, bad: set[int | None], today: date | None) -> Iterator[Problem]:
    """Yield the faults of values in positions 14–22."""
    if today is not None and not bad & {14, 15} and CENTURY + int(text[13:15]) > today.year:
        yield Problem(
            code="number_year_future",
            position=14,
            text=Text(
                f"第14–15位表示{CENTURY + int(text[13:15])}年核发，该年份尚未到来。",
                f"Positions 14–15 say the year {CENTURY + int(text[13:15])}, which has not come"
                " yet.",
            ),
        )
    if 16 not in bad and text[15] not in "12345":
        yield Problem(
            code="number_level",
            position=16,
            text=Text(
                f"第16位“{text[15]}”不是职业技能等级代码，应为1至5。",
                f"Position 16, “{text[15]}”, is not a skill level; it must be 1 to 5.",
            ),
        )
    if text[16:] == "000000":
        yield Problem(
            code="number_serial_zero",
            position=17,
            text=Text(
                "第17–22位证书序列码从000001起编，不能为000000。",
                "Positions 17–22 count from 000001; 000000 is never given.",
            ),
        )


def _length_problem(text: str) -> Problem:
    length = len(text)
    return Problem(
        code="number_length",
        position=min(length, NUMBER_LENGTH) + 1,
        text=Text(
            f"证书编号应为22位（1位字母和21位数字），现为{length}位。",
            f"A certificate number has 22 characters (one letter, 21 digits); this has {length}.",
        ),
    )


def _look_alike_hint(char: str) -> tuple[str, str]:
    """Return a question for a character that is often taken for a digit, else nothing."""
    meant = {
        "O": "0",
        "o": "0",
        "I": "1",
        "L": "1",
        "l": "1",
        "i": "1",
        "|": "1",
        "Q": "0",
        "D": "0",
        "S": "5",
        "s": "5",
        "B": "8",
        "Z": "2",
        "z": "2",
        "G": "6",
    }.get(char)
    if meant is None:
        return "", ""
    return f"是否应为数字{meant}？", f" Is it the digit {meant}?"


def number_notices(text: str) -> Iterator[Notice]:
    """Yield what is worth saying about a number, as far as its shape lets it be read."""
    if len(text) != NUMBER_LENGTH or not _is_digits(text[1:]):
        return
    province = find_province(text[5:7])
    if province is not None and not province.confirmed:
        yield Notice(
            code="number_province_unconfirmed",
            text=Text(
                f"第6–7位“{province.code}”（{province.zh}）用于证书编号尚待确认。",
                f"The use of “{province.code}” ({province.en}) in certificate numbers is not"
                " confirmed.",
            ),
        )
    if CENTURY + int(text[13:15]) < RULE_FIRST_YEAR:
        yield Notice(
            code="number_year_before_rule",
            text=Text(
                f"编码规则自{RULE_FIRST_YEAR}年起使用，第14–15位的年份早于此，请核对。",
                f"This coding rule has been used since {RULE_FIRST_YEAR}; the year in positions"
                " 14–15 is earlier. Please check it.",
            ),
        )
    if text[7:13] == "000000" and text[1:5] != PROVINCE_FILED:
        yield Notice(
            code="number_site_zero",
            text=Text(
                "第8–13位机构序列码为000000，请核对。",
                "Positions 8–13, the serial of the body, are 000000. Please check them.",
            ),
        )


def stray_notices(text: str) -> Iterator[Notice]:
    """Yield a guess at what was typed where it is no number of a certificate."""
    if "://" in text:
        yield Notice(
            code="typed_link",
            text=Text(
                "输入的似为网址，请使用二维码核验，或填写证书上印制的22位证书编号。",
                "This looks like a link. Check it as a QR code, or type the 22-character number"
                " printed on the certificate.",
            ),
        )
    elif len(text) == 18 and _is_digits(text[:17]):
        yield Notice(
            code="typed_document_number",
            text=Text(
                "输入的似为18位证件号码，请填在证件号码栏。",
                "This looks like an 18-character identity number; it belongs in its own field.",
            ),
        )
    elif len(text) == 13 and _is_digits(text):
        yield Notice(
            code="typed_shanghai_legacy",
            text=Text(
                "如为上海市早年13位职业资格证书编号，请在前面加000补足16位（待确认）。",
                "If this is an older 13-digit certificate number of Shanghai, put 000 before it to"
                " make 16 digits (not confirmed).",
            ),
        )


def _is_digits(text: str) -> bool:
    return text.isascii() and text.isdigit()
