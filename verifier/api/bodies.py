"""Reads request bodies: strict JSON with known text members, or one uploaded file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from flask import Request

from keys.errors import KeysError
from keys.strict_json import load_strict_json
from verifier.api.problems import Problem, ProblemCode, Refused, refuse
from verifier.document import MAX_FILE_BYTES

MAX_JSON_BYTES = 256 << 10
MULTIPART_MARGIN_BYTES = 64 << 10
FILE_PART = "file"


@dataclass(frozen=True, slots=True, kw_only=True)
class Upload:
    """An uploaded file in memory; the name is as the client gave it, untrusted."""

    data: bytes
    filename: str


def read_members(
    request: Request, *, required: frozenset[str], optional: frozenset[str] = frozenset()
) -> Mapping[str, str]:
    """Return the text members of the JSON object in the body.

    Raises:
        Refused: the body is not JSON, not an object, or has other members than these.
        RequestEntityTooLarge: it is longer than `MAX_JSON_BYTES`.
    """
    if request.mimetype != "application/json":
        raise refuse(
            ProblemCode.MEDIA_TYPE_UNSUPPORTED,
            "请求正文须为 application/json",
            "the body must be application/json",
        )
    request.max_content_length = MAX_JSON_BYTES
    data = request.get_data(cache=False)
    try:
        value = load_strict_json(data, max_bytes=MAX_JSON_BYTES)
    except KeysError as error:
        problem = Problem(code=ProblemCode.JSON_INVALID, detail=error.text, evidence=error.evidence)
        raise Refused(problem) from error
    if not isinstance(value, dict):
        raise refuse(
            ProblemCode.JSON_NOT_OBJECT, "请求正文应为 JSON 对象", "the body must be a JSON object"
        )
    return _check_members(value, required, optional)


def read_upload(request: Request) -> Upload:
    """Return the one file of a multipart body.

    Raises:
        Refused: the body is not multipart, or has no part named `file` with a file in it.
        RequestEntityTooLarge: it is longer than a file may be.
    """
    if request.mimetype != "multipart/form-data":
        raise refuse(
            ProblemCode.MEDIA_TYPE_UNSUPPORTED,
            "请求正文须为 multipart/form-data",
            "the body must be multipart/form-data",
        )
    request.max_content_length = MAX_FILE_BYTES + MULTIPART_MARGIN_BYTES
    part = request.files.get(FILE_PART)
    if part is None:
        raise refuse(
            ProblemCode.FILE_MISSING,
            f"请把文件放在名为 {FILE_PART} 的部分",
            f"put the file into a part named {FILE_PART}",
            member=FILE_PART,
        )
    return Upload(data=part.stream.read(MAX_FILE_BYTES + 1), filename=part.filename or "")


def _check_members(
    value: dict[str, object], required: frozenset[str], optional: frozenset[str]
) -> Mapping[str, str]:
    known = required | optional
    for name in value:
        if name not in known:
            listed = ", ".join(sorted(known))
            raise refuse(
                ProblemCode.MEMBER_UNKNOWN,
                f"有无法识别的字段；可用字段：{listed}",
                f"a member is not known; known members: {listed}",
            )
    for name in sorted(required - value.keys()):
        raise refuse(
            ProblemCode.MEMBER_MISSING, f"缺少字段 {name}", f"{name} is missing", member=name
        )
    members: dict[str, str] = {}
    for name, member in value.items():
        if not isinstance(member, str):
            raise refuse(
                ProblemCode.MEMBER_NOT_TEXT,
                f"字段 {name} 应为文字",
                f"{name} must be a string",
                member=name,
            )
        members[name] = member
    return members
