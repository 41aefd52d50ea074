"""Identity documents and unit codes: what a typed number says, and how it is shown masked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from stdnum.cn import uscc
from stdnum.exceptions import ValidationError

from codes.document_rules import apply_rule
from codes.document_types import DocumentType, Sex, parse_document_type, parse_sex
from codes.notices import Notice, Problem
from codes.typed import LONGEST_TYPED, Typed, clean_typed, upper_case
from codes.wording import Text

__all__ = [
    "CreditCodeReading",
    "DocumentReading",
    "DocumentType",
    "Sex",
    "inspect_credit_code",
    "inspect_document",
    "mask_apart",
    "mask_document",
    "mask_to_end",
    "parse_document_type",
    "parse_sex",
]

_CREDIT_CODE_LENGTH = 18
_END_SHOWN = 4
_MOST_APART = 4
_LEAST_APART = 8
_BRACKETS = str.maketrans("", "", "()（）")
_TIMES_SIGN = "\u00d7"
_TIMES_NOTICE = Notice(
    code="document_times_sign",
    text=Text(
        "末位的乘号“×”已按字母X处理。",
        "The multiplication sign at the end was read as the letter X.",
    ),
)
_EMPTY = Problem(
    code="document_empty", text=Text("证件号码为空。", "The document number is empty.")
)
_TOO_LONG = Problem(
    code="document_length",
    text=Text(
        "证件号码过长。",
        "The document number is far too long.",
    ),
)


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


def inspect_document(kind: DocumentType, typed: str, *, today: date) -> DocumentReading:
    """Return what the number of a document of type `kind` says, and what is wrong with it.

    Args:
        kind: whose rule to judge by.
        typed: as a person typed it; untrusted.
        today: the day to judge the birth date by.
    """
    cleaned = _clean(typed[:LONGEST_TYPED])
    if len(typed) > LONGEST_TYPED or not cleaned.text:
        fault = _TOO_LONG if cleaned.text else _EMPTY
        return DocumentReading(
            kind=kind,
            number=cleaned.text,
            birth_date=None,
            sex=None,
            notices=cleaned.notices,
            problems=(fault,),
        )
    findings = apply_rule(kind, cleaned.text, today)
    return DocumentReading(
        kind=kind,
        number=cleaned.text,
        birth_date=findings.birth_date,
        sex=findings.sex,
        notices=(*cleaned.notices, *findings.notices),
        problems=tuple(findings.problems),
    )


def _clean(typed: str) -> Typed:
    """Return the number in capitals without brackets, a multiplication sign at the end as X."""
    cleaned = upper_case(clean_typed(typed.translate(_BRACKETS)))
    if not cleaned.text.endswith(_TIMES_SIGN):
        return cleaned
    return Typed(text=cleaned.text[:-1] + "X", notices=(*cleaned.notices, _TIMES_NOTICE))


def mask_apart(numbers: Sequence[str]) -> list[str]:
    """Return the numbers of namesakes, masked but for what tells one from another.

    As `mask_document`, with the fewest characters before the check character that differ, four at
    most; where these do not tell all apart, or a number is short, nothing more shows.
    """
    long = all(len(one) >= _LEAST_APART for one in numbers)
    for shown in range(1, _MOST_APART + 1) if long else ():
        ends = [one[-1 - shown : -1] for one in numbers]
        if len(set(ends)) == len(numbers):
            return [
                f"{mask_document(one)[: -1 - shown]}{end}*"
                for one, end in zip(numbers, ends, strict=True)
            ]
    return [mask_document(one) for one in numbers]


def mask_document(number: str) -> str:
    """Return `number` with all but a few outer characters as `*`, the length kept.

    Long numbers (15 and more) keep the first three, middling ones (8–14) the first, shorter ones
    nothing. The end is never shown: a check character would let a guesser skip ten guesses in
    eleven.
    """
    head = 3 if len(number) >= 15 else 1 if len(number) >= 8 else 0
    return number[:head] + "*" * (len(number) - head)


def mask_to_end(number: str) -> str:
    """Return `number` with all but its last four characters as `*`; of a short one nothing shows.

    For lists that never leave a body and have the whole name beside it: it tells namesakes apart,
    and is what a counter compares with the card. What is public shows the other end
    (`mask_document`).
    """
    shown = _END_SHOWN if len(number) >= 2 * _END_SHOWN else 0
    end = len(number) - shown
    return "*" * end + number[end:]


def inspect_credit_code(text: str) -> CreditCodeReading:
    """Return what is wrong with a unified social credit code, if anything.

    Args:
        text: as a person typed it; untrusted.

    Source:
        GB 32100 (18 characters, MOD 31 check character).
    """
    cleaned = upper_case(clean_typed(text[:LONGEST_TYPED]))
    return CreditCodeReading(
        number=cleaned.text, notices=cleaned.notices, problems=_credit_code_problems(cleaned.text)
    )


def _credit_code_problems(number: str) -> tuple[Problem, ...]:
    if len(number) != _CREDIT_CODE_LENGTH:
        return (
            Problem(
                code="credit_code_length",
                text=Text(
                    f"统一社会信用代码应为18位，现为{len(number)}位。",
                    f"A unified social credit code has 18 characters; this has {len(number)}.",
                ),
            ),
        )
    try:
        uscc.validate(number)
    except ValidationError:
        return (
            Problem(
                code="credit_code_invalid",
                text=Text(
                    "统一社会信用代码的字符或校验码不正确。",
                    "The unified social credit code has a wrong character or check character.",
                ),
            ),
        )
    return ()
