"""The birth date is a day in the past and is the one the document number states.

Source: GB 11643-1999, positions 7–14.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from codes.wording import Text
from issuer.columns import Column
from issuer.lint_context import LintContext
from issuer.lints.rule import Finding, Lint, each_row, problem, report
from issuer.subjects import Subject

_OLDEST_YEARS = 110


def _inspect(subject: Subject, context: LintContext) -> Iterator[Finding]:
    born, fault = subject.birth_date.value, subject.birth_date.fault
    if fault is not None:
        yield from report(subject, Column.BIRTH_DATE, [fault])
    if born is None:
        return
    if born >= context.today:
        yield problem(subject, Column.BIRTH_DATE, "birth_date_future", _FUTURE)
    elif context.today.year - born.year > _OLDEST_YEARS:
        yield problem(subject, Column.BIRTH_DATE, "birth_date_implausible", _IMPLAUSIBLE)
    stated = subject.document.birth_date if subject.document is not None else None
    if stated is not None and stated != born:
        yield problem(subject, Column.BIRTH_DATE, "birth_date_contradicts_document", _CONTRADICTS)


_FUTURE = Text(
    "出生日期不早于核发日期，请核对。", "The birth date is not before the date of issue; check it."
)
_IMPLAUSIBLE = Text(
    f"出生日期距今超过 {_OLDEST_YEARS} 年，请核对。",
    f"The birth date is more than {_OLDEST_YEARS} years ago; check it.",
)
_CONTRADICTS = Text(
    "出生日期与证件号码不一致，请核对出生日期和证件号码。",
    "The birth date is not the one the document number states; check both.",
)

LINT = Lint(
    code="birth_date",
    source="GB 11643-1999",
    effective_from=date(1999, 7, 1),
    inspect=each_row(_inspect),
)
