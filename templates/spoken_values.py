"""What a certificate prints, for readers of English: as it stands, its English beside it."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from types import MappingProxyType

from codes.document_types import DocumentType
from codes.levels import Level
from codes.occupations import occupations
from codes.wording import Text
from templates.labels import format_date_en, parse_date
from templates.report_words import PRINTED_AND_RECORD, UNREAD


def spoken_value(value: str) -> Text:
    """Return a value as it stands; in English a level, an occupation, a document or a day twice.

    Args:
        value: as read or on record; untrusted. What is none of these stands alone.
    """
    return _beside(value, value)


def spoken_print(value: str) -> Text:
    """Return what was read of a print as `spoken_value` does, or that nothing could be read."""
    return spoken_value(value) if value else UNREAD


def quoted_print(value: str) -> Text:
    """Return the same as `spoken_print`, the value itself in quotes."""
    return quoted_value(value) if value else UNREAD


def quoted_value(value: str) -> Text:
    """Return the same as `spoken_value`, the value itself in quotes."""
    return _beside(value, f"“{value}”")


def printed_and_record(printed: str, record: str) -> Text:
    """Return the sentence of a report that tells what is printed beside what is on record."""
    shown, known = quoted_print(printed), quoted_value(record)
    said = PRINTED_AND_RECORD
    return Text(
        said.zh.format(printed=shown.zh, record=known.zh),
        said.en.format(printed=shown.en, record=known.en),
    )


def _beside(value: str, shown: str) -> Text:
    english = _english(value)
    return Text(shown, f"{shown} ({english})" if english else shown)


def _english(value: str) -> str | None:
    day = parse_date(value)
    return _known().get(value) if day is None else format_date_en(day)


@cache
def _known() -> Mapping[str, str]:
    named = (*Level, *occupations(), *DocumentType)
    return MappingProxyType({one.zh: one.en for one in named})
