"""Every column a certificate or the holder's record needs is filled in.

Source: 人社部 certificate style notice (2022): name, document type and number, occupation and level
are printed; sex and birth date are what a slip in the document number is found by.
"""

from __future__ import annotations

from collections.abc import Iterator

from codes.wording import Text
from issuer.columns import Column
from issuer.lint_context import LintContext
from issuer.lints.rule import Finding, Lint, each_row, problem
from issuer.subjects import Subject


def _inspect(subject: Subject, _: LintContext) -> Iterator[Finding]:
    for column in Column:
        if column.required and not subject.row.text(column):
            yield problem(subject, column, "cell_empty", _EMPTY[column])


_EMPTY = {
    column: Text(
        f"“{column.value}”为空，请填写。", f"“{column.value}” ({column.en}) is empty; fill it in."
    )
    for column in Column
}

LINT = Lint(code="required", source="证书样式通知（2022）", inspect=each_row(_inspect))
