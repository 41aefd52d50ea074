"""Step 1 for typed text: a sound certificate number, or the finding that says why it is none."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from codes.documents import DocumentType, inspect_document
from codes.name_characters import is_ignorable
from codes.names import normalise_name
from codes.number import CertificateNumber, Notice, NumberKind, NumberReading, inspect_number
from codes.wording import Text
from verifier.errors import UsageError, holder_fact_missing
from verifier.finding_codes import Code
from verifier.findings import find
from verifier.verdict import Finding

MAX_TYPED_CHARACTERS = 200
_UNSEEN = Notice(
    code="name_unseen",
    text=Text("姓名中含有不可见字符，已略去。", "Invisible characters in the name were left out."),
)
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


@dataclass(frozen=True, slots=True, kw_only=True)
class TypedNumber:
    """What a typed number came to.

    Args:
        number: None where `findings` say that it is no number of the unified rule.
    """

    number: CertificateNumber | None
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class HolderFacts:
    """What the asker brought about the holder, in the form the register knows it.

    Args:
        findings: what was changed in reading the name; never why a name cannot exist, because a
            wrong name is answered like any other.
    """

    name: str | None
    document_number: str | None
    findings: tuple[Finding, ...]


def read_number(typed: str, today: date) -> TypedNumber:
    """Return the number that `typed` is, kindly read."""
    reading = inspect_number(typed, today=today)
    notices = tuple(
        _notice(Code.NUMBER_NORMALISED, one)
        for one in reading.notices
        if one.code != Code.NUMBER_LEGACY.value  # the finding of that name says it
    )
    match reading.kind:
        case NumberKind.LEGACY16:
            return TypedNumber(number=None, findings=(*notices, find(Code.NUMBER_LEGACY)))
        case NumberKind.SPECIAL_LETTERS:
            return TypedNumber(number=None, findings=(*notices, find(Code.NUMBER_SPECIAL)))
        case NumberKind.UNIFIED | NumberKind.UNKNOWN:
            if reading.number is None:
                return TypedNumber(number=None, findings=(*notices, _malformed(reading)))
            return TypedNumber(number=reading.number, findings=notices)


def read_holder(name: str | None, document_number: str | None, today: date) -> HolderFacts:
    """Return the facts about the holder; blank ones count as not given.

    What nobody sees in a name is left out, as it is where names are compared.

    Raises:
        UsageError: neither was given.
    """
    seen = "".join(char for char in name or "" if not is_ignorable(char))
    hidden = seen != (name or "")
    name = seen if seen.strip() else None
    document_number = (
        None if document_number is None or not document_number.strip() else document_number
    )
    if name is None and document_number is None:
        raise holder_fact_missing()
    notices: tuple[Finding, ...] = ()
    if name is not None:
        reading = normalise_name(name)
        if reading.name != name.strip():
            notices = tuple(_notice(Code.NAME_NORMALISED, one) for one in reading.notices)
        if hidden:
            notices = (_notice(Code.NAME_NORMALISED, _UNSEEN), *notices)
        name = reading.name
    if document_number is not None:
        document_number = normalise_document(document_number, today)
    return HolderFacts(name=name, document_number=document_number, findings=notices)


def normalise_document(typed: str, today: date) -> str:
    """Return a document number as the register holds it, whatever kind of document it is of.

    Width, blanks, dashes and case are read alike for every kind; only the rules differ, and
    those are not asked here.
    """
    return inspect_document(DocumentType.PASSPORT, typed, today=today).number


def check_text(**texts: str | None) -> None:
    """Refuse what is not text, or too long to be what it should be.

    Raises:
        UsageError: the code and sentence name the field, never its content.
    """
    for field, text in texts.items():
        if text is None:
            continue
        if any("\ud800" <= char <= "\udfff" for char in text):
            raise UsageError(
                "text_not_unicode",
                Text(f"{field} 不是有效的文字", f"{field} is not valid Unicode text"),
            )
        if len(text) > MAX_TYPED_CHARACTERS:
            raise UsageError(
                "text_too_long",
                Text(
                    f"{field} 过长，最多 {MAX_TYPED_CHARACTERS} 个字符",
                    f"{field} is longer than {MAX_TYPED_CHARACTERS} characters",
                ),
            )


def read_day(typed: str | None, today: date) -> date | None:
    """Return the day that was asked about, None where none was.

    Args:
        typed: such as 2026-11-25; blank counts as not given.
        today: in Asia/Shanghai.

    Raises:
        UsageError: it is not written as a day (`day_malformed`), there is no such day
            (`day_none`), or it has not come yet (`day_in_future`).
    """
    if typed is None or not typed.strip():
        return None
    try:
        day = date.fromisoformat(typed.strip())
    except ValueError as error:
        if _DAY.fullmatch(typed.strip()):
            raise UsageError(
                "day_none",
                Text(
                    f"没有 {typed.strip()} 这一天，请核对",
                    f"there is no such day as {typed.strip()}",
                ),
            ) from error
        raise UsageError(
            "day_malformed",
            Text("日期应写作 2026-11-25 的形式", "write the day like 2026-11-25"),
        ) from error
    if day > today:
        raise UsageError(
            "day_in_future",
            Text(
                "只能查询今天或以前某一天的状态", "only the status of today or a past day is known"
            ),
        )
    return day


def _malformed(reading: NumberReading) -> Finding:
    problem = reading.problems[0]
    evidence = {"reason": problem.code}
    if problem.position is not None:
        evidence["position"] = str(problem.position)
    return find(Code.NUMBER_MALFORMED, {"reason": problem.text}, evidence)


def _notice(code: Code, notice: Notice) -> Finding:
    return find(code, {"reason": notice.text}, {"reason": notice.code})
