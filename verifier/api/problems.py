"""Every way a request can be refused: its code, its HTTP status and its sentence (RFC 9457)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType

from flask import Response

from codes.wording import Language, Text

PROBLEM_TYPE = "application/problem+json"


class ProblemCode(StrEnum):
    """The codes of all refusals; none of them says anything about a certificate."""

    JSON_INVALID = "json_invalid"
    JSON_NOT_OBJECT = "json_not_object"
    MEMBER_MISSING = "member_missing"
    MEMBER_UNKNOWN = "member_unknown"
    MEMBER_NOT_TEXT = "member_not_text"
    HOLDER_FACT_MISSING = "holder_fact_missing"
    TEXT_NOT_UNICODE = "text_not_unicode"
    TEXT_TOO_LONG = "text_too_long"
    DAY_MALFORMED = "day_malformed"
    DAY_NONE = "day_none"
    DAY_IN_FUTURE = "day_in_future"
    LINK_EMPTY = "link_empty"
    LINK_SEVERAL = "link_several"
    FILE_MISSING = "file_missing"
    REPORT_DRAFT_OLD = "report_draft_old"
    REPORT_DRAFT_INVALID = "report_draft_invalid"
    REPORT_NOT_FOUND = "report_not_found"
    REPORTS_UNAVAILABLE = "reports_unavailable"
    REPORTS_SPENT = "reports_spent"
    KEY_MISSING = "key_missing"
    KEY_INVALID = "key_invalid"
    SCOPE_MISSING = "scope_missing"
    KEYS_UNAVAILABLE = "keys_unavailable"
    QUOTA_SPENT = "quota_spent"
    ROWS_INVALID = "rows_invalid"
    BATCH_NOT_FOUND = "batch_not_found"
    BATCH_NOT_DONE = "batch_not_done"
    BATCHES_FULL = "batches_full"
    IDEMPOTENCY_KEY_INVALID = "idempotency_key_invalid"
    IDEMPOTENCY_KEY_REUSED = "idempotency_key_reused"
    IDEMPOTENCY_KEY_BUSY = "idempotency_key_busy"
    CURSOR_INVALID = "cursor_invalid"
    PARAMETER_INVALID = "parameter_invalid"
    REQUEST_MALFORMED = "request_malformed"
    NO_SUCH_ADDRESS = "no_such_address"
    METHOD_NOT_ALLOWED = "method_not_allowed"
    LOOK_UPS_SPENT = "look_ups_spent"
    BODY_TOO_LARGE = "body_too_large"
    MEDIA_TYPE_UNSUPPORTED = "media_type_unsupported"
    INTERNAL_FAULT = "internal_fault"


HTTP_STATUS: Mapping[ProblemCode, int] = MappingProxyType(
    {
        ProblemCode.JSON_INVALID: 400,
        ProblemCode.JSON_NOT_OBJECT: 400,
        ProblemCode.MEMBER_MISSING: 400,
        ProblemCode.MEMBER_UNKNOWN: 400,
        ProblemCode.MEMBER_NOT_TEXT: 400,
        ProblemCode.HOLDER_FACT_MISSING: 400,
        ProblemCode.TEXT_NOT_UNICODE: 400,
        ProblemCode.TEXT_TOO_LONG: 400,
        ProblemCode.DAY_MALFORMED: 400,
        ProblemCode.DAY_NONE: 400,
        ProblemCode.DAY_IN_FUTURE: 400,
        ProblemCode.LINK_EMPTY: 400,
        ProblemCode.LINK_SEVERAL: 400,
        ProblemCode.FILE_MISSING: 400,
        ProblemCode.REPORT_DRAFT_OLD: 400,
        ProblemCode.REPORT_DRAFT_INVALID: 400,
        ProblemCode.REPORT_NOT_FOUND: 404,
        ProblemCode.REPORTS_UNAVAILABLE: 503,
        ProblemCode.REPORTS_SPENT: 429,
        ProblemCode.KEY_MISSING: 401,
        ProblemCode.KEY_INVALID: 401,
        ProblemCode.SCOPE_MISSING: 403,
        ProblemCode.KEYS_UNAVAILABLE: 503,
        ProblemCode.QUOTA_SPENT: 429,
        ProblemCode.ROWS_INVALID: 400,
        ProblemCode.BATCH_NOT_FOUND: 404,
        ProblemCode.BATCH_NOT_DONE: 409,
        ProblemCode.BATCHES_FULL: 429,
        ProblemCode.IDEMPOTENCY_KEY_INVALID: 400,
        ProblemCode.IDEMPOTENCY_KEY_REUSED: 422,
        ProblemCode.IDEMPOTENCY_KEY_BUSY: 409,
        ProblemCode.CURSOR_INVALID: 400,
        ProblemCode.PARAMETER_INVALID: 400,
        ProblemCode.REQUEST_MALFORMED: 400,
        ProblemCode.NO_SUCH_ADDRESS: 404,
        ProblemCode.METHOD_NOT_ALLOWED: 405,
        ProblemCode.LOOK_UPS_SPENT: 429,
        ProblemCode.BODY_TOO_LARGE: 413,
        ProblemCode.MEDIA_TYPE_UNSUPPORTED: 415,
        ProblemCode.INTERNAL_FAULT: 500,
    }
)

TITLES: Mapping[ProblemCode, Text] = MappingProxyType(
    {
        ProblemCode.JSON_INVALID: Text("请求正文不是有效的 JSON", "The body is not valid JSON"),
        ProblemCode.JSON_NOT_OBJECT: Text("请求正文不是对象", "The body is not an object"),
        ProblemCode.MEMBER_MISSING: Text("缺少字段", "A member is missing"),
        ProblemCode.MEMBER_UNKNOWN: Text("有无法识别的字段", "A member is not known"),
        ProblemCode.MEMBER_NOT_TEXT: Text("字段不是文字", "A member is not a string"),
        ProblemCode.HOLDER_FACT_MISSING: Text(
            "缺少姓名或证件号码", "A fact about the holder is missing"
        ),
        ProblemCode.TEXT_NOT_UNICODE: Text("文字编码有误", "A text is not Unicode"),
        ProblemCode.TEXT_TOO_LONG: Text("文字过长", "A text is too long"),
        ProblemCode.DAY_MALFORMED: Text("日期格式不对", "The day is malformed"),
        ProblemCode.DAY_NONE: Text("没有这一天", "There is no such day"),
        ProblemCode.DAY_IN_FUTURE: Text("日期未到", "The day has not come yet"),
        ProblemCode.LINK_EMPTY: Text("没有链接", "There is no link"),
        ProblemCode.LINK_SEVERAL: Text("有多个链接", "There are several links"),
        ProblemCode.FILE_MISSING: Text("没有文件", "There is no file"),
        ProblemCode.REPORT_DRAFT_OLD: Text("核验结果已过时", "The check is too old"),
        ProblemCode.REPORT_DRAFT_INVALID: Text(
            "报告内容不完整", "The draft of the report is not whole"
        ),
        ProblemCode.REPORT_NOT_FOUND: Text("没有这份报告", "There is no such report"),
        ProblemCode.REPORTS_UNAVAILABLE: Text(
            "暂时不能出具查验报告", "Reports are not available at present"
        ),
        ProblemCode.REPORTS_SPENT: Text(
            "一小时内的查验报告已达上限", "As many reports as an hour allows were made"
        ),
        ProblemCode.KEY_MISSING: Text("缺少接口密钥", "The API key is missing"),
        ProblemCode.KEY_INVALID: Text("接口密钥无效", "The API key is not valid"),
        ProblemCode.SCOPE_MISSING: Text("接口密钥没有这项权限", "The API key may not do this"),
        ProblemCode.KEYS_UNAVAILABLE: Text(
            "暂时无法核对接口密钥", "API keys cannot be checked at present"
        ),
        ProblemCode.QUOTA_SPENT: Text("超出当日用量", "More than the day still allows"),
        ProblemCode.ROWS_INVALID: Text("名单有误", "The list is not as it should be"),
        ProblemCode.BATCH_NOT_FOUND: Text("没有这份名单", "There is no such batch"),
        ProblemCode.BATCH_NOT_DONE: Text("名单尚无结果", "The batch has no results"),
        ProblemCode.BATCHES_FULL: Text("正在核验的名单过多", "Too many batches are being checked"),
        ProblemCode.IDEMPOTENCY_KEY_INVALID: Text(
            "Idempotency-Key 格式不对", "The idempotency key is malformed"
        ),
        ProblemCode.IDEMPOTENCY_KEY_REUSED: Text(
            "Idempotency-Key 已用于另一份名单", "The idempotency key was used for another list"
        ),
        ProblemCode.IDEMPOTENCY_KEY_BUSY: Text(
            "同一请求正在处理", "The same request is being worked on"
        ),
        ProblemCode.CURSOR_INVALID: Text("翻页参数有误", "The cursor or limit is not valid"),
        ProblemCode.PARAMETER_INVALID: Text("查询参数有误", "A parameter is not valid"),
        ProblemCode.REQUEST_MALFORMED: Text("请求不完整或有误", "The request is malformed"),
        ProblemCode.NO_SUCH_ADDRESS: Text("没有这个地址", "There is no such address"),
        ProblemCode.METHOD_NOT_ALLOWED: Text("请求方法不对", "The method is not allowed"),
        ProblemCode.LOOK_UPS_SPENT: Text(
            "近来未查到的查询过多", "Too many look-ups found nothing lately"
        ),
        ProblemCode.BODY_TOO_LARGE: Text("提交的内容过大", "The body is too large"),
        ProblemCode.MEDIA_TYPE_UNSUPPORTED: Text(
            "不支持的内容类型", "The media type is not supported"
        ),
        ProblemCode.INTERNAL_FAULT: Text("服务内部故障", "The service failed"),
    }
)

_BY_STATUS = {
    404: ProblemCode.NO_SUCH_ADDRESS,
    405: ProblemCode.METHOD_NOT_ALLOWED,
    413: ProblemCode.BODY_TOO_LARGE,
    415: ProblemCode.MEDIA_TYPE_UNSUPPORTED,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One refusal.

    Args:
        detail: names the fault; never repeats what was sent.
        evidence: such as the line and column of a syntax fault, or the name of a member.
        allow: methods the address takes, for a 405.
        retry_after_seconds: when to come back, for a 429 or 503.
    """

    code: ProblemCode
    detail: Text
    evidence: Mapping[str, str] = field(default_factory=dict)
    allow: tuple[str, ...] = ()
    retry_after_seconds: int | None = None


class Refused(Exception):
    """A request that is answered with a problem instead of a verdict."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.code.value)
        self.problem = problem


def refuse(code: ProblemCode, zh: str, en: str, **evidence: str) -> Refused:
    """Return the exception that answers with this problem."""
    return Refused(Problem(code=code, detail=Text(zh, en), evidence=evidence))


def problem_for_status(status: int) -> ProblemCode:
    """Return the code for an HTTP error that the framework raised."""
    if status >= 500:
        return ProblemCode.INTERNAL_FAULT
    return _BY_STATUS.get(status, ProblemCode.REQUEST_MALFORMED)


def problem_response(problem: Problem, language: Language) -> Response:
    """Return the HTTP answer to a refused request."""
    status = HTTP_STATUS[problem.code]
    title = TITLES[problem.code]
    body = {
        "type": "about:blank",
        "status": status,
        "code": problem.code.value,
        "title": title.say(language),
        "detail": problem.detail.say(language),
        "detail_zh": problem.detail.zh,
        "detail_en": problem.detail.en,
        "evidence": dict(problem.evidence),
    }
    response = Response(dump_json(body), status=status, content_type=PROBLEM_TYPE)
    response.headers["Cache-Control"] = "no-store"
    if problem.allow:
        response.headers["Allow"] = ", ".join(problem.allow)
    if status == 401:
        response.headers["WWW-Authenticate"] = 'Bearer realm="yanzhen"'
    if problem.retry_after_seconds is not None:
        response.headers["Retry-After"] = str(problem.retry_after_seconds)
    return response


_ENCODER = json.JSONEncoder(ensure_ascii=False, allow_nan=False)


def dump_json(value: object) -> str:
    """Return JSON text with Chinese readable, one line, a line feed at the end."""
    return _ENCODER.encode(value) + "\n"
