"""Reads a list that was sent as JSON, and gives it the form every list is checked in."""

from __future__ import annotations

import csv
import io
import re
from dataclasses import dataclass, field
from typing import Any, Final

from flask import Request

from keys.errors import KeysError
from keys.strict_json import load_strict_json
from verifier.api.problems import Problem, ProblemCode, Refused, refuse
from verifier.bulk_columns import Column
from verifier.bulk_limits import MAX_BULK_ROWS, MAX_CELL_CHARACTERS

MAX_BATCH_BYTES: Final = 4 << 20
FILE_NAME: Final = "api.csv"
_MEMBERS: Final = {
    "number": Column.NUMBER,
    "name": Column.NAME,
    "document_number": Column.DOCUMENT,
}
_UNSEEN: Final = re.compile(r"[\x00-\x1f\x7f\ud800-\udfff]")
_FIRST_ROW: Final = 2  # below the headings


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchBody:
    """A list as it was sent, sound.

    Args:
        data: the list as a text file with headings, in UTF-8.
        rows: how many rows it has.
        watch: whether changes of its certificates are to be told later.
    """

    data: bytes = field(repr=False)
    rows: int
    watch: bool


def index_of(row: int) -> int:
    """Return the place in what was sent, from 0, of a row of the list that is checked."""
    return row - _FIRST_ROW


def read_batch(request: Request) -> BatchBody:
    """Return the list in a request.

    Raises:
        Refused: it is no such list; the first row at fault is named, never what stands in it.
        RequestEntityTooLarge: it is longer than `MAX_BATCH_BYTES`.
    """
    if request.mimetype != "application/json":
        raise refuse(
            ProblemCode.MEDIA_TYPE_UNSUPPORTED,
            "请求正文须为 application/json",
            "the body must be application/json",
        )
    request.max_content_length = MAX_BATCH_BYTES
    try:
        value = load_strict_json(request.get_data(), max_bytes=MAX_BATCH_BYTES)
    except KeysError as error:
        problem = Problem(code=ProblemCode.JSON_INVALID, detail=error.text, evidence=error.evidence)
        raise Refused(problem) from error
    if not isinstance(value, dict):
        raise refuse(
            ProblemCode.JSON_NOT_OBJECT, "请求正文应为 JSON 对象", "the body must be a JSON object"
        )
    if not value.keys() <= {"rows", "watch"}:
        raise refuse(
            ProblemCode.MEMBER_UNKNOWN,
            "有无法识别的字段；可用字段：rows、watch",
            "a member is not known; known members: rows, watch",
        )
    if "rows" not in value:
        raise refuse(ProblemCode.MEMBER_MISSING, "缺少字段 rows", "rows is missing", member="rows")
    rows, watch = value["rows"], value.get("watch", False)
    if not isinstance(rows, list) or not 1 <= len(rows) <= MAX_BULK_ROWS:
        raise refuse(
            ProblemCode.ROWS_INVALID,
            f"rows 应为 1–{MAX_BULK_ROWS} 行的数组",
            f"rows must be an array of 1 to {MAX_BULK_ROWS} rows",
            member="rows",
        )
    if not isinstance(watch, bool):
        raise refuse(
            ProblemCode.ROWS_INVALID,
            "watch 应为 true 或 false",
            "watch must be true or false",
            member="watch",
        )
    return BatchBody(data=_as_text_file(rows), rows=len(rows), watch=watch)


def _as_text_file(rows: list[Any]) -> bytes:
    out = io.StringIO(newline="")
    writer = csv.writer(out, quoting=csv.QUOTE_ALL)
    writer.writerow([column.text.zh for column in _MEMBERS.values()])
    for index, row in enumerate(rows):
        writer.writerow(_cells(row, index))
    return out.getvalue().encode("utf-8-sig")


def _cells(row: object, index: int) -> list[str]:
    if not isinstance(row, dict) or not row.keys() <= _MEMBERS.keys():
        members = ", ".join(_MEMBERS)
        raise _bad(index, "", f"应为对象，可用字段：{members}", f"must be an object of {members}")
    cells = []
    for name in _MEMBERS:
        text = row.get(name, "")
        if not isinstance(text, str) or len(text) > MAX_CELL_CHARACTERS or _UNSEEN.search(text):
            raise _bad(
                index,
                name,
                f"应为不超过 {MAX_CELL_CHARACTERS} 个字的文字，不含控制字符",
                f"must be text of at most {MAX_CELL_CHARACTERS} characters, none of control",
            )
        cells.append(text)
    number, *facts = (cell.strip() for cell in cells)
    if not number:
        raise _bad(index, "number", "缺少证书编号", "the number is missing")
    if not any(facts):
        raise _bad(index, "name", "缺少姓名或证件号码", "name or document number is missing")
    return cells


def _bad(index: int, member: str, zh: str, en: str) -> Refused:
    named = {"member": member} if member else {}
    zh_place = f"第 {index + 1} 行的 {member}" if member else f"第 {index + 1} 行"
    en_place = f"row {index + 1}, {member}" if member else f"row {index + 1}"
    return refuse(
        ProblemCode.ROWS_INVALID,
        f"{zh_place}：{zh}",
        f"{en_place}: {en}",
        index=str(index),
        **named,
    )
