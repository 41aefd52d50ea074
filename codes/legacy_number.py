"""The 16-digit number of 职业资格证书 (vocational qualification certificates) before 2019.

Candidates bring these as prior certificates; they are explained, never issued.
Source: 职业技能鉴定编码规则 (year, department, city, kind of body, body, level, serial).
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from functools import cache

from codes.datafiles import load_table
from codes.levels import Level
from codes.notices import Notice, Part, Problem
from codes.wording import Text

LEGACY_LENGTH = 16
# The certificates began with the Labour Act of 1994, so 94–99 are years of the last century.
_FIRST_YEAR = 1994
_LAST_YEAR = 2019


def legacy_year(two_digits: str) -> int:
    """Return the year that the first two digits of a 16-digit number mean."""
    value = int(two_digits)
    return 1900 + value if value >= _FIRST_YEAR % 100 else 2000 + value


def legacy_problems(text: str, today: date) -> Iterator[Problem]:
    """Yield the faults of 16 digits, the leftmost first.

    Args:
        text: exactly 16 ASCII digits.
        today: the day to judge the year of issue by.
    """
    year = legacy_year(text[:2])
    if year > today.year:
        yield Problem(
            code="legacy_year_future",
            position=1,
            text=Text(
                f"第1–2位表示{year}年核发，该年份尚未到来。",
                f"Positions 1–2 say the year {year}, which has not come yet.",
            ),
        )
    if text[6] not in _bodies():
        yield Problem(
            code="legacy_body_kind",
            position=7,
            text=Text(
                f"第7位“{text[6]}”不是鉴定机构识别代码，应为0至4。",
                f"Position 7, “{text[6]}”, is not a kind of testing body; it must be 0 to 4.",
            ),
        )
    if text[10] not in "12345":
        yield Problem(
            code="legacy_level",
            position=11,
            text=Text(
                f"第11位“{text[10]}”不是等级代码，应为1至5。",
                f"Position 11, “{text[10]}”, is not a level; it must be 1 to 5.",
            ),
        )
    if text[11:] == "00000":
        yield Problem(
            code="legacy_serial_zero",
            position=12,
            text=Text(
                "第12–16位顺序号从00001起编，不能为00000。",
                "Positions 12–16 count from 00001; 00000 is never given.",
            ),
        )


def legacy_notices(text: str) -> Iterator[Notice]:
    """Yield what a reader of a 16-digit number has to know."""
    yield Notice(
        code="number_legacy",
        text=Text(
            "这是16位的职业资格证书编号（旧式），不是22位的职业技能等级证书编号；"
            "本系统只作说明，请到技能人才评价工作网查询。",
            "This is the 16-digit number of an older vocational qualification certificate, not the"
            " 22-character number of a skill level certificate. It is explained here; please query"
            " it on the national site.",
        ),
    )
    if legacy_year(text[:2]) > _LAST_YEAR:
        yield Notice(
            code="legacy_year_late",
            text=Text(
                "第1–2位的年份晚于16位编号普遍停用的时间，请核对。",
                "The year in positions 1–2 is later than these numbers were generally given;"
                " please check it.",
            ),
        )


def explain_legacy(text: str) -> tuple[Part, ...]:
    """Return the seven parts of 16 digits without faults, from left to right."""
    year = legacy_year(text[:2])
    return (
        Part(
            positions=(1, 2),
            label=Text("证书核发年份代码", "Year of issue"),
            value=text[:2],
            meaning=Text(f"{year}年核发", f"issued in {year}"),
        ),
        Part(
            positions=(3, 4),
            label=Text("省级或行业部门代码", "Province or department"),
            value=text[2:4],
            meaning=_department(text[2:4]),
        ),
        Part(
            positions=(5, 6),
            label=Text("地市级代码", "City"),
            value=text[4:6],
            meaning=_city(text[4:6]),
        ),
        Part(
            positions=(7, 7),
            label=Text("鉴定机构识别代码", "Kind of testing body"),
            value=text[6],
            meaning=_bodies()[text[6]],
        ),
        Part(
            positions=(8, 10),
            label=Text("鉴定机构序列号", "Serial of the testing body"),
            value=text[7:10],
            meaning=Text(f"第{int(text[7:10])}号机构", f"body no. {int(text[7:10])}"),
        ),
        Part(
            positions=(11, 11),
            label=Text("证书等级代码", "Level"),
            value=text[10],
            meaning=Level(int(text[10])).text,
        ),
        Part(
            positions=(12, 16),
            label=Text("证书核发顺序号", "Certificate serial"),
            value=text[11:],
            meaning=Text(
                f"该机构当年该等级第{int(text[11:])}本证书",
                f"certificate no. {int(text[11:])} of the body in that year at that level",
            ),
        ),
    )


@cache
def _bodies() -> dict[str, Text]:
    table = load_table("legacy_numbers")
    return {entry["code"]: Text(entry["zh"], entry["en"]) for entry in table["bodies"]}


@cache
def _departments() -> dict[str, Text]:
    table = load_table("legacy_numbers")
    return {entry["code"]: Text(entry["zh"], entry["en"]) for entry in table["departments"]}


def _department(code: str) -> Text:
    found = _departments().get(code)
    if found is None:
        return Text(
            "原劳动保障部门代码表中的省份或行业部门（与国家标准省级代码不同）",
            "a province or department of the labour ministry's own table, which is not GB/T 2260",
        )
    return Text(
        f"{found.zh}（据编码规则示例，待确认）",
        f"{found.en} (from an example in the rule, not confirmed)",
    )


def _city(code: str) -> Text:
    if code == "00":
        return Text("无地市级机构（省级或行业直属）", "no city: directly under the department")
    return Text("由该省级或行业部门编定的地市", "a city as numbered by that department")
