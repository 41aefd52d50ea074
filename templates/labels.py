"""The words printed before each field, how values are written, and how both are read back.

The page prints each label once, at the start of a line of its text layer, and the value right
after it. `read_fields` is the inverse of that for plain text as any extractor gives it;
`page_reading` reads a page by position, whatever was drawn on it later and in which order.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from codes.wording import Text


class Field(StrEnum):
    """The labelled things on a certificate, in the order they are printed."""

    HOLDER_NAME = "holder_name"
    DOCUMENT_TYPE = "document_type"
    DOCUMENT_NUMBER = "document_number"
    OCCUPATION = "occupation"
    SPECIALTY = "specialty"
    LEVEL = "level"
    NUMBER = "number"
    BODY_NAME = "body_name"
    ISSUED_ON = "issued_on"
    CERTIFICATE_SITE = "certificate_site"
    BODY_SITE = "body_site"
    PRINT_SERIAL = "print_serial"
    REMARK = "remark"


LABELS: Final[Mapping[Field, Text]] = MappingProxyType(
    {
        Field.HOLDER_NAME: Text("姓名", "Name"),
        Field.DOCUMENT_TYPE: Text("证件类型", "Document type"),
        Field.DOCUMENT_NUMBER: Text("证件号码", "Document number"),
        Field.OCCUPATION: Text("职业名称", "Occupation"),
        Field.SPECIALTY: Text("工种/职业方向", "Specialty"),
        Field.LEVEL: Text("职业技能等级", "Skill level"),
        Field.NUMBER: Text("证书编号", "Certificate number"),
        Field.BODY_NAME: Text("评价机构", "Assessment body"),
        Field.ISSUED_ON: Text("发证日期", "Date of issue"),
        Field.CERTIFICATE_SITE: Text("证书信息查询网址", "Certificate query site"),
        Field.BODY_SITE: Text("机构信息查询网址", "Assessment body query site"),
        Field.PRINT_SERIAL: Text("证书印制流水码", "Print serial"),
        Field.REMARK: Text("备注", "Remark"),
    }
)

TITLE: Final = "职业技能等级证书"
BODY_TEXT: Final = (
    "本证书由经人力资源社会保障部门备案的评价机构颁发，"
    "表明持证人通过本机构组织的职业技能等级认定，具备该职业（工种）相应技能等级水平。"
)
TITLE_EN: Final = "Vocational Skill Level Certificate"
BODY_TEXT_EN: Final = (
    "This certificate is issued by an assessment body filed with the human resources and social "
    "security authorities. It attests that the holder has passed the vocational skill level "
    "assessment organised by this body and has reached the level of skill stated below."
)
_MONTHS: Final = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)
PHOTO_ALT: Final = Text("持证人照片", "Photo of the holder")
SYMBOL_ALT: Final = Text(
    "核验二维码，扫描后核验本证书", "QR code; scan it to verify this certificate"
)
SEAL_ALT: Final = Text("评价机构电子印章", "Electronic seal of the assessment body")
CERTIFICATE_SITE: Final = "jndj.osta.org.cn"
BODY_SITE: Final = "pjjg.osta.org.cn"
SEAL_NOTE: Final = "（评价机构印章）"
QR_NOTE: Final = "扫码核验"
QR_NOTE_EN: Final = "Scan to verify"
SAMPLE_MARK: Final = "样本 SAMPLE"
SAMPLE_NOTE: Final = "样本 SAMPLE · 仅供演示，不具证书效力"
NO_SPECIALTY: Final = "--"
ARCHIVE_REMARK: Final = "存档副本，由评价机构留存"

# Lines that end a value without being a label themselves.
_NOTES: Final = (SEAL_NOTE, QR_NOTE, QR_NOTE_EN, SAMPLE_NOTE, SAMPLE_MARK, TITLE, TITLE_EN)
_STARTS: Final[Mapping[Field, re.Pattern[str]]] = MappingProxyType(
    {
        field: re.compile(rf"\s*{re.escape(label.zh)}(?:\s*：\s*|\s+|$)")
        for field, label in LABELS.items()
    }
)
_ENGLISH_START: Final = re.compile(
    rf"\s*(?:{'|'.join(re.escape(label.en) for label in LABELS.values())})\s*:"
)
_DATE: Final = re.compile(r"([0-9]{4})年([0-9]{1,2})月([0-9]{1,2})日", re.ASCII)


def format_date(day: date) -> str:
    """Write a date as the page prints it: 2026年11月23日."""
    return f"{day.year}年{day.month}月{day.day}日"


def format_date_en(day: date) -> str:
    """Write a date as the English line prints it: 23 November 2026."""
    return f"{day.day} {_MONTHS[day.month - 1]} {day.year}"


def parse_date(text: str) -> date | None:
    """Read a date that `format_date` wrote; None for anything else."""
    match = _DATE.fullmatch(text)
    if match is None:
        return None
    try:
        day = date(*(int(part) for part in match.groups()))
    except ValueError:
        return None
    return day if format_date(day) == text else None


def format_print_serial(year: int, serial: int) -> str:
    """Write a print serial as the page prints it: the year, then eight digits."""
    return f"{year:04d}{serial:08d}"


def format_reissue_remark(day: date, replaced_serial: str) -> str:
    """Write the remark of a reissue: the day it was made, and the print serial that is void."""
    return f"{format_date(day)}补发，原证书（印制流水码 {replaced_serial}）作废"


def format_correction_remark(day: date, replaced_serial: str) -> str:
    """Write the remark of a correction: the day it was made, and the print serial that is void."""
    return f"{format_date(day)}更正，原证书（印制流水码 {replaced_serial}）作废"


def read_fields(extracted: str) -> Mapping[Field, str]:
    """Read the labelled values out of a page's extracted text.

    The rule: a label counts where it begins a line and is followed by a full-width colon, white
    space or the end of the line; its value runs to the next line that begins with a label, in
    Chinese or English, or is a note of the page; the line ends inside a value (a long name is
    wrapped) and the white space around the whole are no part of it.

    Args:
        extracted: the text of one page as an extractor gives it, in reading order (untrusted).

    Returns:
        The fields found. A label that occurs twice is left out: which of the two is meant cannot
        be known.
    """
    found: dict[Field, list[str]] = {}
    seen_twice: set[Field] = set()
    current: list[str] | None = None
    for line in extracted.splitlines():
        start = _field_at(line)
        if line.strip() in _NOTES or _ENGLISH_START.match(line):
            current = None  # an English line only repeats what stands in Chinese
        elif start is not None:
            field, value = start
            seen_twice.update({field} & found.keys())
            current = found[field] = [value]
        elif current is not None:
            current.append(line)
    return MappingProxyType(
        {field: _join(lines) for field, lines in found.items() if field not in seen_twice}
    )


def _field_at(line: str) -> tuple[Field, str] | None:
    """Return the field whose label begins this line, and what follows the label."""
    for field, start in _STARTS.items():
        match = start.match(line)
        if match is not None:
            return field, line[match.end() :]
    return None


def _join(lines: list[str]) -> str:
    """Put a wrapped value together again."""
    return "".join(lines).strip()
