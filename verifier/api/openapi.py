"""The OpenAPI 3.1 document of the API, made from its routes: `GET /api/v1/openapi.json`."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping
from importlib.metadata import PackageNotFoundError, version
from typing import Any, Final

from flask import Blueprint, Flask, Response, current_app, request
from werkzeug.routing import Rule

from codes.wording import Language, Text
from verifier.api import schemas
from verifier.api.described import Answer, Operation, Parameter, describe, described
from verifier.api.problems import HTTP_STATUS, PROBLEM_TYPE, TITLES, ProblemCode, dump_json
from verifier.api.views import api_language

blueprint = Blueprint("openapi", __name__)

ROOT: Final = "/api/v1/"
_VARIABLE: Final = re.compile(r"<(?:[a-z]+:)?([a-z_]+)>")
_LANG: Final = Parameter(
    name="lang",
    place="query",
    text=Text(
        "文字的语言；其他值按 zh 处理",
        "language of the texts; any other value counts as zh",
    ),
    schema={"enum": [language.value for language in Language], "default": Language.ZH.value},
)
_TAGS: Final = {
    "verify": Text("核验一份证书", "Checking one certificate"),
    "reports": Text("查验报告", "Verification reports"),
    "batches": Text("核验名单（用接口密钥）", "Checking lists, with an API key"),
    "usage": Text("用量（用接口密钥）", "Usage, with an API key"),
    "document": Text("本说明", "This document"),
}
_SUMMARY: Final = Text(
    "核验职业技能等级证书。拒绝一律为 application/problem+json（RFC 9457），只说明请求有误，"
    "不说明证书有问题。",
    "Checks vocational skill level certificates. Every refusal is application/problem+json "
    "(RFC 9457); it is about the request and says nothing about a certificate.",
)


@blueprint.get("/api/v1/openapi.json")
@describe(
    Operation(
        id="getDocument",
        tag="document",
        text=Text("本接口的 OpenAPI 3.1 文档", "The OpenAPI 3.1 document of this API"),
        answers={
            200: Answer(text=Text("OpenAPI 文档", "The document"), schema="Document"),
        },
    )
)
def document() -> Response:
    """Answer the document in the language asked for."""
    body = dump_json(build_document(current_app, api_language()))
    response = Response(body, content_type="application/json")
    response.headers["Cache-Control"] = "public, max-age=300"
    response.set_etag(hashlib.sha256(body.encode()).hexdigest()[:32])
    return response.make_conditional(request)  # type: ignore[return-value]  # itself, made so


def operations(app: Flask) -> Iterator[tuple[str, str, Operation]]:
    """Yield address, method and description of every route of the API, in order.

    Raises:
        Undescribed: one says nothing of itself.
    """
    rules: list[Rule] = [rule for rule in app.url_map.iter_rules() if rule.rule.startswith(ROOT)]
    for rule in sorted(rules, key=lambda rule: rule.rule):
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
            yield rule.rule, method, described(app.view_functions[rule.endpoint])


def build_document(app: Flask, language: Language) -> dict[str, Any]:
    """Return the document of an application's API."""
    paths: dict[str, dict[str, Any]] = {}
    for address, method, operation in operations(app):
        place = paths.setdefault(_VARIABLE.sub(r"{\1}", address), {})
        place[method.lower()] = _operation(address, operation, language)
    return {
        "openapi": "3.1.0",
        "jsonSchemaDialect": "https://json-schema.org/draft/2020-12/schema",
        "info": {
            "title": Text("验真核验接口", "Yanzhen verification API").say(language),
            "version": _version(),
            "description": _SUMMARY.say(language),
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": "/"}],
        "tags": [{"name": name, "description": text.say(language)} for name, text in _TAGS.items()],
        "paths": paths,
        "webhooks": {
            name: {"post": _webhook(name, schema, text, language)}
            for name, (schema, text) in _WEBHOOKS.items()
        },
        "components": {
            "schemas": dict(schemas.SCHEMAS),
            "securitySchemes": {"key": {"type": "http", "scheme": "bearer"}},
        },
    }


def _operation(address: str, operation: Operation, language: Language) -> dict[str, Any]:
    found: dict[str, Any] = {
        "operationId": operation.id,
        "tags": [operation.tag],
        "summary": operation.text.say(language),
        "parameters": [
            {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}
            for name in _VARIABLE.findall(address)
        ]
        + [_parameter(one, language) for one in (*operation.parameters, _LANG)],
        "responses": {
            **{str(status): _answer(one, language) for status, one in operation.answers.items()},
            **_refusals(operation, language),
        },
    }
    if operation.body is not None:
        content = {operation.media: {"schema": schemas.ref(operation.body)}}
        found["requestBody"] = {"required": True, "content": content}
    if operation.scope is not None:
        found["security"] = [{"key": [operation.scope.value]}]
    return found


def _parameter(parameter: Parameter, language: Language) -> dict[str, Any]:
    return {
        "name": parameter.name,
        "in": parameter.place,
        "required": False,
        "description": parameter.text.say(language),
        "schema": dict(parameter.schema),
    }


def _answer(answer: Answer, language: Language) -> dict[str, Any]:
    found: dict[str, Any] = {"description": answer.text.say(language)}
    if answer.schema is not None:
        found["content"] = {"application/json": {"schema": schemas.ref(answer.schema)}}
    if answer.headers:
        found["headers"] = {
            name: {"description": text.say(language), "schema": {"type": "string"}}
            for name, text in answer.headers.items()
        }
    return found


def _refusals(operation: Operation, language: Language) -> Mapping[str, Any]:
    by_status: dict[int, list[ProblemCode]] = {}
    for code in (*operation.refusals, ProblemCode.INTERNAL_FAULT):
        by_status.setdefault(HTTP_STATUS[code], []).append(code)
    return {
        str(status): {
            "description": "; ".join(
                f"{code.value}: {TITLES[code].say(language)}" for code in codes
            ),
            "content": {
                PROBLEM_TYPE: {
                    "schema": {
                        "allOf": [
                            schemas.ref("Problem"),
                            {"properties": {"code": {"enum": [code.value for code in codes]}}},
                        ]
                    }
                }
            },
        }
        for status, codes in sorted(by_status.items())
    }


_WEBHOOKS: Final = {
    "certificateChanged": (
        "StatusChange",
        Text(
            "关注的证书状态变动时，向您登记的 https 地址发出。Yanzhen-Signature 为“v1=”加"
            " HMAC-SHA256（十六进制），内容为 Yanzhen-Timestamp、Yanzhen-Delivery、正文，以英文"
            "句点连接。2xx 以外的应答按退避间隔重发；同一事件的 Yanzhen-Delivery 不变",
            "Sent to the https address you gave when a watched certificate changes. "
            "Yanzhen-Signature is “v1=” and HMAC-SHA256 in hexadecimal of Yanzhen-Timestamp, "
            "Yanzhen-Delivery and the body, joined by full stops. Whatever is not answered 2xx is "
            "sent again, with the same Yanzhen-Delivery",
        ),
    ),
    "test": (
        "TestMessage",
        Text(
            "在“回调通知”页点“发送测试通知”时发出，签名方式相同，不重发",
            "Sent when a test message is asked for on the page of the webhook, signed in the same "
            "way, and not sent again",
        ),
    ),
}


def _webhook(name: str, schema: str, text: Text, language: Language) -> dict[str, Any]:
    return {
        "operationId": name,
        "summary": text.say(language),
        "parameters": [
            {"name": name, "in": "header", "required": True, "schema": {"type": "string"}}
            for name in ("Yanzhen-Delivery", "Yanzhen-Timestamp", "Yanzhen-Signature")
        ],
        "requestBody": {
            "required": True,
            "content": {"application/json": {"schema": schemas.ref(schema)}},
        },
        "responses": {"2XX": {"description": Text("已收到", "received").say(language)}},
    }


def _version() -> str:
    try:
        return version("yanzhen")
    except PackageNotFoundError:
        return "0"
