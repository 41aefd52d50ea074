"""The document number follows the rule of its type, check character included.

Source: GB 11643-1999 and the forms of the other documents (`codes.documents`). An unknown area is
a notice: the codes of merged counties are on living people's cards.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from issuer.columns import Column
from issuer.lint_context import LintContext
from issuer.lints.rule import Finding, Lint, each_row, report
from issuer.subjects import Subject


def _inspect(subject: Subject, _: LintContext) -> Iterator[Finding]:
    reading = subject.document
    if reading is not None:
        yield from report(subject, Column.DOCUMENT_NUMBER, reading.problems, reading.notices)


LINT = Lint(
    code="document_number",
    source="GB 11643-1999",
    effective_from=date(1999, 7, 1),
    inspect=each_row(_inspect),
)
