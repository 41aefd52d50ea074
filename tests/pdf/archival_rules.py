"""The judge of a finished certificate file: PDF/A-3, tags and seal, by rules of our own.

No rule knows how the file was made. `RULES` lists them all; each lives with its kind in
`tests/pdf/archival/`, is a function named for what must hold, and carries its clause.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Final

import pikepdf

from templates.labels import LABELS, Field
from tests.pdf.archival import (
    attachment_rules,
    colour_rules,
    file_rules,
    font_rules,
    form_rules,
    meaning_rules,
    metadata_rules,
    tree_rules,
)
from tests.pdf.archival.archive import Archive, Broken, Rule
from tests.pdf.archival.spoken import Spoken, read_archive

RULES: Final[tuple[Rule, ...]] = (
    *file_rules.RULES,
    *metadata_rules.RULES,
    *colour_rules.RULES,
    *font_rules.RULES,
    *attachment_rules.RULES,
    *form_rules.RULES,
    *tree_rules.RULES,
    *meaning_rules.RULES,
)
_MARKS_OF_LABELS: Final = "：: 　"


def inspect_archival(pdf: bytes) -> tuple[Broken, ...]:
    """Report every rule a file of one page breaks; nothing for a file that conforms.

    Args:
        pdf: the whole file; damaged files are reported, never raised on.
    """
    try:
        archive = Archive(pdf)
    except pikepdf.PdfError as fault:
        return (Broken(rule="file_opens", clause="6.1.1", detail=str(fault)),)
    return tuple(broken for rule in RULES for broken in rule.inspect(archive))


def read_aloud(pdf: bytes) -> tuple[Spoken, ...]:
    """Return what a screen reader says of the page, in its order."""
    return tuple(read_archive(Archive(pdf)))


def spoken_fields(spoken: Iterable[Spoken]) -> Mapping[Field, str]:
    """Return the fields as heard: what is said after each label, in the order heard.

    A label is heard alone (a header cell) with its value next, or with its value after a colon.
    """
    heard: dict[Field, str] = {}
    waiting: Field | None = None
    for said in spoken:
        text = said.text.strip()
        if waiting is not None:
            heard[waiting] = text
            waiting = None
            continue
        for field, label in LABELS.items():
            if text.rstrip(_MARKS_OF_LABELS) == label.zh:
                waiting = field
            elif text.startswith(f"{label.zh}："):
                heard[field] = text.removeprefix(f"{label.zh}：").strip()
    return MappingProxyType(heard)
