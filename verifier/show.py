"""A verdict as plain text for a terminal: facts first, the one summary last."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from zoneinfo import ZoneInfo

from codes.wording import Language, Text
from registry.life import DayStatus
from templates.labels import LABELS, Field
from templates.spoken_values import spoken_print, spoken_value
from verifier.finding_codes import Code
from verifier.life import DAY_TEXTS
from verifier.links import LinkCheck
from verifier.verdict import Finding, PrintedFields, Status, Verdict, say_day

_BEIJING = ZoneInfo("Asia/Shanghai")
_SHOULD_SHOW = Text("证书应载内容（请逐项比对）：", "What the certificate should show:")
_NOT_GIVEN = Text("（未核验）", "(not checked)")
_RESULT = Text("结论", "Result")
_LINK = Text("链接", "Link")
_STATUS = Text("证书状态", "Status")
_TIME = Text("核验时间", "Checked at")
_TRUST = Text("核验依据", "Basis")
_PHOTO = Text("照片", "Photo")
_EVIDENCE = {
    "printed": Text("所印", "printed"),
    "record": Text("登记", "on record"),
}


def show_verdict(verdict: Verdict, language: Language, hints: Iterable[Finding] = ()) -> str:
    """Return the lines a person reads, without a line feed at the end.

    Args:
        hints: what to say first of the question as it was typed.
    """
    said = [line for one in hints for line in _finding_lines(one, language, one.severity.text)]
    return "\n".join((*said, *_lines(verdict, language)))


def show_link(check: LinkCheck, language: Language) -> str:
    """Return what a link came to, and the verdict on a record in it, as lines for a person."""
    lines = [
        line for one in check.findings for line in _finding_lines(one, language, one.severity.text)
    ]
    if check.verdict is not None:
        lines += ["", *_lines(check.verdict, language)]
    return "\n".join((*lines, "", f"{_LINK.say(language)}{_colon(language)}{_of(check, language)}"))


def _of(check: LinkCheck, language: Language) -> str:
    host = "" if check.host is None else f"{check.host} "
    return host + check.kind.text.say(language)


def _lines(verdict: Verdict, language: Language) -> Iterator[str]:
    for finding in verdict.findings:
        mark, sign = verdict.mark_of(finding), verdict.box_sign(finding)
        yield from _finding_lines(finding, language, mark, sign)
    if verdict.certificate is not None:
        yield ""
        yield _SHOULD_SHOW.say(language)
        for label, value in _facts(verdict.certificate, language):
            yield f"  {label}{_colon(language)}{value}"
    yield ""
    moment = verdict.checked_at.astimezone(_BEIJING)
    yield f"{_TIME.say(language)}{_colon(language)}{moment:%Y-%m-%d %H:%M:%S}（UTC+8）"
    if verdict.trust is not None:
        yield f"{_TRUST.say(language)}{_colon(language)}{verdict.trust.text.say(language)}"
    if verdict.status is not Status.UNKNOWN:
        yield f"{_STATUS.say(language)}{_colon(language)}{verdict.status.text.say(language)}"
    said = verdict.summary.say(language) + "".join(_on_days(verdict, language))
    yield f"{_RESULT.say(language)}{_colon(language)}{said}"


def _on_days(verdict: Verdict, language: Language) -> Iterator[str]:
    """Yield what goes behind the summary where the status on a day was asked for too."""
    for finding in verdict.findings:
        if finding.code == Code.STATUS_ON_DAY:
            day, status = finding.evidence["day"], DayStatus(finding.evidence["status"])
            text, said = DAY_TEXTS[status], say_day(date.fromisoformat(day))
            yield Text(f"；{said.zh}当日：{text.zh}", f"; on {said.en}: {text.en}").say(language)


def _finding_lines(
    finding: Finding, language: Language, mark: Text, sign: str = ""
) -> Iterator[str]:
    yield f"[{mark.say(language)}] {sign}{finding.text.say(language)}"
    for name, label in _EVIDENCE.items():
        if name in finding.evidence:
            spoken = spoken_print if name == "printed" else spoken_value
            value = spoken(finding.evidence[name]).say(language)
            yield f"    {label.say(language)}{_colon(language)}{value}"


def _facts(printed: PrintedFields, language: Language) -> Iterator[tuple[str, str]]:
    values = {
        Field.NUMBER: printed.number,
        Field.HOLDER_NAME: printed.holder_name,
        Field.DOCUMENT_TYPE: printed.document_type.say(language),
        Field.DOCUMENT_NUMBER: printed.document_masked or _NOT_GIVEN.say(language),
        Field.OCCUPATION: printed.occupation.say(language),
        Field.SPECIALTY: printed.specialty,
        Field.LEVEL: printed.level.say(language),
        Field.BODY_NAME: printed.body_name,
        Field.ISSUED_ON: say_day(printed.issued_on).say(language),
        Field.PRINT_SERIAL: printed.print_serial,
    }
    for field, value in values.items():
        yield LABELS[field].say(language), value
    yield _PHOTO.say(language), printed.photo.say(language)


def _colon(language: Language) -> str:
    return "：" if language is Language.ZH else ": "
