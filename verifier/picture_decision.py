"""From what a picture shows to findings: field by field, the photo, and what could not be told."""

from __future__ import annotations

from collections.abc import Mapping
from math import hypot, inf
from typing import Final

from codes.wording import Text
from templates.labels import LABELS, Field
from verifier.boxed_picture import Outline
from verifier.catalogue_picture import SIDES, WHY
from verifier.compare import shorten
from verifier.finding_codes import Code
from verifier.findings import find
from verifier.picture import COMPARED_FIELDS, PHOTO, Decision, FieldSeen, PictureReading
from verifier.verdict import Finding

NEXT: Final = " / "
"""Between what is told of each of several places."""
_IN_ROW: Final = 0.5


def inspect_picture(
    reading: PictureReading | None, records: Mapping[Field, str]
) -> tuple[Finding, ...]:
    """Return what a picture shows against the page as issued.

    Args:
        reading: None where there was no page to compare it with, or it was not compared.
        records: what is on record for each field, the document number masked.
    """
    if reading is None:
        return (find(Code.PICTURE_NOT_COMPARED),)
    if not reading.aligned:
        others = (find(Code.PICTURE_OTHER_PAPERS),) if reading.papers else ()
        return (find(Code.PICTURE_NOT_ALIGNED), *others)
    findings = [
        _field_finding(field, reading.fields.get(field.value), records.get(field, ""))
        for field in COMPARED_FIELDS
    ]
    return (*findings, _photo_finding(reading.fields.get(PHOTO)), *_rest_findings(reading))


def _rest_findings(reading: PictureReading) -> tuple[Finding, ...]:
    differs, unclear = (
        {"outline": NEXT.join(map(_corners, outlines))} for outlines in reading.elsewhere
    )
    found = []
    if differs["outline"]:
        rows = [_row_of(one, reading.fields) for one in reading.elsewhere[0]]
        near = {"near": NEXT.join(rows)} if any(rows) else {}
        found.append(find(Code.PAGE_DIFFERS_ELSEWHERE, {}, differs | near))
    if unclear["outline"]:
        found.append(find(Code.PAGE_UNCLEAR_ELSEWHERE, {}, unclear))
    if reading.papers:
        found.append(find(Code.PICTURE_OTHER_PAPERS))
    if reading.text_beside:
        found.append(find(Code.PICTURE_TEXT_BESIDE))
    if reading.missing:
        names = [SIDES[side] for side in reading.missing]
        sides = Text("、".join(one.zh for one in names), " and ".join(one.en for one in names))
        found.append(
            find(Code.PICTURE_PART_MISSING, {"sides": sides}, {"sides": " ".join(reading.missing)})
        )
    return tuple(found)


def _row_of(outline: Outline, fields: Mapping[str, FieldSeen]) -> str:
    """Return the field in whose row something else stands; empty where it is in none."""
    middle = _middle(outline)
    rows = {
        field.value: _heights_off(middle, fields[field.value].outline)
        for field in COMPARED_FIELDS
        if field.value in fields
    }
    nearest = min(rows, key=lambda one: rows[one], default="")
    return nearest if nearest and rows[nearest] <= _IN_ROW else ""


def _heights_off(point: tuple[float, float], row: Outline) -> float:
    """Return how far a point is above or below the line through a row, in heights of the row."""
    first, second, _, last = row
    along = second[0] - first[0], second[1] - first[1]
    middle, length = _middle(row), hypot(*along)
    height = hypot(last[0] - first[0], last[1] - first[1])
    if not length or not height:
        return inf
    across = along[0] * (point[1] - middle[1]) - along[1] * (point[0] - middle[0])
    return abs(across) / length / height


def _middle(outline: Outline) -> tuple[float, float]:
    return sum(x for x, _ in outline) / len(outline), sum(y for _, y in outline) / len(outline)


def _field_finding(field: Field, seen: FieldSeen | None, record: str) -> Finding:
    slots, evidence = {"field": LABELS[field]}, {"field": field.value}
    if seen is None:
        return find(Code.FIELD_NOT_COMPARED, slots, evidence)
    if seen.decision is Decision.AGREES:
        return find(Code.PICTURE_FIELD_AGREES, slots, {**evidence, **_measured(seen)})
    if seen.decision is Decision.DIFFERS:
        shown = {"printed": shorten(seen.read), "record": shorten(record)}
        return find(
            Code.FIELD_DIFFERS, slots, {**evidence, **shown, **_measured(seen), **_placed(seen)}
        )
    why = seen.why.value if seen.why is not None else "blurred"
    return find(
        Code.PICTURE_FIELD_UNCLEAR,
        {**slots, "why": WHY[why]},
        {**evidence, "why": why, **_placed(seen)},
    )


def _photo_finding(seen: FieldSeen | None) -> Finding:
    evidence = {"field": PHOTO}
    if seen is None or seen.decision is Decision.UNCLEAR:
        why = "blurred" if seen is None or seen.why is None else seen.why.value
        return find(Code.PHOTO_UNCLEAR, {"why": WHY[why]}, {**evidence, "why": why})
    code = Code.PHOTO_AGREES if seen.decision is Decision.AGREES else Code.PHOTO_DIFFERS
    return find(code, {}, {**evidence, **_measured(seen)})


def _measured(seen: FieldSeen) -> dict[str, str]:
    return {"confidence": f"{seen.confidence:.2f}"}


def _placed(seen: FieldSeen) -> dict[str, str]:
    return {"outline": _corners(seen.outline)}


def _corners(outline: Outline) -> str:
    return " ".join(f"{round(x)},{round(y)}" for x, y in outline)
