"""Step 6: what a page's text layer shows against what the record says, field by field."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from codes.occupations import occupation_by_index
from codes.record import Record
from codes.typed import half_width
from templates.labels import (
    BODY_SITE,
    CERTIFICATE_SITE,
    LABELS,
    NO_SPECIALTY,
    Field,
    format_date,
    format_print_serial,
)
from verifier.finding_codes import Code
from verifier.findings import find
from verifier.verdict import Finding

MAX_SHOWN_CHARACTERS = 80


class DocumentNumberCheck(StrEnum):
    """What the register said to the document number the file shows."""

    AGREES = "agrees"
    DIFFERS = "differs"
    NOT_ASKED = "not_asked"


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """What every field of a genuine page shows, document number aside.

    Args:
        values: the printed form of each field.
        body_names: names the body may be printed under: as filed on the day, and as filed now.
    """

    values: Mapping[Field, str]
    body_names: frozenset[str]


def expect(record: Record, *, body_names: frozenset[str], body_name: str) -> Expected:
    """Return what a genuine page of `record` shows after each label.

    Args:
        body_name: the name to show where the page has neither of `body_names`.
    """
    number = record.number
    values = {
        Field.HOLDER_NAME: record.holder_name,
        Field.DOCUMENT_TYPE: record.document_type.zh,
        Field.OCCUPATION: occupation_by_index(record.occupation).zh,
        Field.SPECIALTY: record.specialty or NO_SPECIALTY,
        Field.LEVEL: number.level.zh,
        Field.NUMBER: str(number),
        Field.BODY_NAME: body_name,
        Field.ISSUED_ON: format_date(record.issued_on),
        Field.CERTIFICATE_SITE: CERTIFICATE_SITE,
        Field.BODY_SITE: BODY_SITE,
        Field.PRINT_SERIAL: format_print_serial(number.year, record.print_serial),
    }
    return Expected(values=MappingProxyType(values), body_names=body_names)


def compare_fields(
    printed: Mapping[Field, str],
    expected: Expected,
    *,
    document_check: DocumentNumberCheck,
    document_masked: str | None,
) -> tuple[Finding, ...]:
    """Return one finding per field: it agrees, it differs, or it could not be compared.

    Args:
        printed: the fields read from the file; untrusted.
        document_check: the record holds no document number, only a commitment to it, so the
            register is asked instead.
        document_masked: the number on record, masked, where it is known.
    """
    findings = []
    for field in Field:
        shown = printed.get(field, "")
        if field is Field.DOCUMENT_NUMBER:
            check, masked = document_check, document_masked or ""
            findings.append(_document_finding(shown, check, masked))
            continue
        if field not in expected.values:
            continue  # a remark is about the copy; its state in the register says the same
        wanted = expected.values[field]
        allowed = expected.body_names | {wanted} if field is Field.BODY_NAME else {wanted}
        if not comparable(shown):
            findings.append(_finding(Code.FIELD_NOT_COMPARED, field))
        elif comparable(shown) in {comparable(one) for one in allowed}:
            findings.append(_finding(Code.FIELD_AGREES, field))
        else:
            findings.append(_finding(Code.FIELD_DIFFERS, field, printed=shown, record=wanted))
    return tuple(findings)


def comparable(text: str) -> str:
    """Return `text` without white space and in half width: nothing that changes a fact."""
    return "".join(half_width(text).split())


def _document_finding(shown: str, check: DocumentNumberCheck, masked: str) -> Finding:
    field = Field.DOCUMENT_NUMBER
    if not comparable(shown) or check is DocumentNumberCheck.NOT_ASKED:
        return _finding(Code.FIELD_NOT_COMPARED, field)
    if check is DocumentNumberCheck.AGREES:
        return _finding(Code.FIELD_AGREES, field)
    return _finding(Code.FIELD_DIFFERS, field, printed=comparable(shown), record=masked)


def _finding(code: Code, field: Field, **shown: str) -> Finding:
    evidence = {name: _shorten(value) for name, value in shown.items()}
    return find(code, {"field": LABELS[field]}, {"field": field.value, **evidence})


def _shorten(text: str) -> str:
    plain = "".join(char if char.isprintable() else " " for char in text)
    if len(plain) <= MAX_SHOWN_CHARACTERS:
        return plain
    return f"{plain[:MAX_SHOWN_CHARACTERS]}…"
