"""Builds what the certificate should show, no more of it than the asker may see."""

from __future__ import annotations

from collections.abc import Iterable

from codes.names import mask_name
from codes.notices import Part
from codes.occupations import occupation_by_index
from codes.record import Record
from codes.wording import Text
from templates.labels import NO_SPECIALTY, format_print_serial
from verifier.finding_codes import Code
from verifier.picture import PHOTO
from verifier.verdict import Finding, NumberPart, PrintedFields

PHOTO_BY_EYE = Text(
    "照片由人工目视比对，本系统不作人脸识别",
    "Compare the photo by eye; this system does no face recognition",
)

PHOTO_IN_IDENTICAL_FILE = Text(
    "照片是这份逐字节相同的文件的一部分，签发后未被改动；是否为持证人本人，仍须当面目视核对",
    "The photo is part of this byte-identical file, unchanged since it was issued; whether it is "
    "of the holder is still for the eye, face to face",
)

PHOTO_AS_ISSUED = Text(
    "图片上的照片与签发时印制的照片图像一致（不作人脸识别）；是否为持证人本人，仍须当面目视核对",
    "The photo in the picture is the one printed at issue (no faces are recognised); whether it is "
    "of the holder is still for the eye, face to face",
)

PHOTO_OF_ISSUED_PAGE = Text(
    "页面上的照片与签发时印制的照片图像一致（不作人脸识别）；是否为持证人本人，仍须当面目视核对",
    "The photo on the page is the one printed at issue (no faces are recognised); whether it is of "
    "the holder is still for the eye, face to face",
)

PHOTO_NOT_AS_ISSUED = Text(
    "图片上的照片与签发时印制的照片图像不一致（不作人脸识别）",
    "The photo in the picture is not the one printed at issue (no faces are recognised)",
)

_PHOTO_BY_FINDING = {
    Code.FILE_IDENTICAL: PHOTO_IN_IDENTICAL_FILE,
    Code.PHOTO_AGREES: PHOTO_AS_ISSUED,
    Code.PHOTO_DIFFERS: PHOTO_NOT_AS_ISSUED,
    Code.PAGE_AGREES: PHOTO_OF_ISSUED_PAGE,
}


def _is_photo_of_page(finding: Finding) -> bool:
    return finding.code == Code.PAGE_DIFFERS and finding.evidence["field"] == PHOTO


def photo_words(findings: Iterable[Finding]) -> Text:
    """Return what was found of the photo, or that it is for the eye where it was not compared."""
    codes = {Code.PHOTO_DIFFERS if _is_photo_of_page(one) else one.code for one in findings}
    found = [words for code, words in _PHOTO_BY_FINDING.items() if code in codes]
    return found[0] if found else PHOTO_BY_EYE


def print_fields(
    record: Record, *, body_name: str, document_masked: str | None, name_known: bool
) -> PrintedFields:
    """Return what a genuine copy of `record` shows.

    Args:
        record: proved.
        body_name: as filed on the date of issue.
        document_masked: as the register gives it; None when it was not asked.
        name_known: the asker brought the name, or the QR that carries it.
    """
    occupation = occupation_by_index(record.occupation)
    level = record.number.level
    name = record.holder_name
    return PrintedFields(
        number=str(record.number),
        number_parts=tuple(_explain(part) for part in record.number.parts),
        holder_name=name if name_known else mask_name(name),
        name_masked=not name_known,
        document_type=Text(record.document_type.zh, record.document_type.en),
        document_masked=document_masked,
        occupation=Text(occupation.zh, occupation.en),
        occupation_code=occupation.code,
        specialty=record.specialty or NO_SPECIALTY,
        level=Text(level.zh, level.en),
        body_name=body_name,
        issued_on=record.issued_on,
        print_serial=format_print_serial(record.number.year, record.print_serial),
        photo=PHOTO_BY_EYE,
    )


def _explain(part: Part) -> NumberPart:
    first, last = part.positions
    return NumberPart(
        positions=str(first) if first == last else f"{first}–{last}",
        label=part.label,
        value=part.value,
        meaning=part.meaning,
    )
