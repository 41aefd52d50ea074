"""The unified coding rule of certificate numbers: its faults and its parts, as sentences.

Everything here works on a normalised ASCII string; `codes.number` gives it types.
Source: 职业技能等级证书编码规则 (22 characters: one letter and 21 digits, in seven parts).
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from enum import StrEnum

from codes.levels import Level
from codes.notices import Notice, Part, Problem
from codes.regions import find_province
from codes.wording import Text

NUMBER_LENGTH = 22
CENTURY = 2000
# The rule came with the skill level certificates of 2019.
RULE_FIRST_YEAR = 2019
PROVINCE_FILED = "0000"
_DIGITS = frozenset("0123456789")


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
        return "employer" if self is Category.EMPLOYER else "social training assessment body"


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
    for position, char in enumerate(text, start=1):
        if position == 1:
            if char not in tuple(Category):
                yield Problem(code="number_category", position=1, text=Text(
                    "第1位应为大写字母Y（用人单位）或S（社会培训评价组织）。",
                    "Position 1 must be the capital letter Y (employer) or S (social training"
                    " assessment body).",
                ))
        elif char not in _DIGITS:
            hint_zh, hint_en = _look_alike_hint(char)
            yield Problem(code="number_not_digit", position=position, text=Text(
                f"第{position}位应为数字。{hint_zh}",
                f"Position {position} must be a digit.{hint_en}",
            ))


def prefix_value_problems(text: str, bad: set[int | None]) -> Iterator[Problem]:
    """Yield the faults of values in positions 2–13; positions in `bad` are already reported."""
    if not bad & {6, 7}:
        province = find_province(text[5:7])
        if province is None:
            yield Problem(code="number_province_unknown", position=6, text=Text(
                f"第6–7位“{text[5:7]}”不是国家标准 GB/T 2260 中的省级代码。",
                f"Positions 6–7, “{text[5:7]}”, are not a province code of GB/T 2260.",
            ))
        elif not province.files_bodies:
            yield Problem(code="number_province_not_filing", position=6, text=Text(
                f"第6–7位“{text[5:7]}”为{province.zh}，该地区没有备案评价机构的人社部门，"
                "不用于证书编号。",
                f"Positions 6–7, “{text[5:7]}”, are {province.en}, where no human resources"
                " department files assessment bodies; no certificate number has them.",
            ))
    if text[1:5] == PROVINCE_FILED and text[7:13] == "000000":
        yield Problem(code="number_body_missing", position=8, text=Text(
            "第2–5位为0000（省级备案）时，第8–13位机构序列码不能为000000。",
            "Positions 8–13 cannot be 000000 where positions 2–5 are 0000 (filed with a"
            " province): no body would be named.",
        ))


def _own_value_problems(text: str, bad: set[int | None], today: date | None) -> Iterator[Problem]:
    """Yield the faults of values in positions 14–22."""
    if today is not None and not bad & {14, 15} and CENTURY + int(text[13:15]) > today.year:
        yield Problem(code="number_year_future", position=14, text=Text(
            f"第14–15位表示{CENTURY + int(text[13:15])}年核发，该年份尚未到来。",
            f"Positions 14–15 say the year {CENTURY + int(text[13:15])}, which has not come yet.",
        ))
    if 16 not in bad and text[15] not in "12345":
        yield Problem(code="number_level", position=16, text=Text(
            f"第16位“{text[15]}”不是职业技能等级代码，应为1至5。",
            f"Position 16, “{text[15]}”, is not a skill level; it must be 1 to 5.",
        ))
    if text[16:] == "000000":
        yield Problem(code="number_serial_zero", position=17, text=Text(
            "第17–22位证书序列码从000001起编，不能为000000。",
            "Positions 17–22 count from 000001; 000000 is never given.",
        ))


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
        "O": "0", "o": "0", "I": "1", "l": "1", "i": "1", "|": "1",
        "Q": "0", "D": "0", "S": "5", "s": "5", "B": "8", "Z": "2", "z": "2", "G": "6",
    }.get(char)
    if meant is None:
        return "", ""
    return f"是否应为数字{meant}？", f" Is it the digit {meant}?"


def number_notices(text: str) -> Iterator[Notice]:
    """Yield what is worth saying about a number without faults."""
    province = find_province(text[5:7])
    if province is not None and not province.confirmed:
        yield Notice(code="number_province_unconfirmed", text=Text(
            f"第6–7位“{province.code}”（{province.zh}）用于证书编号尚待确认。",
            f"The use of “{province.code}” ({province.en}) in certificate numbers is not"
            " confirmed.",
        ))
    if CENTURY + int(text[13:15]) < RULE_FIRST_YEAR:
        yield Notice(code="number_year_before_rule", text=Text(
            f"编码规则自{RULE_FIRST_YEAR}年起使用，第14–15位的年份早于此，请核对。",
            f"This coding rule has been used since {RULE_FIRST_YEAR}; the year in positions"
            " 14–15 is earlier. Please check it.",
        ))
    if text[7:13] == "000000":
        yield Notice(code="number_site_zero", text=Text(
            "第8–13位机构序列码为000000，请核对。",
            "Positions 8–13, the serial of the body, are 000000. Please check them.",
        ))


def explain_prefix(text: str) -> Iterator[Part]:
    """Yield the four parts that the filing gives (positions 1–13)."""
    yield _category_part(text[0])
    yield _body_part(text[1:5])
    yield Part(positions=(6, 7), label=Text("机构（站点）所在地省级代码", "Province of the body"),
               value=text[5:7], meaning=_province_meaning(text[5:7]))
    yield Part(
        positions=(8, 13), label=Text("机构（站点）序列码", "Serial of the body or its site"),
        value=text[7:13],
        meaning=Text(f"所在省份编定的第{int(text[7:13])}号机构（站点）",
                     f"body or site no. {int(text[7:13])} of its province"),
    )


def explain_number(text: str) -> tuple[Part, ...]:
    """Return the seven parts of a number without faults, from left to right."""
    level, serial = Level(int(text[15])), int(text[16:])
    return (*explain_prefix(text), year_part(text[13:15]), Part(
        positions=(16, 16), label=Text("职业技能等级代码", "Skill level"), value=text[15],
        meaning=level.text,
    ), serial_part(text[16:], Text(
        f"该机构当年该等级第{serial}本证书",
        f"certificate no. {serial} of the body in that year at that level",
    )))


def year_part(value: str) -> Part:
    """Return the part for the two digits of the year of issue."""
    year = CENTURY + int(value)
    return Part(positions=(14, 15), label=Text("证书核发年份代码", "Year of issue"), value=value,
                meaning=Text(f"{year}年核发", f"issued in {year}"))


def serial_part(value: str, meaning: Text) -> Part:
    """Return the part for the certificate serial."""
    return Part(positions=(17, 22), label=Text("证书序列码", "Certificate serial"), value=value,
                meaning=meaning)


def _category_part(letter: str) -> Part:
    category = Category(letter)
    return Part(positions=(1, 1), label=Text("评价机构类别代码", "Category of assessment body"),
                value=letter, meaning=Text(category.zh, category.en))


def _body_part(value: str) -> Part:
    meaning = Text("首次在省级人社部门备案（固定取值0000）",
                   "first filed with a province (always 0000)")
    if value != PROVINCE_FILED:
        meaning = Text(f"首次在人力资源社会保障部备案的第{int(value)}号机构",
                       f"body no. {int(value)}, first filed with the ministry")
    return Part(positions=(2, 5), label=Text("评价机构代码", "Body code"), value=value,
                meaning=meaning)


def _province_meaning(code: str) -> Text:
    province = find_province(code)
    if province is None:
        return Text("未知", "unknown")
    if province.confirmed:
        return province.text
    return Text(f"{province.zh}（用法待确认）", f"{province.en} (use not confirmed)")
