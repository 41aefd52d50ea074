"""Identity documents: each type's own rule, and what a number says about its holder."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from enum import IntEnum, StrEnum

from stdnum.cn import uscc
from stdnum.exceptions import ValidationError
from stdnum.iso7064 import mod_11_2

from codes.errors import CodesError
from codes.notices import Notice, Problem
from codes.regions import area, area_is_listed
from codes.typed import Typed, clean_typed, upper_case
from codes.wording import Text

_TIMES_SIGN = "\u00d7"
_RESIDENCE_AREAS = ("810000", "820000", "830000")
_YOUNGEST_YEARS = 16
_OLDEST_YEARS = 110


class DocumentType(IntEnum):
    """The identity documents a certificate can name; the values stand in signed records."""

    RESIDENT_ID = 1
    HK_MACAO_PERMIT = 2
    TAIWAN_PERMIT = 3
    HMT_RESIDENCE = 4
    FOREIGN_PERMANENT = 5
    PASSPORT = 6

    @property
    def text(self) -> Text:
        """The document's name in both languages."""
        return _DOCUMENT_NAMES[self]

    @property
    def zh(self) -> str:
        """The document's official Chinese name."""
        return self.text.zh

    @property
    def en(self) -> str:
        """The document's name in English."""
        return self.text.en


_DOCUMENT_NAMES = {
    DocumentType.RESIDENT_ID: Text("居民身份证", "Resident identity card"),
    DocumentType.HK_MACAO_PERMIT: Text(
        "港澳居民来往内地通行证", "Mainland travel permit for Hong Kong and Macao residents"
    ),
    DocumentType.TAIWAN_PERMIT: Text(
        "台湾居民来往大陆通行证", "Mainland travel permit for Taiwan residents"
    ),
    DocumentType.HMT_RESIDENCE: Text(
        "港澳台居民居住证", "Residence permit for Hong Kong, Macao and Taiwan residents"
    ),
    DocumentType.FOREIGN_PERMANENT: Text(
        "外国人永久居留身份证", "Foreign permanent resident identity card"
    ),
    DocumentType.PASSPORT: Text("护照", "Passport"),
}
# Names in daily use. 港澳通行证 is missing on purpose: mainlanders carry a permit of that name.
_OTHER_NAMES = {
    "身份证": DocumentType.RESIDENT_ID,
    "中华人民共和国居民身份证": DocumentType.RESIDENT_ID,
    "二代身份证": DocumentType.RESIDENT_ID,
    "第二代居民身份证": DocumentType.RESIDENT_ID,
    "回乡证": DocumentType.HK_MACAO_PERMIT,
    "港澳居民往来内地通行证": DocumentType.HK_MACAO_PERMIT,
    "台胞证": DocumentType.TAIWAN_PERMIT,
    "台湾居民往来大陆通行证": DocumentType.TAIWAN_PERMIT,
    "港澳居民居住证": DocumentType.HMT_RESIDENCE,
    "台湾居民居住证": DocumentType.HMT_RESIDENCE,
    "中华人民共和国港澳居民居住证": DocumentType.HMT_RESIDENCE,
    "中华人民共和国台湾居民居住证": DocumentType.HMT_RESIDENCE,
    "外国人永久居留证": DocumentType.FOREIGN_PERMANENT,
    "中华人民共和国外国人永久居留身份证": DocumentType.FOREIGN_PERMANENT,
    "永居证": DocumentType.FOREIGN_PERMANENT,
    "外国护照": DocumentType.PASSPORT,
    "普通护照": DocumentType.PASSPORT,
}


class Sex(StrEnum):
    """The sex an identity document states."""

    MALE = "male"
    FEMALE = "female"

    @property
    def zh(self) -> str:
        """The sex in Chinese."""
        return "男" if self is Sex.MALE else "女"

    @property
    def en(self) -> str:
        """The sex in English."""
        return self.value


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentReading:
    """What a typed document number says, and what is wrong with it.

    Args:
        kind: the type it was read as.
        number: normalised: capitals, half-width, without spaces and dashes. Personal data.
        birth_date: as the number states it, or None where it states none. Personal data.
        sex: as the number states it, or None where it states none.
        notices: what was changed or is worth knowing.
        problems: every fault found; no sentence repeats the number.
    """

    kind: DocumentType
    number: str = field(repr=False)
    birth_date: date | None = field(repr=False)
    sex: Sex | None = field(repr=False)
    notices: tuple[Notice, ...]
    problems: tuple[Problem, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CreditCodeReading:
    """What a typed unified social credit code is, and what is wrong with it."""

    number: str
    notices: tuple[Notice, ...]
    problems: tuple[Problem, ...]


@dataclass(slots=True, kw_only=True)
class _Findings:
    """Collects what one rule has to say about one number."""

    birth_date: date | None = None
    sex: Sex | None = None
    notices: list[Notice] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)

    def notice(self, code: str, zh: str, en: str) -> None:
        self.notices.append(Notice(code=code, text=Text(zh, en)))

    def problem(self, code: str, zh: str, en: str, position: int | None = None) -> None:
        self.problems.append(Problem(code=code, text=Text(zh, en), position=position))


def parse_document_type(text: str) -> DocumentType:
    """Return the document type that `text` names.

    Args:
        text: an official name, a name in daily use, or the English name; untrusted.

    Raises:
        CodesError: `document_type_unknown`.
    """
    folded = "".join(unicodedata.normalize("NFKC", text).split())
    if folded in _OTHER_NAMES:
        return _OTHER_NAMES[folded]
    for kind in DocumentType:
        if folded == kind.zh or folded.casefold() == "".join(kind.en.split()).casefold():
            return kind
    known = "、".join(kind.zh for kind in DocumentType)
    raise CodesError("document_type_unknown", Text(
        f"证件类型无法识别，应为下列之一：{known}。",
        f"The document type is not recognised; it must be one of: {known}.",
    ))


def parse_sex(text: str) -> Sex:
    """Return the sex that `text` names (`男`, `女`, `male`, `F` …).

    Raises:
        CodesError: `sex_unknown`.
    """
    folded = unicodedata.normalize("NFKC", text).strip().casefold()
    if folded in ("男", "男性", "m", "male"):
        return Sex.MALE
    if folded in ("女", "女性", "f", "female"):
        return Sex.FEMALE
    raise CodesError("sex_unknown", Text(
        "性别无法识别，请填写“男”或“女”。", "The sex is not recognised; write 男 or 女.",
    ))


def inspect_document(kind: DocumentType, typed: str, *, today: date) -> DocumentReading:
    """Return what the number of a document of type `kind` says, and what is wrong with it.

    Args:
        kind: whose rule to judge by.
        typed: as a person typed it; untrusted.
        today: the day to judge the birth date by.
    """
    cleaned = upper_case(clean_typed(typed.replace("(", "").replace(")", "")
                                     .replace("（", "").replace("）", "")))
    findings = _Findings(notices=list(cleaned.notices))
    number = _read_times_sign(cleaned, findings)
    if not number:
        findings.problem("document_empty", "证件号码为空。", "The document number is empty.")
    else:
        _RULES[kind](number, today, findings)
    return DocumentReading(
        kind=kind,
        number=number,
        birth_date=findings.birth_date,
        sex=findings.sex,
        notices=tuple(findings.notices),
        problems=tuple(findings.problems),
    )


def mask_document(number: str) -> str:
    """Return `number` with all but a few outer characters as `*`, the length kept.

    Long numbers (15 and more) keep the first three and last two, middling ones (8–14) the first
    and last two, shorter ones nothing.
    """
    length = len(number)
    head, tail = (3, 2) if length >= 15 else (1, 2) if length >= 8 else (0, 0)
    return number[:head] + "*" * (length - head - tail) + number[length - tail :]


def inspect_credit_code(text: str) -> CreditCodeReading:
    """Return what is wrong with a unified social credit code (GB 32100), if anything."""
    cleaned = upper_case(clean_typed(text))
    findings = _Findings(notices=list(cleaned.notices))
    try:
        uscc.validate(cleaned.text)
    except ValidationError:
        if len(cleaned.text) != 18:
            findings.problem("credit_code_length",
                             f"统一社会信用代码应为18位，现为{len(cleaned.text)}位。",
                             f"A unified social credit code has 18 characters; this has"
                             f" {len(cleaned.text)}.")
        else:
            findings.problem("credit_code_invalid",
                             "统一社会信用代码的字符或校验码不正确。",
                             "The unified social credit code has a wrong character or check"
                             " character.")
    return CreditCodeReading(number=cleaned.text, notices=tuple(findings.notices),
                             problems=tuple(findings.problems))


def _read_times_sign(cleaned: Typed, findings: _Findings) -> str:
    """Return the number with a multiplication sign at the end read as X."""
    if not cleaned.text.endswith(_TIMES_SIGN):
        return cleaned.text
    findings.notice("document_times_sign", "末位的乘号“×”已按字母X处理。",
                    "The multiplication sign at the end was read as the letter X.")
    return cleaned.text[:-1] + "X"


def _inspect_resident(number: str, today: date, findings: _Findings) -> None:
    """Judge by GB 11643: 17 digits and a check character."""
    if len(number) == 15 and number.isascii() and number.isdigit():
        findings.problem("document_first_generation",
                         "15位号码为第一代居民身份证号码，已自2013年1月1日起停止使用，"
                         "请填写18位号码。",
                         "15 digits are a first-generation number, out of use since 2013;"
                         " write the 18-character number.")
        return
    if not _is_eighteen(number, findings):
        return
    if number[0] == "9":
        findings.problem("document_other_type",
                         "以9开头的18位号码属于外国人永久居留身份证，请核对证件类型。",
                         "18 characters beginning with 9 belong to a foreign permanent resident"
                         " card; check the document type.", 1)
    elif number[:6] in _RESIDENCE_AREAS:
        findings.notice("document_residence_area",
                        "该号码段用于港澳台居民居住证，请核对证件类型。",
                        "This range belongs to residence permits for Hong Kong, Macao and Taiwan"
                        " residents; check the document type.")
    else:
        _notice_unknown_area(number[:6], findings)
    _read_eighteen(number, today, findings)


def _inspect_residence(number: str, today: date, findings: _Findings) -> None:
    """Judge like a resident ID, with one of the three areas of residence permits."""
    if not _is_eighteen(number, findings):
        return
    if number[:6] not in _RESIDENCE_AREAS:
        findings.problem("document_residence_area",
                         "港澳台居民居住证号码应以810000（香港）、820000（澳门）或"
                         "830000（台湾）开头。",
                         "The number must begin with 810000 (Hong Kong), 820000 (Macao) or"
                         " 830000 (Taiwan).", 1)
    _read_eighteen(number, today, findings)


def _inspect_permanent(number: str, today: date, findings: _Findings) -> None:
    """Judge the 15-character card (to 2023) or the 18-character card (from 2023-12-01)."""
    if len(number) == 18:
        if number[0] != "9":
            findings.problem("document_permanent_first",
                             "外国人永久居留身份证18位号码的第1位应为9。",
                             "An 18-character number of this card begins with 9.", 1)
        if _is_eighteen(number, findings):
            _read_eighteen(number, today, findings)
        return
    if len(number) != 15:
        findings.problem("document_length",
                         f"外国人永久居留身份证号码应为15位或18位，现为{len(number)}位。",
                         f"The number has 15 or 18 characters; this has {len(number)}.")
        return
    for position, char in enumerate(number, start=1):
        fits = "A" <= char <= "Z" if position <= 3 else char in "0123456789"
        if not fits:
            findings.problem("document_character",
                             f"第{position}位应为{'大写字母' if position <= 3 else '数字'}。",
                             f"Position {position} must be a"
                             f" {'capital letter' if position <= 3 else 'digit'}.", position)
    findings.notice("document_permanent_unchecked",
                    "15位号码的校验位和出生日期未作核对。",
                    "The check digit and birth date of a 15-character number are not checked.")


def _inspect_hk_macao(number: str, _today: date, findings: _Findings) -> None:
    """Judge H or M and 8 digits; two more count the renewals of cards from before 2013."""
    if number[0] not in "HM":
        findings.problem("document_character", "第1位应为字母H（香港）或M（澳门）。",
                         "Position 1 must be H (Hong Kong) or M (Macao).", 1)
    _require_digits(number, 2, findings)
    if len(number) == 11:
        findings.notice("document_renewal_digits",
                        "末2位为换证次数，换证后会变化；前9位终身不变。",
                        "The last two digits count renewals and change with a new card; the"
                        " first nine characters stay for life.")
    elif len(number) != 9:
        findings.problem("document_length",
                         f"港澳居民来往内地通行证号码应为1位字母加8位数字（旧证加10位数字），"
                         f"现为{len(number)}位。",
                         f"The number is a letter and 8 digits (10 on older cards); this has"
                         f" {len(number)} characters.")


def _inspect_taiwan(number: str, _today: date, findings: _Findings) -> None:
    """Judge 8 digits; the booklets of 1992–2015 are let through with a notice."""
    if re.fullmatch(r"[0-9]{8}", number):
        return
    if re.fullmatch(r"[A-Z]?[0-9]{8}(?:[0-9]{2})?[A-Z0-9]?", number):
        findings.notice("document_former_form",
                        "该号码不是现行的8位数字形式，疑为旧证号码，请与证件核对。",
                        "This is not the present form of 8 digits; it may be an older booklet."
                        " Compare with the document.")
        return
    findings.problem("document_form", "台湾居民来往大陆通行证号码应为8位数字。",
                     "The number of this permit is 8 digits.")


def _inspect_passport(number: str, _today: date, findings: _Findings) -> None:
    """Judge 5–20 letters and digits; states follow no common rule."""
    for position, char in enumerate(number, start=1):
        if not (char.isascii() and char.isalnum()):
            findings.problem("document_character", f"第{position}位应为字母或数字。",
                             f"Position {position} must be a letter or a digit.", position)
    if not 5 <= len(number) <= 20:
        findings.problem("document_length",
                         f"护照号码应为5至20位字母或数字，现为{len(number)}位。",
                         f"A passport number has 5 to 20 characters; this has {len(number)}.")


def _is_eighteen(number: str, findings: _Findings) -> bool:
    """Return whether `number` is 17 digits and a digit or X, reporting where it is not."""
    if len(number) != 18:
        findings.problem("document_length", f"号码应为18位，现为{len(number)}位。",
                         f"The number has 18 characters; this has {len(number)}.")
        return False
    before = len(findings.problems)
    _require_digits(number[:17], 1, findings)
    if number[17] not in "0123456789X":
        findings.problem("document_character", "第18位应为数字或字母X。",
                         "Position 18 must be a digit or X.", 18)
    return len(findings.problems) == before


def _require_digits(number: str, first: int, findings: _Findings) -> None:
    """Report each character from the 1-based position `first` on that is no ASCII digit."""
    for position, char in enumerate(number, start=1):
        if position >= first and char not in "0123456789":
            findings.problem("document_character", f"第{position}位应为数字。",
                             f"Position {position} must be a digit.", position)


def _read_eighteen(number: str, today: date, findings: _Findings) -> None:
    """Read birth date, sex and check character of 17 digits and a digit or X."""
    findings.sex = Sex.MALE if int(number[16]) % 2 else Sex.FEMALE
    if not mod_11_2.is_valid(number):
        findings.problem("document_check_character",
                         "第18位校验码与前17位不符，请核对号码。",
                         "The check character at position 18 does not fit the first 17 digits.",
                         18)
    try:
        born = date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    except ValueError:
        findings.problem("document_birth_date", "第7–14位不是有效的出生日期。",
                         "Positions 7–14 are not a date.", 7)
        return
    if born > today:
        findings.problem("document_birth_future", "第7–14位的出生日期晚于今天。",
                         "The birth date in positions 7–14 is later than today.", 7)
        return
    findings.birth_date = born
    years = today.year - born.year - ((today.month, today.day) < (born.month, born.day))
    if not _YOUNGEST_YEARS <= years <= _OLDEST_YEARS:
        findings.notice("document_age", "按出生日期计算的年龄异常，请核对。",
                        "The age that follows from the birth date is unusual; please check it.")


def _notice_unknown_area(code6: str, findings: _Findings) -> None:
    if area(code6) is None or not area_is_listed(code6):
        findings.notice("document_area_unknown",
                        "第1–6位地址码未收录（可能为已撤并的地区），请核对。",
                        "The area in positions 1–6 is not in our list (it may have been merged);"
                        " please check it.")


_RULES: dict[DocumentType, Callable[[str, date, _Findings], None]] = {
    DocumentType.RESIDENT_ID: _inspect_resident,
    DocumentType.HK_MACAO_PERMIT: _inspect_hk_macao,
    DocumentType.TAIWAN_PERMIT: _inspect_taiwan,
    DocumentType.HMT_RESIDENCE: _inspect_residence,
    DocumentType.FOREIGN_PERMANENT: _inspect_permanent,
    DocumentType.PASSPORT: _inspect_passport,
}
