"""The document type is one the certificate can name.

Source: 人社部 certificate style notice (2022), field 证件类型; the types of `codes.documents`.
"""

from __future__ import annotations

from collections.abc import Iterator

from issuer.columns import Column
from issuer.lint_context import LintContext
from issuer.lints.rule import Finding, Lint, each_row, report
from issuer.subjects import Subject


def _inspect(subject: Subject, _: LintContext) -> Iterator[Finding]:
    if subject.document_type.fault is not None:
        yield from report(subject, Column.DOCUMENT_TYPE, [subject.document_type.fault])


LINT = Lint(code="document_type", source="证书样式通知（2022）", inspect=each_row(_inspect))
