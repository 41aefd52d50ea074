"""A row that was issued in this batch before still says the same.

Source: issuing step 2: from the reservation on the award exists. A row that repeats its award is
done; one that says something else needs a correction (更正), which is another act.
"""

from __future__ import annotations

from collections.abc import Iterator

from codes.wording import Text
from issuer.columns import Column
from issuer.lint_context import BatchAward, LintContext
from issuer.lints.rule import Finding, Lint, each_row, problem
from issuer.subjects import Subject


def repeats_award(subject: Subject) -> bool:
    """Return whether the row says exactly what its award of this batch says."""
    return subject.batch_award is not None and not changed_columns(subject, subject.batch_award)


def changed_columns(subject: Subject, award: BatchAward) -> tuple[Column, ...]:
    """Return the columns in which the row differs from its award."""
    photo = subject.photo.photo
    same = {
        Column.NAME: subject.name is not None and subject.name.name == award.name,
        Column.SEX: award.sex is None or subject.sex.value is award.sex,
        Column.BIRTH_DATE: award.birth_date in (None, subject.birth_date.value),
        Column.SPECIALTY: subject.specialty == award.specialty,
        # Only what the roster gives: a rule of spelling may change, a certificate may not.
        Column.LATIN_NAME: subject.latin_typed.value in (None, award.latin_name)
        or award.latin_name is None,
        Column.PHOTO: award.photo_sha256 is None
        or (photo is not None and photo.sha256 == award.photo_sha256),
    }
    return tuple(column for column, is_same in same.items() if not is_same)


def _inspect(subject: Subject, _: LintContext) -> Iterator[Finding]:
    award = subject.batch_award
    if award is None:
        return
    for column in changed_columns(subject, award):
        yield problem(subject, column, "issued_differently", _changed(column, award.number))


def _changed(column: Column, number: str) -> Text:
    return Text(
        f"该行已在本批次核发，证书编号 {number}，但“{column.value}”与核发时不同；"
        "请恢复原内容，确需改动的办理更正。",
        f"This row was issued in this batch as {number}, with another “{column.value}” "
        f"({column.en}); restore it, or have the certificate corrected.",
    )


LINT = Lint(code="batch_award", source="architecture.md, Issuing 2", inspect=each_row(_inspect))
