"""Step 6: what a page's text layer prints against what the record says, field by field."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from codes.occupations import occupation_by_index
from codes.record import Record
from codes.typed import half_width
from codes.wording import Text
from templates.labels import (
    BODY_SITE,
    CERTIFICATE_SITE,
    LABELS,
    NO_SPECIALTY,
    Field,
    format_date,
    format_print_serial,
)
from templates.page_extras import ExtraText
from templates.page_reading import FieldPrint, PagePrint
from templates.text_lines import UNREADABLE
from verifier.finding_codes import Code
from verifier.findings import find
from verifier.verdict import Finding

MAX_SHOWN_CHARACTERS = 80
MAX_SHOWN_TEXTS = 6


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
        translations: what a page in two languages also prints, as `comparable` gives it.
    """

    values: Mapping[Field, str]
    body_names: frozenset[str]
    translations: frozenset[str]

    def allowed(self, field: Field) -> frozenset[str]:
        """Return what a genuine page may show for a field, as `comparable` gives it."""
        wanted = {self.values[field]} if field in self.values else set()
        names = self.body_names if field is Field.BODY_NAME else frozenset()
        return frozenset(comparable(one) for one in wanted | names)


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
    english = (record.document_type.en, occupation_by_index(record.occupation).en, number.level.en)
    return Expected(
        values=MappingProxyType(values),
        body_names=body_names,
        translations=frozenset(comparable(one) for one in english),
    )


def compare_fields(
    printed: Mapping[Field, FieldPrint],
    expected: Expected,
    *,
    document_check: DocumentNumberCheck,
    document_masked: str | None,
) -> tuple[Finding, ...]:
    """Return one finding per field: it agrees, it differs, or why it could not be compared.

    Args:
        printed: the fields read from the file; untrusted.
        document_check: the record holds no document number, only a commitment to it, so the
            register is asked instead.
        document_masked: the number on record, masked, where it is known.
    """
    findings = []
    for field in Field:
        shown = printed.get(field, FieldPrint())
        if field is Field.DOCUMENT_NUMBER:
            masked = document_masked or ""
            findings.append(_document_finding(shown, document_check, masked))
            continue
        if field not in expected.values:
            continue  # a remark is about the copy; its state in the register says the same
        allowed = expected.allowed(field)
        agrees = any(comparable(one) in allowed for one in shown.readings)
        record = expected.values[field]
        findings.append(_compared(field, shown, agrees=agrees, record=record))
    return tuple(findings)


def _compared(field: Field, shown: FieldPrint, *, agrees: bool, record: str) -> Finding:
    """Return what one field's print comes to; doubt about what is printed comes first."""
    if not shown.is_plain:
        return _doubtful(field, shown)
    if agrees:
        return _finding(Code.FIELD_AGREES, field)
    if shown.covered:
        return _finding(Code.FIELD_COVERED, field)
    if not comparable(shown.value) or UNREADABLE in shown.value:
        return _finding(Code.FIELD_NOT_COMPARED, field)
    return _finding(Code.FIELD_DIFFERS, field, printed=shown.value, record=record)


def _doubtful(field: Field, shown: FieldPrint) -> Finding:
    code = Code.FIELD_TWICE if shown.repeated else Code.OVERLAID_TEXT
    texts = [shorten(one) for one in shown.repeated or shown.overlaid]
    told, more = texts[:MAX_SHOWN_TEXTS], len(texts) > MAX_SHOWN_TEXTS
    zh = "、".join(f"“{one}”" for one in told) + ("等" if more else "")
    en = ", ".join(f"“{one}”" for one in told) + (" and more" if more else "")
    evidence = {"field": field.value, "texts": " | ".join(told)}
    return find(code, {"field": LABELS[field], "texts": Text(zh, en)}, evidence)


def extra_texts(printed: PagePrint, expected: Expected) -> tuple[ExtraText, ...]:
    """Return the text that belongs to no field: also lines below a value that agrees without."""
    below = [
        ExtraText(text=line, near=field)
        for field, shown in printed.fields.items()
        for line in _unused_lines(shown, expected.allowed(field))
    ]
    found = (*printed.extra, *below)
    return tuple(one for one in found if comparable(one.text) not in expected.translations)


def _unused_lines(shown: FieldPrint, allowed: frozenset[str]) -> tuple[str, ...]:
    for unused, reading in enumerate(shown.readings):
        if comparable(reading) in allowed:
            return shown.lines[len(shown.lines) - unused :]
    return ()


def inspect_extra(texts: Sequence[ExtraText]) -> tuple[Finding, ...]:
    """Return what to say of text that belongs to no field; at most `MAX_SHOWN_TEXTS` findings."""
    findings = []
    more = len(texts) - MAX_SHOWN_TEXTS
    for at, extra in enumerate(texts[:MAX_SHOWN_TEXTS], start=1):
        text = shorten(extra.text)
        evidence = {"text": text}
        if extra.near is not None:
            evidence["near"] = extra.near.value
        place = _place(extra)
        if more > 0 and at == MAX_SHOWN_TEXTS:
            place = Text(f"{place.zh}（另有{more}处）", f"{place.en} (and {more} more)")
        findings.append(find(Code.EXTRA_TEXT, {"text": text, "place": place}, evidence))
    return tuple(findings)


def _place(extra: ExtraText) -> Text:
    if extra.near is None:
        return Text("", "")
    label = LABELS[extra.near]
    if extra.across:
        return Text(f"（压在“{label.zh}”一项上）", f" (across {label.en.lower()})")
    return Text(f"（在“{label.zh}”一项旁）", f" (beside {label.en.lower()})")


def comparable(text: str) -> str:
    """Return `text` without white space and in half width: nothing that changes a fact."""
    return "".join(half_width(text).split())


def _document_finding(shown: FieldPrint, check: DocumentNumberCheck, masked: str) -> Finding:
    field = Field.DOCUMENT_NUMBER
    agrees = check is DocumentNumberCheck.AGREES and bool(comparable(shown.value))
    if check is DocumentNumberCheck.NOT_ASKED and shown.is_plain and not shown.covered:
        return _finding(Code.FIELD_NOT_COMPARED, field)
    return _compared(field, shown, agrees=agrees, record=masked)


def _finding(code: Code, field: Field, **shown: str) -> Finding:
    evidence = {name: shorten(value) for name, value in shown.items()}
    return find(code, {"field": LABELS[field]}, {"field": field.value, **evidence})


def shorten(text: str, most: int = MAX_SHOWN_CHARACTERS) -> str:
    """Return `text` as it may be shown: printable, and of at most so many characters."""
    plain = "".join(char if char.isprintable() else " " for char in text)
    return plain if len(plain) <= most else f"{plain[:most]}…"
