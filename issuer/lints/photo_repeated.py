"""No two people have the same photo.

Source: supervision against certificates issued under another's name (津公内保函〔2023〕87号).
"""

from __future__ import annotations

from collections.abc import Iterator

from codes.wording import Text
from issuer.columns import Column
from issuer.lints.rule import Finding, Lint, LintBatch, problem
from issuer.subjects import Subject


def _inspect(batch: LintBatch) -> Iterator[Finding]:
    """Compare the pictures that would be printed; one person may have several rows."""
    first: dict[bytes, Subject] = {}
    for subject in batch.subjects:
        photo = subject.photo.photo
        if photo is None:
            continue
        other = first.setdefault(photo.sha256, subject)
        if other is not subject and _differ(other, subject):
            yield problem(subject, Column.PHOTO, "photo_repeated", _same(other.row.row))
            yield problem(other, Column.PHOTO, "photo_repeated", _same(subject.row.row))


def _differ(one: Subject, other: Subject) -> bool:
    """Return whether the rows are of two people as far as can be told."""
    return one.document_key is None or one.document_key != other.document_key


def _same(row: int) -> Text:
    return Text(
        f"照片与第 {row} 行另一人的照片相同，请核对照片文件。",
        f"The photo is the same as that of another person in row {row}; check the photo files.",
    )


LINT = Lint(code="photo_repeated", source="津公内保函〔2023〕87号", inspect=_inspect)
