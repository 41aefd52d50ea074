"""What holders and their visitors are told where something does not fit."""

from __future__ import annotations

from typing import Final

from codes.wording import Text
from registry.holder_access import MOST_TRIES

MISSING: Final = {
    "number": Text("请填写证书编号", "Enter the certificate number"),
    "document": Text("请填写本人证件号码", "Enter your document number"),
    "code": Text("请填写查看码", "Enter the access code"),
}
WRONG: Final = Text(
    f"证书编号、证件号码或查看码不符，或查看码已用过、已过期、一天内试错达 {MOST_TRIES} 次；"
    "请核对，或到发证机构重新领取查看码",
    f"Number, document number or access code is wrong, or the code was used, expired or tried "
    f"{MOST_TRIES} times within a day; check them, or get another code from the body that issued "
    "the certificate",
)
OVER: Final = Text(
    "您已退出，可能是超过了 20 分钟；刚才的操作没有办理。请到发证机构领取新的查看码后重新进入",
    "You are signed out, perhaps because 20 minutes are over, and what you pressed was not done. "
    "Get another code from the body that issued the certificate, and come in again",
)
CUT_SHORT: Final = Text(
    "分享链接不完整，请把整条链接粘贴到这里", "The link is incomplete; paste the whole of it here"
)
NO_SHARE: Final = Text(
    "这个分享链接不存在、已过期或已被撤回，请向持证人核实",
    "This link does not exist, has expired or was withdrawn; ask the holder",
)
GONE: Final = Text(
    "这张证书的登记已不能打开，可能已依法删除",
    "The record of this certificate does not open any more; it may have been erased under the law",
)
VALID: Final = Text(
    "您的证书登记在册，目前有效。下表是登记的内容；与手中证书不同或有错的，请在本页下方申请更正。",
    "Your certificate is on record and in force. Below is what is on record; if it differs from "
    "your paper, or is wrong, ask for a correction further down.",
)
_WITHDRAWN: Final = Text(
    "链接已撤回，拿到链接的人不能再打开。", "The link was withdrawn and can no longer be opened."
)
DONE: Final = {
    "taken_back": Text(
        "申请已撤回，机构不再办理。", "Your request was taken back; nothing more is done about it."
    ),
    "answered": Text(
        "申请没有撤回：机构已经答复，见下方。",
        "Not taken back: the body has answered it; see below.",
    ),
    "withdrawn": _WITHDRAWN,
}
"""What stands at the top of the holder's page once something was done."""
DONE_OUTSIDE: Final = {
    "withdrawn": _WITHDRAWN,
    "left": Text(
        "已退出，这个浏览器没有保存您的登录和证书页面；在公共电脑上下载过 PDF 的，请自行删除。",
        "You are signed out, and this browser has kept neither your session nor the pages. Where "
        "you downloaded the PDF on a public computer, delete it.",
    ),
}
"""The same above the page by which holders come in."""
