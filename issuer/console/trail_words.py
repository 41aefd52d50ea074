"""Entries of the audit trail that a program wrote for itself, as people read them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from accounts.account_acts import STATE
from accounts.roles import Role
from codes.assessment_rules import Figure
from codes.wording import Text
from issuer.body_settings import DONE_HERE, SKIPPED, Step
from issuer.life_words import GROUND_WORDS, KIND_WORDS, KINDS_BY_CODE
from registry.case_answers import Answer
from registry.complaint_answers import ComplaintOffice
from registry.trail_models import TrailEntry

_ROLE = re.compile(r"([a-z_]+)(\?\d+)?(?:!\d+)?")
_PRINTED = re.compile(r"印制审批事项 (\d+) 批准的证书")
_FAILED, _UNDONE = ".failed", ".undone"

_ROWS_SHOWN = (
    ("faulty", "有问题的人员", "at fault"),
    ("unpictured", "没有照片的人员", "without a photo"),
    ("noticed", "有提示的人员", "with a notice"),
    ("all", "全部人员", "all"),
)
_NUMBERED = tuple(
    (acts, re.compile(about), zh, en)
    for acts, about, zh, en in (
        ("filing.settle", r"(\d+) (\d+)", r"异议 \2（申请 \1）", r"objection \2 (application \1)"),
        (
            "filing.read",
            r"(\d+) objection (\d+)",
            r"异议 \2（申请 \1）",
            r"objection \2 (application \1)",
        ),
        (
            "filing.read",
            r"(\d+) material (\d+)",
            r"材料 \2（申请 \1）",
            r"material \2 (application \1)",
        ),
        (
            "filing.objection",
            r"(\d+) sent",
            r"网上提交的异议（申请 \1）",
            r"objection sent on the public site (application \1)",
        ),
        ("filing.", r"(?:application )?(\d+)( .+)?", r"申请 \1\2", r"application \1\2"),
        *(
            ("batch.rows", rf"(.+) {code} (\d+)", rf"\1 {zh}第 \2 页", rf"\1, {en}, page \2")
            for code, zh, en in _ROWS_SHOWN
        ),
        ("batch.", r"(.+) row (\d+)", r"\1 第 \2 行", r"\1, row \2"),
        ("batch.row", r"(.+) (\d+)", r"\1 第 \2 行", r"\1, row \2"),
        *(
            (act, r"(.+) (\d+)", r"\1 第 \2 页", r"\1, page \2")
            for act in ("batch.eligibility", "batch.photos", "batch.resit", "batch.scores")
        ),
        *(
            (act, r"(.+) (\d+)", r"\1 共 \2 行", r"\1, rows: \2")
            for act in (
                "batch.begun",
                "batch.eligibility_entered",
                "batch.roster",
                "batch.rows_corrected",
                "batch.upload_receipts",
            )
        ),
        ("batch.photos_taken_in", r"(.+) (\d+)", r"\1 共 \2 张", r"\1, photos: \2"),
        ("batch.scores_entered", r"(.+) (\d+)", r"\1 共 \2 项", r"\1, marks: \2"),
        ("batch.resit_begun", r"(.+) (\d+)", r"\1，新批次 \2", r"\1, new batch \2"),
        *(
            ("body.", rf"(.+) {one}=(\d+)", rf"\1 {one.text.zh}：\2", rf"\1 {one.text.en}: \2")
            for one in Figure
        ),
        *(
            (act, r"(.+) (\d+)", r"\1 共 \2 人", r"\1, people: \2")
            for act in (
                "batch.delete",
                "batch.delete_asked",
                "batch.delete_declined",
                "batch.delete_taken_back",
            )
        ),
        ("complaint.", r"(\d+)( .+)?", r"投诉举报 \1\2", r"complaint \1\2"),
        ("quality.", r"(\d+)", r"检查 \1", r"check \1"),
        ("quality.", r"(\d+) (\d+)", r"检查 \1，第 \2 件", r"check \1, item \2"),
        ("questions.", r"question (\d+) (.+)", r"询问 \1 \2", r"question \1 \2"),
        ("certificates.request.", r"(\d+)", r"持证人申请 \1", r"request \1 of a holder"),
        ("life.", r"(\d+)", r"审批事项 \1", r"act \1"),
        ("police.", r"case (\d+) (\d+) (.+)", r"案件 \1 第 \2 条 \3", r"case \1, line \2 \3"),
        ("police.", r"reading (\d+) (.+)", r"查看记录 \1 \2", r"reading \1 \2"),
        ("employer.", r"employer check (\d+)", r"核验 \1", r"check \1"),
        ("employer.", r"api key (\d+)", r"接口密钥 \1", r"API key \1"),
        ("employer.", r"webhook (\d+)", r"回调地址 \1", r"webhook \1"),
    )
)
"""What an act, or one of this group, calls its subject, and how people read that."""

_STEPS_DONE: Final = {
    SKIPPED: Text("不在此办理", "skipped here"),
    DONE_HERE: Text("在此办理", "done here"),
}
_SETTINGS: Final = {
    f"{step.setting}={value}": Text(f"{step.text.zh}：{done.zh}", f"{step.text.en}: {done.en}")
    for step in Step
    for value, done in _STEPS_DONE.items()
}
_CODES: Final[Mapping[str, Mapping[str, Text]]] = {
    "batch.steps_skipped": {one.value: one.text for one in Step},
    "body.setting": _SETTINGS,
    "body.setting_confirm": _SETTINGS,
    "body.setting_decline": _SETTINGS,
    "body.setting_take_back": _SETTINGS,
    "complaint.take_in": {one.value: one.text for one in ComplaintOffice},
    "questions.answer": {one.value: one.text for one in Answer},
}
"""Codes at the end of what an act calls its subject, in words."""

GROUNDS: Final = {
    "下载核验结果": "result of a check downloaded",
    "停止关注一个证书编号": "one certificate no longer watched",
    "停用回调地址": "webhook ended",
    "停用接口密钥": "API key revoked",
    "发送测试通知": "test message sent",
    "复核查看记录": "review of who read a record",
    "当面核实": "spoken with in person",
    "批次已审批，后台签发": "batch approved, issued in the background",
    "标为误交": "marked as handed in by mistake",
    "提前删除核验结果": "result of a check deleted early",
    "提交核验名单": "list handed in for a check",
    "日常业务": "daily business",
    "更改本人密码": "own password changed",
    "机构答复": "body's answer",
    "本人凭恢复码通过第二重验证": "second factor passed by a recovery code",
    "本人退出一台设备的登录": "own session on one device ended",
    "本人退出其他设备的登录": "own sessions on other devices ended",
    "查看核验结果": "result of a check read",
    "演示": "demo",
    "演示：公示须满五个工作日，本演示不办理；要试办公示的，由审批人在“机构设置”改为在此办理": (
        "demo: a notice takes five working days, so there is none here; to try one, an approver "
        "sets it to be held here in the settings of the body"
    ),
    "答复公安询问": "answer to the police",
    "答复公安询问，与登记矛盾": "answer to the police, contrary to the register",
    "设置回调地址": "webhook added",
    "设置本人第二重验证": "own second factor set up",
    "账号管理": "management of accounts",
    "转交投诉举报": "complaint handed over",
    "办理未成，保管记录中没有这一条": "not done: the custody has no such line",
    "凭设置链接设置本人密码": "own password chosen by a set-up link",
    "删除本人通行密钥": "own passkey removed",
    "建立接口密钥": "API key made",
    "重新生成本人恢复码": "own recovery codes made anew",
    "随账号重置、停用一并停用": "ended with the reset or disabling of the account",
    # what is done in a case is its own ground
    "案件登记": "case opened",
    "接收送检材料": "evidence received",
    "核验": "verified",
    "出具查验报告": "report sealed",
    "调取原件": "original taken out",
    "制作证据包": "evidence bundle made",
    "查看完整登记信息": "full record read",
    "询问评价机构": "body asked to confirm",
    "撤回询问": "question taken back",
    "转交其他民警承办": "given to a colleague",
    "移交": "handed over",
    "办结": "closed",
    "说明保管记录缺漏": "gap in custody stated",
    "确认保管记录缺漏": "gap in custody confirmed",
}
"""English of the grounds that the program writes."""
_LIFE_GROUNDS: Final = {one.zh: one for one in (*KIND_WORDS.values(), *GROUND_WORDS.values())}


def subject_text(entry: TrailEntry) -> Text:
    """Return what an entry is about: accounts and bare numbers in words, all else as it stands."""
    if entry.act == STATE:
        return _state_text(entry.subject)
    act = entry.act.removesuffix(_UNDONE)
    if not act.endswith(_FAILED):
        return _coded_text(act, entry.subject)
    about, _, code = entry.subject.rpartition(" ")
    text = _coded_text(act.removesuffix(_FAILED), about)
    return Text(f"{text.zh} {code}".strip(), f"{text.en} {code}".strip())


def acts_in_words() -> frozenset[str]:
    """Return the beginnings of the acts whose subjects are shown in other words than stored."""
    return frozenset({STATE, "life.", *(acts for acts, *_ in _NUMBERED)})


def ground_text(entry: TrailEntry) -> Text:
    """Return why an act was done: what the program wrote in both languages, a person's as typed."""
    if entry.act.startswith("life.") and entry.ground in _LIFE_GROUNDS:
        return _LIFE_GROUNDS[entry.ground]
    printed = _PRINTED.fullmatch(entry.ground)
    if printed is not None:
        return Text(entry.ground, f"to print the certificate that act {printed[1]} approved")
    base, ordered, by = entry.ground.partition("，由")
    if ordered and by.endswith("交办") and base in GROUNDS:
        said = f"{GROUNDS[base]}, on the order of {by.removesuffix('交办')}"
        return Text(entry.ground, said)
    return Text(entry.ground, GROUNDS.get(entry.ground, entry.ground))


def _coded_text(act: str, subject: str) -> Text:
    said: list[Text] = []
    about, codes = subject, _CODES.get(act, {})
    while about.rpartition(" ")[2] in codes:
        about, _, code = about.rpartition(" ")
        said.insert(0, codes[code])
    text = _numbered_text(act, about)
    if not said:
        return text
    zh, en = "、".join(one.zh for one in said), ", ".join(one.en for one in said)
    return Text(f"{text.zh} {zh}".strip(), f"{text.en} {en}".strip())


def _numbered_text(act: str, subject: str) -> Text:
    for acts, about, zh, en in _NUMBERED:
        found = about.fullmatch(subject)
        if found is not None and (act == acts or (acts.endswith(".") and act.startswith(acts))):
            return Text(found.expand(zh), found.expand(en))
    kind, _, rest = subject.partition(" ")
    if act.startswith("life.") and kind in KINDS_BY_CODE:
        text = KIND_WORDS[KINDS_BY_CODE[kind]]
        return Text(f"{text.zh} {rest}", f"{text.en}: {rest}")
    return Text(subject, subject)


def _state_text(subject: str) -> Text:
    parts = subject.split(" ", 4)
    if len(parts) != 5:
        return Text(subject, subject)
    username, use, roles, body, name = parts
    said = [text for one in roles.split(",") if (text := _role_text(one)) is not None]
    on = use.startswith("on")
    zh, en = "、".join(one.zh for one in said), ", ".join(one.en for one in said)
    of_zh, of_en = ("", "") if body == "-" else (f"，机构 {body}", f", body {body}")
    return Text(
        f"{username}（{name}）：{'使用中' if on else '已停用'}，角色：{zh or '无'}{of_zh}",
        f"{username} ({name}): {'in use' if on else 'disabled'}, roles: {en or 'none'}{of_en}",
    )


def _role_text(said: str) -> Text | None:
    found = _ROLE.fullmatch(said)
    if found is None or found[1] not in set(Role):
        return None
    text = Role(found[1]).text
    return Text(f"{text.zh}（待确认）", f"{text.en} (waits)") if found[2] else text
