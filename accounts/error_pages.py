"""What went wrong, in house words: a page for people, problem+json (RFC 9457) for programs."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Final

from flask import Flask, Response, g, make_response, render_template, request
from werkzeug.exceptions import HTTPException

from codes.wording import Language, Text
from templates.page_language import page_language

PROBLEM_TYPE: Final = "application/problem+json"


@dataclass(frozen=True, slots=True, kw_only=True)
class ErrorPage:
    """What an error page says.

    Args:
        status: HTTP status.
        title: what happened.
        advice: what to do about it.
        code: of a refusal in house words; None where the status says it all.
    """

    status: int
    title: Text
    advice: Text
    code: str | None = None


_PAGES: Final = {
    400: (
        Text("提交的内容不完整或有误", "What was sent is incomplete or malformed"),
        Text(
            "操作没有执行。请返回上一页，刷新后重新填写。",
            "Nothing was done. Go back, reload the page and fill it in again.",
        ),
    ),
    401: (
        Text("请先登录", "Sign in first"),
        Text(
            "登录已过期或尚未登录，操作没有执行。登录后请重新办理。",
            "You are not signed in, or no longer. Nothing was done; sign in and do it again.",
        ),
    ),
    403: (
        Text("您的角色不能办理这一项", "Your role does not allow this"),
        Text(
            "操作没有执行。如果这是您的工作，请联系本单位的账号管理人调整角色。",
            "Nothing was done. If this is your work, ask whoever keeps the accounts of your office "
            "for the role.",
        ),
    ),
    404: (
        Text("没有这个页面", "There is no such page"),
        Text(
            "网址可能不完整，或者所指的内容不属于您的单位。请从首页或菜单重新进入。",
            "The address may be incomplete, or what it names is not your office's. Start again "
            "from the first page or the menu.",
        ),
    ),
    405: (
        Text("不能直接打开这个网址", "This address cannot be opened directly"),
        Text(
            "它只接收表单提交。请从首页或菜单进入相应的页面再办理。",
            "It takes forms only. Open the page from the menu and do it there.",
        ),
    ),
    413: (
        Text("提交的内容太大", "What was sent is too large"),
        Text(
            "操作没有执行。请按页面上注明的大小压缩或拆分文件后再上传。",
            "Nothing was done. Make the file smaller, or split it, to the size the page states.",
        ),
    ),
    422: (
        Text("有内容需要补充或改正", "Something is to be completed or corrected"),
        Text(
            "操作没有执行。请返回上一页，按提示改正后再提交。",
            "Nothing was done. Go back, correct what is marked and send it again.",
        ),
    ),
    429: (
        Text("操作过于频繁", "Too many requests at once"),
        Text(
            "请稍等片刻再试，已办理的内容不受影响。",
            "Wait a little and try again. What was done before is safe.",
        ),
    ),
    503: (
        Text("服务暂时不可用", "Not available at present"),
        Text(
            "已办理的内容不受影响，请稍后再试；如果持续出现，请联系系统管理员。",
            "What was done before is safe. Try again later; if it goes on, tell whoever runs the "
            "system.",
        ),
    ),
}
_CLIENT: Final = (Text("无法处理这次提交", "This could not be processed"), _PAGES[400][1])
_SERVER: Final = (
    Text("系统出现故障", "Something went wrong here"),
    Text(
        "刚才的操作可能没有完成，请先返回查看是否已经办理，再决定是否重做。"
        "如果再次出现，请把时间和错误代码告诉系统管理员。",
        "What you just did may not be finished: look whether it was, before you do it again. "
        "If this comes again, tell whoever runs the system the time and the code.",
    ),
)


_REFUSED: Final = Text("没有办理", "Not done")


def describe_error(status: int) -> ErrorPage:
    """Return the page for an HTTP status."""
    title, advice = _PAGES.get(status, _CLIENT if 400 <= status < 500 else _SERVER)
    return ErrorPage(status=status, title=title, advice=advice)


def add_error_pages(app: Flask, refusals: Mapping[type[Exception], int]) -> None:
    """Show every failure of an application so; what is unforeseen gives nothing away.

    Args:
        refusals: the error trees of the rooms behind the desks, whose `code` and `text` are safe to
            show, and the HTTP status of each.
    """
    app.register_error_handler(HTTPException, show_error)
    for tree, status in refusals.items():
        app.register_error_handler(tree, partial(_show_refusal, status=status))


def asks_for_json() -> bool:
    """Return whether a program asks: it takes JSON and would rather not have a page."""
    accepted = request.accept_mimetypes
    return accepted.best_match(["text/html", "application/json", PROBLEM_TYPE]) != "text/html" and (
        bool(accepted)
    )


def _show_refusal(error: Exception, *, status: int) -> Response:
    code, text = getattr(error, "code", None), getattr(error, "text", None)
    if not isinstance(code, str) or not isinstance(text, Text):
        raise error  # unforeseen after all
    return _answer(ErrorPage(status=status, title=_REFUSED, advice=text, code=code))


def show_error(error: HTTPException) -> Response:
    """Return the page of an HTTP error; what handles an error returns it and raises no other."""
    status = error.code or 500
    if 300 <= status < 400:
        found = error.get_response()
        return make_response(found)
    response = _answer(describe_error(status))
    for name, value in error.get_headers():
        if name.lower() in ("allow", "retry-after"):
            response.headers[name] = value
    return response


def _answer(page: ErrorPage) -> Response:
    if not asks_for_json():
        return make_response(render_template("desk/error.html", page=page), page.status)
    response = make_response(json.dumps(_problem(page), ensure_ascii=False), page.status)
    response.content_type = PROBLEM_TYPE
    return response


def _problem(page: ErrorPage) -> dict[str, str | int]:
    language: Language = g.get("language") or page_language(request)
    named: dict[str, str | int] = {} if page.code is None else {"code": page.code}
    return named | {
        "type": "about:blank",
        "status": page.status,
        "title": page.title.say(language),
        "detail": page.advice.say(language),
    }
