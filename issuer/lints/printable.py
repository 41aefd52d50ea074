"""Every character of what is printed has a glyph in the fonts at hand.

Source: architecture, issuing step 1: nothing that can be known beforehand may fail later. A missing
character is refused before a number is spent, and the font package that would help is named.
"""

from __future__ import annotations

from collections.abc import Iterator

from issuer.columns import Column
from issuer.lints.rule import Finding, Lint, LintBatch, problem
from issuer.subjects import Subject


def _inspect(batch: LintBatch) -> Iterator[Finding]:
    """Ask once about every character of the batch, then find the rows that hold a missing one."""
    characters: set[str] = set()
    for subject in batch.subjects:
        characters.update(*_printed(subject).values())
    missing = frozenset(batch.context.missing_characters("".join(sorted(characters))))
    if not missing:
        return
    for subject in batch.subjects:
        for column, text in _printed(subject).items():
            for char in dict.fromkeys(char for char in text if char in missing):
                batch.unprintable.add(subject.row.row)
                explained = batch.context.explain_missing(char)
                yield problem(subject, column, "character_unprintable", explained)


def _printed(subject: Subject) -> dict[Column, str]:
    """Return what the certificate prints of this row's own text."""
    fields: dict[Column, str] = {}
    if subject.name is not None and not subject.name.problems:
        fields[Column.NAME] = subject.name.name
    if subject.document is not None and not subject.document.problems:
        fields[Column.DOCUMENT_NUMBER] = subject.document.number
    if subject.specialty is not None:
        fields[Column.SPECIALTY] = subject.specialty
    if subject.latin_typed.value is not None:
        fields[Column.LATIN_NAME] = subject.latin_typed.value
    return fields


LINT = Lint(code="printable", source="templates.fonts", inspect=_inspect)
