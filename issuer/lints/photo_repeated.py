"""No two people have the same photo.

Source: supervision against certificates issued under another's name (津公内保函〔2023〕87号).
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator

from codes.wording import Text
from issuer.columns import Column
from issuer.lints.others import Others, others_of_each
from issuer.lints.rule import Finding, Lint, LintBatch, problem
from issuer.subjects import Subject


def _inspect(batch: LintBatch) -> Iterator[Finding]:
    """Compare the pictures that would be printed; one person may have several rows."""
    alike: dict[bytes, list[Subject]] = {}
    for subject in batch.subjects:
        if subject.photo.photo is not None:
            alike.setdefault(subject.photo.photo.sha256, []).append(subject)
    for subjects in alike.values():
        for subject, others in others_of_each(subjects, _person):
            yield problem(subject, Column.PHOTO, "photo_repeated", _same(others))


def _person(subject: Subject) -> Hashable:
    """Return who the row is of; where that cannot be told, somebody of the row's own."""
    return subject.document_key or subject.row.row


def _same(others: Others) -> Text:
    rows = others.named
    return Text(
        f"照片与{rows.zh}他人的照片相同，请核对照片文件。",
        f"The photo is the same as that of another person in {rows.en}; check the photo files.",
    )


LINT = Lint(code="photo_repeated", source="津公内保函〔2023〕87号", inspect=_inspect)
