"""No person stands twice for the same occupation and level, nor under two names.

Source: one live award per person × occupation × level of a body (registry constraint).
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator

from codes.names import fold_name
from codes.wording import Text
from issuer.columns import Column
from issuer.lints.others import Others, others_of_each
from issuer.lints.rule import Finding, Lint, LintBatch, problem
from issuer.subjects import Subject


def _inspect(batch: LintBatch) -> Iterator[Finding]:
    column = Column.DOCUMENT_NUMBER
    for subjects in _grouped(batch.subjects, lambda subject: subject.award_key):
        for subject, others in others_of_each(subjects, lambda one: one.row.row):
            yield problem(subject, column, "duplicate_row", _duplicate(others))
    named = [subject for subject in batch.subjects if subject.name is not None]
    for subjects in _grouped(named, lambda subject: subject.document_key):
        for subject, others in others_of_each(subjects, _folded_name):
            yield problem(subject, Column.NAME, "document_two_names", _names(others))


def _grouped(
    subjects: Iterable[Subject], key_of: Callable[[Subject], Hashable | None]
) -> Iterable[list[Subject]]:
    first: dict[Hashable, Subject] = {}
    groups: dict[Hashable, list[Subject]] = {}  # of two at least, and so of few
    for subject in subjects:
        key = key_of(subject)
        if key is not None and (one := first.setdefault(key, subject)) is not subject:
            groups.setdefault(key, [one]).append(subject)
    return groups.values()


def _folded_name(subject: Subject) -> str:
    return "" if subject.name is None else fold_name(subject.name.name)


def _duplicate(others: Others) -> Text:
    rows = others.named
    return Text(
        f"与{rows.zh}重复：同一证件、同一职业、同一级别；请只保留一行。",
        f"Repeats {rows.en}: the same document, occupation and level; keep only one row.",
    )


def _names(others: Others) -> Text:
    rows = others.named
    return Text(
        f"证件号码与{rows.zh}相同而姓名不同，请核对姓名和证件号码。",
        f"The document number is that of {rows.en} but the name differs; check both.",
    )


LINT = Lint(code="duplicate_row", source="registry", inspect=_inspect)
