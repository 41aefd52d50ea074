"""What is said of prior certificates when eligibility is judged."""

from __future__ import annotations

from datetime import date

from accounts.spoken import spoken_day
from codes.assessment_rules import Condition
from codes.wording import Text


def checked(issued_on: date) -> Text:
    """Say that a prior certificate is one of the register."""
    day = spoken_day(issued_on)
    return Text(
        f"原证书已与登记册核对：本人、级别相符，{day.zh}核发",
        f"prior certificate checked with the register: the holder's, issued on {day.en}",
    )


NOT_CHECKED = Text(
    "原证书编号格式正确，不在本系统登记册内，未核对真伪；请在技能人才评价工作网查询并留存结果",
    "the number is well formed and not of this register: not checked here; query it on the "
    "national site and keep the answer",
)
OTHER_KIND = Text(
    "应为22位职业技能等级证书编号，或16位职业资格证书编号",
    "a 22-character certificate number, or one of 16 digits",
)
NO_DAY = Text(
    "请填原证书发证日期，如 2019-05-31，不晚于今天",
    "the certificate's date of issue, such as 2019-05-31, not later than today",
)


def no_certificate(condition: Condition) -> Text:
    """Ask for the number of the prior certificate that a condition wants."""
    return Text(
        f"条件 {condition.name} 要求原证书，请填写原证书编号",
        f"condition {condition.name} asks for a prior certificate; give its number",
    )


def no_day(typed: str) -> Text:
    """Ask for the prior certificate's day, naming what was typed instead."""
    return Text(f"{NO_DAY.zh}（填的是“{typed}”）", f"{NO_DAY.en} (“{typed}” was given)")
