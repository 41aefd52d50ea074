"""The pages for what went wrong, in the style and language of the rest."""

from __future__ import annotations

from dataclasses import dataclass

from werkzeug.exceptions import HTTPException

from codes.wording import Text
from verifier.document import MAX_FILE_BYTES


@dataclass(frozen=True, slots=True, kw_only=True)
class ErrorPage:
    """What an error page says.

    Args:
        status: HTTP status.
        title: what happened.
        advice: what to do about it.
    """

    status: int
    title: Text
    advice: Text


_PAGES = {
    404: (
        Text("没有这个页面", "There is no such page"),
        Text(
            "网址可能不完整。请返回首页重新核验；如果是扫码打开的，请核对证书是否来自本系统。",
            "The address may be incomplete. Go back to the start; if a QR code led here, check "
            "whether the certificate is from this system.",
        ),
    ),
    405: (
        Text("不能直接打开这个网址", "This address cannot be opened directly"),
        Text("请从首页填写或上传后再核验。", "Start from the first page to check a certificate."),
    ),
    413: (
        Text("提交的内容太大", "What was sent is too large"),
        Text(
            f"文件不能超过 {MAX_FILE_BYTES // 2**20} MB，请压缩或重新拍照后再上传；"
            "粘贴文字时，只需粘贴扫码得到的网址或数字。",
            f"A file may have at most {MAX_FILE_BYTES // 2**20} MB: make it smaller or take a new "
            "photo. If you pasted a text, paste only the scanned address or digits.",
        ),
    ),
    429: (
        Text("查询过于频繁", "Too many requests at once"),
        Text(
            "这不说明证书有问题。请稍等片刻再查。",
            "This says nothing about the certificate. Wait a little and try again.",
        ),
    ),
    503: (
        Text("核验服务暂时不可用", "Checking is not possible at present"),
        Text(
            "这不说明证书有问题。请稍后再试。",
            "This says nothing about the certificate. Please try again later.",
        ),
    ),
}
_CLIENT = (
    Text("无法处理这次提交", "This could not be processed"),
    Text(
        "这不说明证书有问题。请返回首页重新填写或上传。",
        "This says nothing about the certificate. Go back to the start and try again.",
    ),
)
_SERVER = (
    Text("系统出现故障", "Something went wrong here"),
    Text(
        "未能完成核验，这不说明证书有问题。请稍后再试。",
        "The check was not completed. This says nothing about the certificate; please try again "
        "later.",
    ),
)


def describe_error(error: Exception, status: int | None = None) -> ErrorPage:
    """Return the page for an error; anything unforeseen is a 500 that gives nothing away.

    Args:
        status: the HTTP status where the error does not say it itself.
    """
    if status is None:
        status = (error.code or 500) if isinstance(error, HTTPException) else 500
    title, advice = _PAGES.get(status, _CLIENT if 400 <= status < 500 else _SERVER)
    return ErrorPage(status=status, title=title, advice=advice)
