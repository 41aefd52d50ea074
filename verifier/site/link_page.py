"""The page that says where a link leads that somebody was sent."""

from __future__ import annotations

from flask import Blueprint, current_app, make_response, render_template, request
from werkzeug.wrappers import Response

from codes.wording import Text
from registry.holder_shares import SHARE_CHARACTERS, is_shared
from registry.session import reading
from registry.spoken_codes import read_code
from verifier.errors import UsageError
from verifier.links import LinkCheck, LinkKind, check_link
from verifier.service import Verifier
from verifier.site import forms, present
from verifier.site.holder_room import EXTENSION, holder_now, the_holder_desk
from verifier.site.holder_words import NO_SHARE

blueprint = Blueprint("link_page", __name__)

_TONES = {
    LinkKind.OURS: "good",
    LinkKind.NATIONAL: "good",
    LinkKind.LOOK_ALIKE: "bad",
    LinkKind.FOREIGN: "bad",
    LinkKind.MALFORMED: "calm",
    LinkKind.UNKNOWN: "calm",
}
_MEANINGS = {
    LinkKind.OURS: Text(
        "这只说明网址属于本系统；证书是否属实，以核验结论为准。",
        "That says whose address it is, not that a certificate is genuine: a check says that.",
    ),
    LinkKind.NATIONAL: Text(
        "这是国家的查询网站，不由本系统提供答复。请自行输入网址打开。",
        "A query site of the state, not answered by this system. Type its address yourself.",
    ),
    LinkKind.LOOK_ALIKE: Text(
        "可能是假冒的查询网站。请勿打开或填写信息，也请勿采信其显示的结果。",
        "It may be a false query site. Do not open it, enter nothing, and do not rely on what it "
        "shows.",
    ),
    LinkKind.FOREIGN: Text(
        "其他网站显示证书有效，不能证明证书有效。请勿在其中填写个人信息。",
        "That another site calls a certificate valid proves nothing. Enter no personal data there.",
    ),
    LinkKind.MALFORMED: Text(
        "没有读到网址。请长按链接，复制后完整粘贴。",
        "No address could be read. Copy the whole link and paste it again.",
    ),
    LinkKind.UNKNOWN: Text(
        "现在没有可信的名单可对照，请稍后再试。", "There is no list to go by at present; try later."
    ),
}
_SHARED = Text("这是持证人分享的链接", "A link by which a holder shares a certificate")
_SHARED_NOW = Text(
    "链接由本站生成，现在可以打开；打开后看到的是当场核验的结果。",
    "This site made it and it can be opened now; what it shows is checked at that moment.",
)
_CUT_SHORT = Text(
    "链接不完整，“#”后面的部分少了。请让对方重新发送整条链接。",
    "It is incomplete: what stands after its # is missing in part. Have the whole link sent again.",
)


@blueprint.get("/link")
def ask_for_link() -> Response:
    """Show the box a link is pasted into."""
    return _page("", None)


@blueprint.post("/link")
def check_pasted_link() -> Response:
    """Say where the link leads; it is not followed."""
    request.max_content_length = forms.MAX_FORM_BYTES
    text = request.form.get("link", "")
    verifier: Verifier = current_app.extensions["yanzhen_verifier"]
    try:
        return _page(text, check_link(verifier, text))
    except UsageError as error:
        return _page(text, None, (forms.Trouble(field="link", text=error.text),))


def _page(text: str, check: LinkCheck | None, troubles: tuple[forms.Trouble, ...] = ()) -> Response:
    findings = () if check is None else present.show_each(check.findings)
    verdict = None if check is None else check.verdict
    title, tone, meaning, shared = _head_of(check)
    page = render_template(
        "link.html",
        link=text.strip(),
        check=check,
        title=title,
        tone=tone,
        meaning=meaning,
        shared=shared,
        findings=findings,
        verdict=verdict,
        verdict_tone=None if verdict is None else present.tone(verdict),
        verdict_meaning=None if verdict is None else present.meaning(verdict),
        troubles=troubles,
    )
    return make_response(page, 422 if troubles else 200)


def _head_of(check: LinkCheck | None) -> tuple[Text | None, str | None, Text | None, str]:
    """Return headline, tone and meaning, and the code of a certificate that is shared now."""
    if check is None:
        return None, None, None, ""
    if check.share is None or EXTENSION not in current_app.extensions:
        return check.kind.text, _TONES[check.kind], _MEANINGS[check.kind], ""
    desk = the_holder_desk()
    with reading(desk.public) as session:
        found = is_shared(session, desk.keys, check.share, now=holder_now())
    if found:
        return _SHARED, _TONES[check.kind], _SHARED_NOW, check.share
    cut = read_code(check.share, SHARE_CHARACTERS) is None
    return _SHARED, _TONES[LinkKind.UNKNOWN], _CUT_SHORT if cut else NO_SHARE, ""
