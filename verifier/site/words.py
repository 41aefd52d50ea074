"""The words and tones the result page puts around a verdict; the landing page gets the same."""

from __future__ import annotations

from codes.wording import Text
from log.leaves import LifeKind
from templates.labels import LABELS, Field
from verifier.verdict import Outcome, Severity

TONES = {
    Outcome.VALID: "good",
    Outcome.NOT_CURRENT: "warn",
    Outcome.ALTERED: "bad",
    Outcome.UNREGISTERED: "bad",
    Outcome.UNKNOWN_ISSUER: "bad",
    Outcome.NOT_FOUND: "calm",
    Outcome.INCONCLUSIVE: "calm",
}
"""Colour and icon of an outcome; the words always stand beside them."""

STATUS_HIDDEN = frozenset({Outcome.ALTERED, Outcome.UNREGISTERED, Outcome.UNKNOWN_ISSUER})

SEVERITY_TONES = {
    Severity.INFO: "good",
    Severity.NOTICE: "note",
    Severity.PROBLEM: "warn",
    Severity.ALARM: "bad",
}

TONE_STRENGTH = ("good", "calm", "note", "warn", "bad")
"""From the quietest to the loudest."""

DECIDES = Text("结论依据", "decides the outcome")
"""Beside the mark of a finding that the outcome follows from."""

MEANINGS = {
    Outcome.VALID: Text(
        "证书信息与评价机构的登记一致，证书目前有效。请再将下表与手中证书逐项核对。",
        "The details agree with what the assessment body registered, and the certificate is in "
        "force. Now compare each line below with the certificate in hand.",
    ),
    Outcome.NOT_CURRENT: Text(
        "登记中有这张证书，但它目前不能作为有效证书使用，原因见登记状态。",
        "This certificate is on record, but it cannot be relied on now; its status says why.",
    ),
    Outcome.ALTERED: Text(
        "所提供的内容与登记内容有出入，具体见“核验明细”。请勿据此认可该证书，可向评价机构或主管部门核实。",
        "What was presented differs from what is on record; “What was checked” says where. Do not "
        "rely on it; ask the assessment body or the authority.",
    ),
    Outcome.UNREGISTERED: Text(
        "签名可以验证，但登记中没有这张证书。请勿据此认可，并请联系评价机构或主管部门核查。",
        "The signature can be verified, but the register holds no such certificate. Do not rely "
        "on it; report it to the assessment body or the authority.",
    ),
    Outcome.UNKNOWN_ISSUER: Text(
        "签发机构不在备案名单内，或该职业、等级、日期超出其备案范围。请向主管部门核实。",
        "The issuer is not on the list of filed bodies, or the occupation, level or date is "
        "beyond its filing. Ask the authority.",
    ),
    Outcome.NOT_FOUND: Text(
        "没有与所填各项都一致的记录。这并不说明证书不真实，请核对所填内容后再查，"
        "或扫描证书上的二维码。",
        "No record agrees with everything that was entered. This does not say that the "
        "certificate is not genuine: check what you entered, or scan the QR code.",
    ),
    Outcome.INCONCLUSIVE: Text(
        "现有内容不足以得出结论：既不表示证书有问题，也不表示证书没有问题。原因和办法见“核验明细”。",
        "There is not enough to conclude either way. “What was checked” says why, and what to do.",
    ),
}

SIGNATURE_WRONG = Text(
    "签名与所示内容不符：这不是该机构签发的原内容，因此没有再查询登记库。"
    "请勿据此认可该证书，可向评价机构或主管部门核实。",
    "The signature does not fit what is shown: this is not what the body signed, so the register "
    "was not asked. Do not rely on it; ask the assessment body or the authority.",
)
"""What `ALTERED` means where the signature alone says so."""

COMPARE_ADVICE = {
    True: Text(
        "有一项不同，就不要认可手中的证书。",
        "If any line differs, do not rely on the certificate in hand.",
    ),
    False: Text(
        "以下是签名记录所载内容，供核对。逐项相同也不改变上面的结论。",
        "This is what the signed record says. Agreement in every line does not change the "
        "conclusion above.",
    ),
}
"""Beside the printed fields, by whether the result speaks for the paper (tone `good`)."""

SHARED = Text("登记在册，现行有效", "On record and in force")
"""The headline of what a holder shares: nobody brought anything that it could agree with."""

SHARED_MEANINGS = {
    True: Text(
        "这是持证人本人分享的登记内容，没有与任何证书比对。请核对对方的身份证件，确认是登记的本人；"
        "对方另交来证书的，还须按证书编号或二维码核验那一份。",
        "This is what is on record, shared by its holder; no certificate was compared with it. "
        "See by an identity document that you deal with the person named here. If you are given a "
        "certificate as well, check that by its number or QR code.",
    ),
    False: Text(
        "这是持证人本人分享的登记内容，没有显示完整姓名，不能据此确认这是谁的证书。"
        "需要确认的，请让对方提供显示完整姓名的链接，或按证书编号和姓名查询。",
        "This is what is on record, shared by its holder without the whole name: it does not show "
        "whose certificate it is. To know, ask for a link with the whole name, or look the number "
        "up with the name.",
    ),
}
"""Under `SHARED`, by whether the whole name is shown."""

NOT_PROVED = (
    Text(
        "没有比对照片与持证人本人，请当面目视核对。",
        "The photo was not compared with the holder: do so by eye, face to face.",
    ),
    Text(
        "只反映核验时的登记情况，不证明拿着证书的人就是持证人。",
        "It shows what was on record at the time, not that whoever carries the certificate is its "
        "holder.",
    ),
    Text(
        "供核对证书使用，不是鉴定意见；是否构成违法，由公安机关认定。",
        "It is a check, not an expert opinion; whether the law was broken is for the police.",
    ),
)

FACT_LABELS = {
    **{
        field.value: label
        for field, label in LABELS.items()
        if field not in (Field.CERTIFICATE_SITE, Field.BODY_SITE, Field.REMARK)
    },
    "photo": Text("照片", "Photo"),
}
"""The labels printed on the certificate itself, in its order, so that eyes find them there."""

FACT_NOTES = {
    "document_not_known": Text("本次未核对", "Not checked here"),
    "name_masked": Text("未提供姓名，仅显示部分字符", "Shown in part: the name was not given"),
    "document_masked": Text("仅显示部分字符", "Shown in part"),
    "no_specialty": Text("没有工种/职业方向的，印“--”", "“--” means none"),
    "occupation_code": Text("职业编码 {code}", "Code {code}"),
}

NAME_MASKED_BY_HOLDER = Text(
    "持证人选择只显示部分姓名", "Shown in part: its holder chose to have the name masked"
)
"""What is said of a masked name on a page that was shared."""

LIFE_WORDS = {
    LifeKind.REISSUE: Text("补发，原来的一份作废", "reissued; the copy before became void"),
    LifeKind.ARCHIVE_COPY: Text("制作存档副本", "a duplicate was made for the files"),
    LifeKind.CORRECT: Text("更正，原来各份作废", "corrected; the copies before became void"),
    LifeKind.SUSPEND: Text("暂停", "suspended"),
    LifeKind.LIFT: Text("解除暂停", "suspension lifted"),
    LifeKind.REVOKE: Text("撤销", "revoked"),
    LifeKind.ANNUL: Text("撤销", "revoked"),
    LifeKind.DIED: Text("注销", "cancelled"),
    LifeKind.BODY_MERGED: Text("评价机构合并", "the assessment body was merged"),
    LifeKind.ERASE: Text("登记依法删除", "the record was erased under the law"),
}
"""What happened to a certificate, as its holder reads it."""
