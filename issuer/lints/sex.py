"""The sex is readable and is the one the document number states.

Source: GB 11643-1999, position 17: odd is male.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from codes.wording import Text
from issuer.columns import Column
from issuer.lint_context import LintContext
from issuer.lints.rule import Finding, Lint, each_row, problem, report
from issuer.subjects import Subject


def _inspect(subject: Subject, _: LintContext) -> Iterator[Finding]:
    if subject.sex.fault is not None:
        yield from report(subject, Column.SEX, [subject.sex.fault])
    stated = subject.document.sex if subject.document is not None else None
    if stated is not None and subject.sex.value not in (None, stated):
        yield problem(subject, Column.SEX, "sex_contradicts_document", _CONTRADICTS)


_CONTRADICTS = Text(
    "性别与证件号码不一致，请核对性别和证件号码。",
    "The sex is not the one the document number states; check both.",
)

LINT = Lint(
    code="sex",
    source="GB 11643-1999",
    effective_from=date(1999, 7, 1),
    inspect=each_row(_inspect),
)
