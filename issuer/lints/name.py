"""The name is one that can stand on a certificate and be compared again.

Source: GB 18030-2022 (rare characters in full); the rules of `codes.names`.
"""

from __future__ import annotations

from collections.abc import Iterator

from issuer.columns import Column
from issuer.lint_context import LintContext
from issuer.lints.rule import Finding, Lint, each_row, report
from issuer.subjects import Subject


def _inspect(subject: Subject, _: LintContext) -> Iterator[Finding]:
    if subject.name is not None:
        yield from report(subject, Column.NAME, subject.name.problems, subject.name.notices)


LINT = Lint(code="name", source="GB 18030-2022; codes.names", inspect=each_row(_inspect))
