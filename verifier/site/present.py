"""From a verdict to what the result page shows; decides words and order, nothing else."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from codes.wording import Text
from templates.labels import LABELS, NO_SPECIALTY, Field, format_date
from verifier.verdict import Finding, Outcome, PrintedFields, Severity, Status, Verdict

BEIJING = ZoneInfo("Asia/Shanghai")

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

SEVERITY_TONES = {
    Severity.INFO: "good",
    Severity.NOTICE: "calm",
    Severity.PROBLEM: "warn",
    Severity.ALARM: "bad",
}

MEANINGS = {
    Outcome.VALID: Text(
        "证书信息与评价机构的登记一致，证书目前有效。请再将下表与手中证书逐项核对。",
        "The details agree with what the assessment body registered, and the certificate is in "
        "force. Now compare each line below with the certificate in hand.",
    ),
    Outcome.NOT_CURRENT: Text(
        "登记中有这张证书，但它目前不能作为有效证书使用，原因见证书状态。",
        "This certificate is on record, but it cannot be relied on now; its status says why.",
    ),
    Outcome.ALTERED: Text(
        "所提供的内容与登记内容有出入，具体见下。请勿据此认可该证书，可向评价机构或主管部门核实。",
        "What was presented differs from what is on record, as listed below. Do not rely on it; "
        "ask the assessment body or the authority.",
    ),
    Outcome.UNREGISTERED: Text(
        "签名可以验证，但登记中没有这张证书。请勿据此认可，并请联系评价机构或主管部门核查。",
        "The signature can be verified, but the register holds no such certificate. Do not rely "
        "on it; report it to the assessment body or the authority.",
    ),
    Outcome.UNKNOWN_ISSUER: Text(
        "签发机构不在备案名单内，或该职业、级别、日期超出其备案范围。请向主管部门核实。",
        "The issuer is not on the list of filed bodies, or the occupation, level or date is "
        "beyond its filing. Ask the authority.",
    ),
    Outcome.NOT_FOUND: Text(
        "没有与所填内容对应的记录。可能是填写有误，也可能是评价机构尚未上传；这并不说明证书不真实。",
        "No record answers to what was entered. It may be a slip of the pen or a late upload; it "
        "does not say that the certificate is not genuine.",
    ),
    Outcome.INCONCLUSIVE: Text(
        "现有内容不足以得出结论，既不表示证书有问题，也不表示证书没有问题。原因和办法见下。",
        "There is not enough to conclude either way. The reasons, and what to do, are below.",
    ),
}

NEXT_STEPS = {
    Outcome.NOT_FOUND: (
        Text(
            "对照证书重新核对编号和姓名（或证件号码）后再查一次。",
            "Check the number and the name (or document number) against the paper and try again.",
        ),
        Text(
            "改用扫描二维码，或上传证书照片、PDF 文件。",
            "Scan the QR code instead, or upload a photo or the PDF of the certificate.",
        ),
        Text(
            "仍查不到的，请联系证书上的评价机构，或在全国查询网站 jndj.osta.org.cn 查询。",
            "If it is still not found, ask the assessment body named on the certificate, or the "
            "national query site jndj.osta.org.cn.",
        ),
    ),
    Outcome.INCONCLUSIVE: (
        Text(
            "用证书编号和持证人姓名（或证件号码）查询登记情况。",
            "Look the certificate up by its number and the holder's name or document number.",
        ),
        Text(
            "重新扫描二维码，或上传更清晰的照片、原始 PDF 文件。",
            "Scan the QR code again, or upload a clearer photo or the original PDF.",
        ),
    ),
}

NOT_PROVED = (
    Text(
        "照片没有比对：请当面用肉眼核对证书照片与持证人本人。",
        "The photo was not compared: compare it with the person in front of you by eye.",
    ),
    Text(
        "本结果只反映核验时的登记情况，不证明持有证书的人就是持证人本人。",
        "This shows what was on record at the time; it does not prove that whoever carries the "
        "certificate is its holder.",
    ),
    Text(
        "本结果供核对证书使用，不是鉴定意见；是否构成违法，由公安机关认定。",
        "This is a check, not an expert opinion; whether the law was broken is for the police.",
    ),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """One printed field for comparison with the paper.

    Args:
        fixed_width: to be compared character by character.
        note: what to know when comparing.
    """

    label: Text
    value: Text
    fixed_width: bool
    note: Text | None


FACT_LABELS = {
    **{
        field.value: label
        for field, label in LABELS.items()
        if field not in (Field.CERTIFICATE_SITE, Field.BODY_SITE)
    },
    "photo": Text("照片", "Photo"),
}
"""The labels printed on the certificate itself, in its order, so that eyes find them there."""

FACT_NOTES = {
    "document_not_known": Text("本次未核对", "not checked here"),
    "name_masked": Text("未提供姓名，仅显示部分字符", "shown in part: the name was not given"),
    "document_masked": Text("仅显示部分字符", "shown in part"),
    "no_specialty": Text("“--”表示没有工种/职业方向", "“--” means none"),
}


def facts(printed: PrintedFields) -> tuple[Fact, ...]:
    """Return every printed field, in the order of the certificate."""
    document = printed.document_masked
    issued = printed.issued_on
    values = {
        "holder_name": _same(printed.holder_name),
        "document_type": printed.document_type,
        "document_number": _same(document) if document else FACT_NOTES["document_not_known"],
        "occupation": Text(
            f"{printed.occupation.zh}（{printed.occupation_code}）",
            f"{printed.occupation.en} ({printed.occupation_code})",
        ),
        "specialty": _same(printed.specialty),
        "level": printed.level,
        "number": _same(printed.number),
        "body_name": _same(printed.body_name),
        "issued_on": Text(format_date(issued), f"{issued.day} {issued:%B %Y}"),
        "print_serial": _same(printed.print_serial),
        "photo": printed.photo,
    }
    notes = {
        "holder_name": "name_masked" if printed.name_masked else None,
        "document_number": "document_masked" if document else None,
        "specialty": "no_specialty" if printed.specialty == NO_SPECIALTY else None,
    }
    fixed_width = {"number", "print_serial"} | ({"document_number"} if document else set())
    return tuple(
        Fact(
            label=label,
            value=values[key],
            fixed_width=key in fixed_width,
            note=FACT_NOTES[note] if (note := notes.get(key)) else None,
        )
        for key, label in FACT_LABELS.items()
    )


def shown_status(verdict: Verdict) -> Text | None:
    """Return the status to show beside the outcome, or None where it would say nothing."""
    return None if verdict.status is Status.UNKNOWN else verdict.status.text


def ordered_findings(verdict: Verdict) -> tuple[Finding, ...]:
    """Return the findings with what differs first, each group in the order it was found."""
    rank = {Severity.ALARM: 0, Severity.PROBLEM: 1, Severity.NOTICE: 2, Severity.INFO: 3}
    return tuple(sorted(verdict.findings, key=lambda one: rank[one.severity]))


def beijing_time(instant: datetime) -> Text:
    """Return an aware instant as people in China read it."""
    local = instant.astimezone(BEIJING)
    return Text(
        f"{local.year}年{local.month}月{local.day}日 {local:%H:%M:%S}（北京时间）",
        f"{local.day} {local:%B %Y, %H:%M:%S} (Beijing time)",
    )


def _same(value: str) -> Text:
    return Text(value, value)
