"""There is a photo of this person that can be printed.

Source: 人社部 certificate style notice (2022): one inch (25 × 35 mm), colour, white background.
"""

from __future__ import annotations

from collections.abc import Iterator

from issuer.columns import Column
from issuer.lint_context import LintContext
from issuer.lints.rule import Finding, Lint, each_row, report
from issuer.subjects import Subject


def _inspect(subject: Subject, _: LintContext) -> Iterator[Finding]:
    yield from report(subject, Column.PHOTO, subject.photo.problems, subject.photo.notices)


LINT = Lint(code="photo", source="证书样式通知（2022）", inspect=each_row(_inspect))
