"""Each identity document's own rule: what its number must look like and what it says."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date

from stdnum.iso7064 import mod_11_2

from codes.document_types import DocumentType, Sex
from codes.notices import Notice, Problem
from codes.regions import area, area_is_listed
from codes.wording import Text

_RESIDENCE_AREAS = ("810000", "820000", "830000")
_YOUNGEST_YEARS = 16
_OLDEST_YEARS = 110


@dataclass(slots=True, kw_only=True)
class Findings:
    """Collects what one rule has to say about one number."""

    birth_date: date | None = None
    sex: Sex | None = None
    notices: list[Notice] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)

    def notice(self, code: str, zh: str, en: str) -> None:
        """Add a notice."""
        self.notices.append(Notice(code=code, text=Text(zh, en)))

    def problem(self, code: str, zh: str, en: str, position: int | None = None) -> None:
        """Add a problem."""
        self.problems.append(Problem(code=code, text=Text(zh, en), position=position))


def apply_rule(kind: DocumentType, number: str, today: date) -> Findings:
    """Return what the rule of `kind` has to say about a normalised, non-empty number."""
    findings = Findings()
    _RULES[kind](number, today, findings)
    return findings


def _inspect_resident(number: str, today: date, findings: Findings) -> None:
    """Judge by GB 11643: 17 digits and a check character."""
    if len(number) == 15 and number.isascii() and number.isdigit():
        findings.problem(
            "document_first_generation",
            "15位号码为第一代居民身份证号码，已自2013年1月1日起停止使用，请填写18位号码。",
            "15 digits are a first-generation number, out of use since 2013;"
            " write the 18-character number.",
        )
        return
    if not _is_eighteen(number, findings):
        return
    if number[0] == "9":
        findings.problem(
            "document_other_type",
            "以9开头的18位号码属于外国人永久居留身份证，请核对证件类型。",
            "18 characters beginning with 9 belong to a foreign permanent resident"
            " card; check the document type.",
            1,
        )
    elif number[:6] in _RESIDENCE_AREAS:
        findings.notice(
            "document_residence_area",
            "该号码段用于港澳台居民居住证，请核对证件类型。",
            "This range belongs to residence permits for Hong Kong, Macao and Taiwan"
            " residents; check the document type.",
        )
    else:
        _notice_unknown_area(number[:6], findings)
    _read_eighteen(number, today, findings)


def _inspect_residence(number: str, today: date, findings: Findings) -> None:
    """Judge like a resident ID, with one of the three areas of residence permits."""
    if not _is_eighteen(number, findings):
        return
    if number[:6] not in _RESIDENCE_AREAS:
        findings.problem(
            "document_residence_area",
            "港澳台居民居住证号码应以810000（香港）、820000（澳门）或830000（台湾）开头。",
            "The number must begin with 810000 (Hong Kong), 820000 (Macao) or 830000 (Taiwan).",
            1,
        )
    _read_eighteen(number, today, findings)


def _inspect_permanent(number: str, today: date, findings: Findings) -> None:
    """Judge the 15-character card, or the 18-character card issued from 2023-12-01.

    Source:
        国家移民管理局, 新版外国人永久居留身份证机读信息规则（2023版）.
    """
    if len(number) == 15:
        _inspect_former_permanent(number, findings)
    elif len(number) != 18:
        findings.problem(
            "document_length",
            f"外国人永久居留身份证号码应为15位或18位，现为{len(number)}位。",
            f"The number has 15 or 18 characters; this has {len(number)}.",
        )
    elif number[0] != "9":
        findings.problem(
            "document_permanent_first",
            "外国人永久居留身份证18位号码的第1位应为9。",
            "An 18-character number of this card begins with 9.",
            1,
        )
    elif _is_eighteen(number, findings):
        _read_eighteen(number, today, findings)
        # That the last digit before the check character tells the sex here too is likely, but
        # not confirmed: nothing is claimed that could contradict a genuine card.
        findings.sex = None


def _inspect_former_permanent(number: str, findings: Findings) -> None:
    """Judge three letters of a state and twelve digits; their inner rule is not published."""
    for position, char in enumerate(number[:3], start=1):
        if not "A" <= char <= "Z":
            findings.problem(
                "document_character",
                f"第{position}位应为字母。",
                f"Position {position} must be a letter.",
                position,
            )
    _require_digits(number, 4, findings)
    findings.notice(
        "document_permanent_unchecked",
        "15位号码的校验位和出生日期未作核对。",
        "The check digit and birth date of a 15-character number are not checked.",
    )


def _inspect_hk_macao(number: str, _today: date, findings: Findings) -> None:
    """Judge H or M and 8 digits; two more count the renewals of cards from before 2013.

    Source:
        公安部, 港澳居民来往内地通行证号码规则 (11 characters on the cards of 1999).
    """
    if number[0] not in "HM":
        findings.problem(
            "document_character",
            "第1位应为字母H（香港）或M（澳门）。",
            "Position 1 must be H (Hong Kong) or M (Macao).",
            1,
        )
    _require_digits(number, 2, findings)
    if len(number) == 11:
        findings.notice(
            "document_renewal_digits",
            "末2位为换证次数，换证后会变化；前9位终身不变。",
            "The last two digits count renewals and change with a new card; the"
            " first nine characters stay for life.",
        )
    elif len(number) != 9:
        findings.problem(
            "document_length",
            f"港澳居民来往内地通行证号码应为1位字母加8位数字（旧证加10位数字），"
            f"现为{len(number)}位。",
            f"The number is a letter and 8 digits (10 on older cards); this has"
            f" {len(number)} characters.",
        )


def _inspect_taiwan(number: str, _today: date, findings: Findings) -> None:
    """Judge 8 digits; the forms of older booklets are let through with a notice.

    Source:
        Since 2008-09-25 the number is the 8 digits for life alone; before, two digits of issue
        count and, in brackets, a letter or digit of the issuing office followed.
    """
    if re.fullmatch(r"[0-9]{8}", number):
        return
    if re.fullmatch(r"[A-Z]?[0-9]{8}(?:[0-9]{2})?[A-Z0-9]?", number):
        findings.notice(
            "document_former_form",
            "该号码不是现行的8位数字形式，疑为旧证号码，请与证件核对。",
            "This is not the present form of 8 digits; it may be an older booklet."
            " Compare with the document.",
        )
        return
    findings.problem(
        "document_form",
        "台湾居民来往大陆通行证号码应为8位数字。",
        "The number of this permit is 8 digits.",
    )


def _inspect_passport(number: str, _today: date, findings: Findings) -> None:
    """Judge 5–20 letters and digits; states follow no common rule."""
    for position, char in enumerate(number, start=1):
        if not (char.isascii() and char.isalnum()):
            findings.problem(
                "document_character",
                f"第{position}位应为字母或数字。",
                f"Position {position} must be a letter or a digit.",
                position,
            )
    if not 5 <= len(number) <= 20:
        findings.problem(
            "document_length",
            f"护照号码应为5至20位字母或数字，现为{len(number)}位。",
            f"A passport number has 5 to 20 characters; this has {len(number)}.",
        )


def _is_eighteen(number: str, findings: Findings) -> bool:
    """Return whether `number` is 17 digits and a digit or X, reporting where it is not."""
    if len(number) != 18:
        findings.problem(
            "document_length",
            f"号码应为18位，现为{len(number)}位。",
            f"The number has 18 characters; this has {len(number)}.",
        )
        return False
    before = len(findings.problems)
    _require_digits(number[:17], 1, findings)
    if number[17] not in "0123456789X":
        findings.problem(
            "document_character", "第18位应为数字或字母X。", "Position 18 must be a digit or X.", 18
        )
    return len(findings.problems) == before


def _require_digits(number: str, first: int, findings: Findings) -> None:
    """Report each character from the 1-based position `first` on that is no ASCII digit."""
    for position, char in enumerate(number, start=1):
        if position >= first and char not in "0123456789":
            findings.problem(
                "document_character",
                f"第{position}位应为数字。",
                f"Position {position} must be a digit.",
                position,
            )


def _read_eighteen(number: str, today: date, findings: Findings) -> None:
    """Read birth date, sex and check character of 17 digits and a digit or X."""
    findings.sex = Sex.MALE if int(number[16]) % 2 else Sex.FEMALE
    if not mod_11_2.is_valid(number):
        findings.problem(
            "document_check_character",
            "第18位校验码与前17位不符，请核对号码。",
            "The check character at position 18 does not fit the first 17 digits.",
            18,
        )
    try:
        born = date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    except ValueError:
        findings.problem(
            "document_birth_date",
            "第7–14位不是有效的出生日期。",
            "Positions 7–14 are not a date.",
            7,
        )
        return
    if born > today:
        findings.problem(
            "document_birth_future",
            "第7–14位的出生日期晚于今天。",
            "The birth date in positions 7–14 is later than today.",
            7,
        )
        return
    findings.birth_date = born
    years = today.year - born.year - ((today.month, today.day) < (born.month, born.day))
    if not _YOUNGEST_YEARS <= years <= _OLDEST_YEARS:
        findings.notice(
            "document_age",
            "按出生日期计算的年龄异常，请核对。",
            "The age that follows from the birth date is unusual; please check it.",
        )


def _notice_unknown_area(code6: str, findings: Findings) -> None:
    if area(code6) is None or not area_is_listed(code6):
        findings.notice(
            "document_area_unknown",
            "第1–6位地址码未收录（可能为已撤并的地区），请核对。",
            "The area in positions 1–6 is not in our list (it may have been merged);"
            " please check it.",
        )


_RULES: dict[DocumentType, Callable[[str, date, Findings], None]] = {
    DocumentType.RESIDENT_ID: _inspect_resident,
    DocumentType.HK_MACAO_PERMIT: _inspect_hk_macao,
    DocumentType.TAIWAN_PERMIT: _inspect_taiwan,
    DocumentType.HMT_RESIDENCE: _inspect_residence,
    DocumentType.FOREIGN_PERMANENT: _inspect_permanent,
    DocumentType.PASSPORT: _inspect_passport,
}
