"""The JSON Schemas (2020-12) of what the API takes and answers, by name."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from verifier.api.problems import ProblemCode
from verifier.bulk_limits import MAX_BULK_ROWS, MAX_CELL_CHARACTERS
from verifier.links import MAX_LINK_CHARACTERS
from verifier.typed import MAX_TYPED_CHARACTERS
from verifier.verdict import Outcome, Severity, Status

NOT_ASKED: Final = "not_asked"
RESULT_MEMBERS: Final = ("outcome", "status", "error", "summary", "reason", "advice", "checked_at")
_STRING: Final = {"type": "string"}
_FLAG: Final = {"type": "boolean"}
_COUNT: Final = {"type": "integer", "minimum": 0}
_MOMENT: Final = {"type": "string", "format": "date-time"}
_DAY: Final = {"type": "string", "format": "date"}
_OUTCOMES: Final = [outcome.value for outcome in Outcome]
_STATUSES: Final = [status.value for status in Status]


def ref(name: str) -> dict[str, Any]:
    """Return a reference to a schema of the document."""
    return {"$ref": f"#/components/schemas/{name}"}


def _object(
    members: Mapping[str, Mapping[str, Any]], *, optional: tuple[str, ...] = ()
) -> dict[str, Any]:
    required = [name for name in members if name not in optional]
    found: dict[str, Any] = {"type": "object", "properties": members, "additionalProperties": False}
    return found | ({"required": required} if required else {})


def _members(**members: Mapping[str, Any]) -> Mapping[str, Mapping[str, Any]]:
    return members


def _or_null(schema: Mapping[str, Any]) -> dict[str, Any]:
    return {"anyOf": [schema, {"type": "null"}]}


def _list(schema: Mapping[str, Any]) -> dict[str, Any]:
    return {"type": "array", "items": schema}


_ANYTHING: Final = {"type": "object"}
_TYPED: Final = {"type": "string", "maxLength": MAX_TYPED_CHARACTERS}
_ON: Final = {"type": "string", "format": "date", "description": "YYYY-MM-DD"}
# What `batch_body` takes in a cell of a list, and in that of the number.
_CELL: Final = {
    "type": "string",
    "maxLength": MAX_CELL_CHARACTERS,
    "pattern": r"^[^\x00-\x1f\x7f]*$",
}
_FULL_CELL: Final = _CELL | {
    "minLength": 1,
    "pattern": r"^[^\x00-\x1f\x7f]*[^\s\x00-\x1f\x7f][^\x00-\x1f\x7f]*$",
}
_HOLDER_NAMED: Final = {
    "anyOf": [
        {"required": [name], "properties": {name: {"type": "string", "pattern": r"\S"}}}
        for name in ("name", "document_number")
    ]
}
_POINT: Final = {"type": "array", "items": {"type": "number"}, "minItems": 2, "maxItems": 2}
_CORNERS: Final = {"type": "array", "items": _POINT, "minItems": 4, "maxItems": 4}
_NUMBER_MEMBERS: Final[Mapping[str, Mapping[str, Any]]] = {
    "number": _TYPED,
    "name": _TYPED,
    "document_number": _TYPED,
    "on": _ON,
    "challenge": _STRING,
    "solution": _STRING,
}
_REPORT_MEMBERS: Final[Mapping[str, Mapping[str, Any]]] = {
    "number": _STRING,
    "state": {"enum": ["waiting", "sealed", "failed"]},
    "asked_at": _MOMENT,
    "sealed_at": _or_null(_MOMENT),
    "pdf_sha256": _or_null(_STRING),
    "json_sha256": _or_null(_STRING),
}

SCHEMAS: Final[Mapping[str, Mapping[str, Any]]] = {
    "BothLanguages": _object(_members(zh=_STRING, en=_STRING)),
    "NumberQuestion": _object(
        _NUMBER_MEMBERS, optional=("name", "document_number", "on", "challenge", "solution")
    )
    | _HOLDER_NAMED,
    "TextQuestion": _object(_members(text=_STRING, on=_ON), optional=("on",)),
    "LinkQuestion": _object(
        _members(link={"type": "string", "minLength": 1, "maxLength": MAX_LINK_CHARACTERS})
    ),
    "FileQuestion": _object(
        _members(file={"type": "string", "contentMediaType": "*/*"}, on=_ON), optional=("on",)
    ),
    "ReportQuestion": _object(_members(number=_STRING, code=_STRING), optional=("code",)),
    "Finding": _object(
        _members(
            code=_STRING,
            severity={"enum": [severity.value for severity in Severity]},
            message=_STRING,
            message_zh=_STRING,
            message_en=_STRING,
            evidence={"type": "object", "additionalProperties": _STRING},
        )
    ),
    "TrustShown": _object(_members(version=_COUNT, published_at=_MOMENT, age_days=_COUNT)),
    "NumberPart": _object(
        _members(
            positions=_STRING,
            label=ref("BothLanguages"),
            value=_STRING,
            meaning=ref("BothLanguages"),
        )
    ),
    "Certificate": _object(
        _members(
            number=_STRING,
            number_parts=_list(ref("NumberPart")),
            holder_name=_STRING,
            name_masked=_FLAG,
            document_type=ref("BothLanguages"),
            document_masked=_or_null(_STRING),
            occupation=ref("BothLanguages"),
            occupation_code=_STRING,
            specialty=_STRING,
            level=ref("BothLanguages"),
            body_name=_STRING,
            issued_on=_DAY,
            print_serial=_STRING,
            photo=ref("BothLanguages"),
        )
    ),
    "Boxes": _object(
        _members(
            width=_COUNT,
            height=_COUNT,
            fields=_list(_object(_members(number=_COUNT, field=_STRING, corners=_CORNERS))),
            doubtful=_list(_CORNERS),
        )
    ),
    "Verdict": _object(
        _members(
            outcome={"enum": _OUTCOMES},
            status={"enum": _STATUSES},
            summary=ref("BothLanguages"),
            summary_text=_STRING,
            findings=_list(ref("Finding")),
            checked_at=_MOMENT,
            demo=_FLAG,
            trust_list=_or_null(ref("TrustShown")),
            certificate=_or_null(ref("Certificate")),
            log_proof=_or_null(_STRING),
            boxes=_or_null(ref("Boxes")),
            hints=_list(ref("Finding")),
        ),
        optional=("hints",),
    ),
    "LinkCheck": _object(
        _members(
            kind=_STRING,
            known=_FLAG,
            host=_or_null(_STRING),
            findings=_list(ref("Finding")),
            summary=ref("BothLanguages"),
            summary_text=_STRING,
            verdict=_or_null(ref("Verdict")),
        )
    ),
    "ReportAsked": _object(
        {**_REPORT_MEMBERS, **_members(code=_STRING, links=_ANYTHING, verdict=ref("Verdict"))}
    ),
    "ReportTold": _object(
        {
            **_REPORT_MEMBERS,
            **_members(
                report=_ANYTHING,
                pdf={"type": "string", "contentEncoding": "base64"},
                json={"type": "string", "contentEncoding": "base64"},
            ),
        },
        optional=("report", "pdf", "json"),
    ),
    "BatchRow": _object(
        _members(number=_FULL_CELL, name=_CELL, document_number=_CELL),
        optional=("name", "document_number"),
    )
    | _HOLDER_NAMED,
    "NewBatch": _object(
        _members(
            rows=_list(ref("BatchRow")) | {"minItems": 1, "maxItems": MAX_BULK_ROWS}, watch=_FLAG
        ),
        optional=("watch",),
    ),
    "Batch": _object(
        _members(
            id=_STRING,
            state={"enum": ["running", "done", "failed"]},
            rows=_COUNT,
            done=_COUNT,
            watch=_FLAG,
            made_at=_MOMENT,
            keep_until=_MOMENT,
            counts={
                "type": "object",
                "propertyNames": {"enum": [*_OUTCOMES, NOT_ASKED]},
                "additionalProperties": _COUNT,
            },
        )
    ),
    "BatchPage": _object(_members(batches=_list(ref("Batch")), next_cursor=_or_null(_STRING))),
    "Result": _object(
        _members(
            index=_COUNT,
            outcome={"enum": [*_OUTCOMES, NOT_ASKED]},
            status={"enum": _STATUSES},
            error=_or_null(_object(_members(code=_STRING, cell=_STRING))),
            summary=ref("BothLanguages"),
            reason=ref("BothLanguages"),
            advice=ref("BothLanguages"),
            checked_at=_MOMENT,
        )
    ),
    "ResultPage": _object(_members(results=_list(ref("Result")), next_cursor=_or_null(_STRING))),
    "Usage": _object(
        _members(
            rows_a_day=_COUNT,
            rows_left_today=_COUNT,
            days=_list(_object(_members(day=_DAY, requests=_COUNT, rows=_COUNT))),
        )
    ),
    "Document": _ANYTHING,
    "StatusChange": _object(
        _members(
            type={"const": "certificate.changed"},
            id=_STRING,
            number=_STRING,
            event=_STRING,
            status={"enum": _STATUSES},
            effective_on=_DAY,
            noted_at=_MOMENT,
        )
    ),
    "TestMessage": _object(_members(type={"const": "test"}, id=_STRING, noted_at=_MOMENT)),
    "Problem": _object(
        _members(
            type={"const": "about:blank"},
            status={"type": "integer", "minimum": 400, "maximum": 599},
            code={"enum": [code.value for code in ProblemCode]},
            title=_STRING,
            detail=_STRING,
            detail_zh=_STRING,
            detail_en=_STRING,
            evidence={"type": "object", "additionalProperties": _STRING},
        )
    ),
}
