"""What each part of a certificate number says, in the order it is written.

Everything here expects a string without faults; `codes.number_rule` says whether it has any.
"""

from __future__ import annotations

from functools import lru_cache

from codes.levels import Level
from codes.notices import Part
from codes.number_rule import CENTURY, PROVINCE_FILED, Category
from codes.regions import find_province
from codes.wording import Text


@lru_cache(maxsize=256)
def explain_prefix(prefix: str) -> tuple[Part, ...]:
    """Return the four parts that the filing gives (positions 1–13)."""
    return (
        _category_part(prefix[0]),
        _body_part(prefix[1:5]),
        Part(
            positions=(6, 7),
            label=Text("机构（站点）所在地省级代码", "Province of the body"),
            value=prefix[5:7],
            meaning=_province_meaning(prefix[5:7]),
        ),
        Part(
            positions=(8, 13),
            label=Text("机构（站点）序列码", "Serial of the body or its site"),
            value=prefix[7:],
            meaning=Text(
                f"所在省份编定的第{int(prefix[7:])}号机构（站点）",
                f"body or site no. {int(prefix[7:])} of its province",
            ),
        ),
    )


def explain_number(text: str) -> tuple[Part, ...]:
    """Return the seven parts of a number without faults, from left to right."""
    level, serial = Level(int(text[15])), int(text[16:])
    return (
        *explain_prefix(text[:13]),
        year_part(text[13:15]),
        Part(
            positions=(16, 16),
            label=Text("职业技能等级代码", "Skill level"),
            value=text[15],
            meaning=level.text,
        ),
        serial_part(
            text[16:],
            Text(
                f"该机构当年该等级第{serial}本证书",
                f"certificate no. {serial} of the body in that year at that level",
            ),
        ),
    )


def year_part(value: str) -> Part:
    """Return the part for the two digits of the year of issue."""
    year = CENTURY + int(value)
    return Part(
        positions=(14, 15),
        label=Text("证书核发年份代码", "Year of issue"),
        value=value,
        meaning=Text(f"{year}年核发", f"issued in {year}"),
    )


def serial_part(value: str, meaning: Text) -> Part:
    """Return the part for the certificate serial."""
    return Part(
        positions=(17, 22),
        label=Text("证书序列码", "Certificate serial"),
        value=value,
        meaning=meaning,
    )


def _category_part(letter: str) -> Part:
    category = Category(letter)
    return Part(
        positions=(1, 1),
        label=Text("评价机构类别代码", "Category of assessment body"),
        value=letter,
        meaning=Text(category.zh, category.en),
    )


def _body_part(value: str) -> Part:
    meaning = Text(
        "首次在省级人社部门备案（固定取值0000）", "first filed with a province (always 0000)"
    )
    if value != PROVINCE_FILED:
        meaning = Text(
            f"首次在人力资源社会保障部备案的第{int(value)}号机构",
            f"body no. {int(value)}, first filed with the ministry",
        )
    return Part(
        positions=(2, 5), label=Text("评价机构代码", "Body code"), value=value, meaning=meaning
    )


def _province_meaning(code: str) -> Text:
    province = find_province(code)
    if province is None:
        return Text("未知", "unknown")
    if province.confirmed:
        return province.text
    return Text(f"{province.zh}（用法待确认）", f"{province.en} (use not confirmed)")
