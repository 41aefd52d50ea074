"""No person stands twice for the same occupation and level, nor under two names.

Source: one live award per person × occupation × level of a body (registry constraint).
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator

from codes.names import fold_name
from codes.wording import Text
from issuer.columns import Column
from issuer.lints.rule import Finding, Lint, LintBatch, problem
from issuer.subjects import Subject


def _inspect(batch: LintBatch) -> Iterator[Finding]:
    yield from _repeated_awards(batch)
    yield from _two_names(batch)


def _repeated_awards(batch: LintBatch) -> Iterator[Finding]:
    first: dict[Hashable, Subject] = {}
    for subject in batch.subjects:
        key = subject.award_key
        if key is None:
            continue
        other = first.setdefault(key, subject)
        if other is not subject:
            column = Column.DOCUMENT_NUMBER
            yield problem(subject, column, "duplicate_row", _duplicate(other.row.row))
            yield problem(other, column, "duplicate_row", _duplicate(subject.row.row))


def _two_names(batch: LintBatch) -> Iterator[Finding]:
    first: dict[Hashable, Subject] = {}
    for subject in batch.subjects:
        key = subject.document_key
        if key is None or subject.name is None:
            continue
        other = first.setdefault(key, subject)
        if other.name is None or fold_name(other.name.name) == fold_name(subject.name.name):
            continue
        yield problem(subject, Column.NAME, "document_two_names", _names(other.row.row))
        yield problem(other, Column.NAME, "document_two_names", _names(subject.row.row))


def _duplicate(row: int) -> Text:
    return Text(
        f"与第 {row} 行重复：同一证件、同一职业、同一级别；请只保留一行。",
        f"Repeats row {row}: the same document, occupation and level; keep only one row.",
    )


def _names(row: int) -> Text:
    return Text(
        f"证件号码与第 {row} 行相同而姓名不同，请核对姓名和证件号码。",
        f"The document number is that of row {row} but the name differs; check both.",
    )


LINT = Lint(code="duplicate_row", source="registry", inspect=_inspect)
