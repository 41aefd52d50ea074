"""Everything that is printed fits its place on the page.

Source: 人社部 certificate style notice (2022): one A4 page, fields in 12 pt.
"""

from __future__ import annotations

from collections.abc import Iterator

from issuer.columns import Column
from issuer.lints.rule import Finding, Lint, LintBatch, problem


def _inspect(batch: LintBatch) -> Iterator[Finding]:
    """Lay out every row that describes a candidate whose characters can be printed."""
    for subject in batch.subjects:
        candidate = subject.candidate()
        if candidate is None or subject.row.row in batch.unprintable:
            continue
        for field, text in batch.context.check_fit(candidate):
            yield problem(subject, _COLUMNS.get(field.lower()), "page_fit", text)


_COLUMNS = {
    name: column
    for column in Column
    for name in (column.value, column.name.lower(), column.en.lower())
} | {"holder_name": Column.NAME}

LINT = Lint(code="page_fit", source="证书样式通知（2022）", inspect=_inspect)
