"""What a row of a checked list says beside its outcome: the reason, and what to do."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from codes.wording import Text
from verifier.catalogue import CATALOGUE
from verifier.finding_codes import Code
from verifier.verdict import NUMBER_WRONG, Outcome, Severity, Verdict

_ADVICE: dict[Outcome | None, Text] = {
    Outcome.VALID: Text(
        "请将手中证书与登记的职业、等级、机构、日期逐项核对，并核对照片。",
        "Compare the certificate in hand with the occupation, level, body and date on record, and "
        "look at the photo.",
    ),
    Outcome.NOT_CURRENT: Text(
        "不能作为有效证书使用；如有疑问，请向评价机构核实。",
        "Do not rely on it; if in doubt, ask the assessment body.",
    ),
    Outcome.ALTERED: Text(
        "请勿认可；请向评价机构或主管部门核实。",
        "Do not rely on it; ask the assessment body or the authority.",
    ),
    Outcome.UNREGISTERED: Text(
        "请勿认可；请向评价机构或主管部门核实。",
        "Do not rely on it; ask the assessment body or the authority.",
    ),
    Outcome.UNKNOWN_ISSUER: Text("请向主管部门核实。", "Ask the authority."),
    Outcome.NOT_FOUND: Text(
        "请核对所填内容后再查，或请持证人出示证书，扫描其二维码；这并不说明证书不真实。",
        "Check what was entered and try again, or scan the QR code on the certificate; this does "
        "not say that it is not genuine.",
    ),
    Outcome.INCONCLUSIVE: Text(
        "未得出结论，见原因；请稍后再查，或扫描证书上的二维码。",
        "Nothing follows either way, see the reason; try again later, or scan the QR code.",
    ),
    None: Text("改正后重新核验这一行。", "Correct the row and check it again."),
}
_NO_NUMBER = Text(
    "请对照证书改正编号后再查；如果证书上印的就是这个编号，请向主管部门核实。",
    "Correct the number by the certificate and check again; if that is the number printed on it, "
    "ask the authority.",
)
_NOT_FOUND = Text("没有与所填各项都一致的登记。", "No record agrees with everything entered.")
_MOST_NAMED: Final = 5
# Notices every look-up by number carries; the advice and the summary sheet say them once.
_EVERYWHERE = {
    Code.DEMO,
    Code.NAME_NOT_CHECKED,
    Code.DOCUMENT_NUMBER_NOT_CHECKED,
    Code.PAPER_NOT_SEEN,
    Code.NAME_NORMALISED,
    Code.NUMBER_NORMALISED,
    Code.UPLOAD_NOT_KNOWN,
}
_UPLOAD = {
    Code.UPLOADED,
    Code.UPLOADED_BEFORE_CORRECTION,
    Code.UPLOADED_ON_CORRECTION_DAY,
    Code.UPLOAD_DUE,
    Code.UPLOAD_LATE,
}
# Of what was read otherwise, this changes a character, or hid one, and not only how it is written.
_READ_OTHERWISE = {
    "typed_look_alikes",
    "typed_foreign_letters",
    "number_five_read_as_s",
    "name_unseen",
}


def advice_of(verdict: Verdict | None) -> Text:
    """Return what to do about a row; None is a row that was not asked about."""
    if verdict is None:
        return _ADVICE[None]
    return _NO_NUMBER if verdict.headline == NUMBER_WRONG else _ADVICE[verdict.outcome]


def not_asked() -> Text:
    """Return what stands in the place of an outcome where a row was not asked about."""
    return Text("未核验", "Not checked")


def same_number(row: int) -> Text:
    """Return what is said of a row whose number another row has too, whatever either came to."""
    return Text(f"证书编号与第 {row} 行相同。", f"Row {row} has the same certificate number.")


def said_of_sheets(sheet: str, others: Sequence[str]) -> Text:
    """Return which sheet of a workbook was checked, and which others hold no list."""
    told = [f"“{one}”" for one in others[:_MOST_NAMED]]
    more = len(others) > _MOST_NAMED
    return Text(
        f"只核验了工作表“{sheet}”；{'、'.join(told)}{'等' if more else ''}没有名单的表头，未核验。",
        f"Sheet “{sheet}” alone was checked; without the headings of a list, and not checked: "
        f"{', '.join(told)}{' and more' if more else ''}.",
    )


def changed_meanwhile() -> Text:
    """Return what is said of a row that came to something else before the list was done."""
    return Text(
        "核验名单期间登记有变动，以此结论为准。",
        "The record changed while the list was being checked; this is what holds.",
    )


def said_again(count: int, changed: int) -> Text:
    """Return what is said of rows that were checked once more when the list was done.

    Args:
        count: how many.
        changed: how many of them came to something else.
    """
    zh = f"其中 {changed} 行登记有变动，已按变动后的结论列出" if changed else "登记均无变动"
    en = f"changed meanwhile, and given as changed: {changed}" if changed else "none had changed"
    return Text(
        f"核验历时较长，完成时已对先前查到登记的 {count} 行重新核验，{zh}。",
        f"Rows found on record earlier were checked once more at the end: {count}; {en}.",
    )


def time_left(minutes: int, *, slowed: bool) -> Text:
    """Return how long a list will still take, and why it goes slowly; empty where neither is known.

    Args:
        minutes: as `JobState.minutes_left`.
        slowed: as `JobState.slowed`.
    """
    slow = Text("", "")
    if slowed:
        slow = Text(
            "未查询到的行较多，核验因此放慢；", "Many rows were not found, which slows it; "
        )
    if not minutes:
        return Text(slow.zh.replace("；", "。"), slow.en.replace("; ", "."))
    return Text(f"{slow.zh}预计还需约 {minutes} 分钟。", f"{slow.en}about {minutes} minutes left.")


def read_otherwise(verdict: Verdict) -> tuple[Text, ...]:
    """Return what was read otherwise than typed in a number, or left out of a name unseen."""
    return tuple(
        one.text
        for one in verdict.findings
        if one.code in (Code.NUMBER_NORMALISED, Code.NAME_NORMALISED)
        and one.evidence["reason"] in _READ_OTHERWISE
    )


def reason_of(verdict: Verdict) -> Text:
    """Return what decided a verdict, the gravest first; where nothing stands out, its summary."""
    codes = [Code(finding.code) for finding in verdict.findings]
    if Code.NOT_FOUND in codes:
        return _NOT_FOUND
    said = [
        (finding.severity, finding.text)
        for code, finding in zip(codes, verdict.findings, strict=True)
        if finding.severity is not Severity.INFO and code not in (_EVERYWHERE | _UPLOAD)
        if verdict.outcome is Outcome.VALID or _decides(code, verdict.outcome, finding.severity)
    ]
    order = (Severity.ALARM, Severity.PROBLEM, Severity.NOTICE)
    texts = [text for _, text in sorted(said, key=lambda one: order.index(one[0]))]
    if not texts:
        texts = [Text(f"{verdict.summary.zh}。", f"{verdict.summary.en}.")]
    if verdict.outcome is Outcome.VALID:
        texts += [one.text for one in verdict.findings if one.code in _UPLOAD]
    return Text("".join(text.zh for text in texts), " ".join(text.en for text in texts))


def _decides(code: Code, outcome: Outcome, severity: Severity) -> bool:
    if code is Code.STATUS_ON_DAY:
        return True
    return severity is not Severity.NOTICE or CATALOGUE[code].forces is outcome
